package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/keras"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

const kerasFiles = "../../testdata/import/keras/"

// Models of Keras are imported: their graph is that of a text written by hand, and with the weights
// of the file they compute what the definitions of the layers give, in float64 and by windows.
func TestKerasModels(t *testing.T) {
	for file, name := range map[string]string{"plain.h5": "plain", "plain.json": "plain", "branches.h5": "branches", "shapes.h5": "shapes", "nested.h5": "nested", "first.h5": "first", "modern.keras": "modern"} {
		t.Run(file, func(t *testing.T) {
			i, err := Open(kerasFiles+file, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer i.Close()
			wantSameAs(t, i, kerasFiles+name+".cnn")
			wantOutputs(t, i, kerasFiles+name+".safetensors", 2e-5)
		})
	}
}

// wantSameAs compares the graph and the counts with those of a text.
func wantSameAs(t *testing.T, i *Imported, file string) {
	t.Helper()
	p, err := interp.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	hand, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := flat.Match(hand.Graph, i.Net.Graph); err != nil {
		t.Errorf("%s is not what was imported: %v", file, err)
	}
	if hand.Main != i.Net.Main {
		t.Errorf("got %+v, want %+v", i.Net.Main, hand.Main)
	}
}

// wantOutputs runs the net from nothing but its file of weights, and compares with a file that has the
// inputs and outputs by their names.
func wantOutputs(t *testing.T, i *Imported, expected string, within float64) {
	t.Helper()
	store, err := weights.Open(expected, weights.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	named := func(name string) tensor.Tensor {
		v, err := store.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	outputs := runs(t, i, named)
	for _, o := range i.Net.Graph.Outputs {
		got, want := outputs[o.Name], named(o.Name)
		if !got.Shape.Equal(want.Shape) {
			t.Errorf("%s is %v, want %v", o.Name, got.Shape, want.Shape)
			continue
		}
		if off := deviation(got.Data, want.Data); !(off <= within) {
			t.Errorf("%s is off by %.2g of the standard deviation, want at most %.2g", o.Name, off, within)
		}
	}
}

// deviation is the largest difference by the standard deviation of what is wanted.
func deviation(got, want []float32) (off float64) {
	mean, square := 0.0, 0.0
	for _, x := range want {
		mean += float64(x) / float64(len(want))
	}
	for i, x := range want {
		square += (float64(x) - mean) * (float64(x) - mean) / float64(len(want))
		d := math.Abs(float64(got[i] - x))
		if math.IsNaN(d) {
			return d
		}
		off = max(off, d)
	}
	return off / math.Sqrt(square)
}

// Whatever layers a model has, the text is the network that they are, in either form.
func FuzzTexts(f *testing.F) {
	read := func(raw []byte) (*flat.Net, error) {
		return keras.Read(flat.Source{Input: weightfile.Input{ReaderAt: bytes.NewReader(raw), Size: int64(len(raw)), Path: "model.json"}, NoWeights: true})
	}
	for _, name := range []string{"plain", "branches", "shapes", "nested", "first"} {
		h, err := weights.OpenDescribed(kerasFiles+name+".h5", weights.Options{})
		if err != nil {
			f.Fatal(err)
		}
		defer h.Close()
		raw, err := io.ReadAll(io.NewSectionReader(h.Input, 0, h.Input.Size))
		if err != nil {
			f.Fatal(err)
		}
		var model json.RawMessage
		if err := json.NewDecoder(bytes.NewReader(raw[bytes.Index(raw, []byte(`{"class_name"`)):])).Decode(&model); err != nil {
			f.Fatal(err)
		}
		seed := slices.Concat([]byte(`{"format": "layers-model", "modelTopology": {"model_config": `), model, []byte(`}, "weightsManifest": []}`))
		if _, err := read(seed); err != nil {
			f.Fatal(name, err)
		}
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		net, err := read(raw)
		if err != nil {
			return
		}
		tidy(net, "", "model.json")
		for _, flatly := range []bool{false, true} {
			if _, err := new(Imported).write("model.json", net, flatly); err != nil && !errors.As(err, new(*LimitError)) {
				t.Errorf("%v\n%s", err, raw)
			}
		}
	})
}

package keras_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
	"cnnlang/interp/internal/weightfile/keras"
	"cnnlang/ops/tensor"
)

const (
	folder    = "../../../../testdata/weights/keras"
	reference = "../../../../testdata/names/small_keras.safetensors"
)

func open(raw []byte, path string) (weightfile.File, error) {
	return keras.Open(filetest.Memory(path, raw, nil))
}

func content(t testing.TB, name string) []byte { return filetest.Read(t, filepath.Join(folder, name)) }

func opened(t *testing.T, name string) weightfile.File {
	t.Helper()
	raw := content(t, name)
	if !keras.Is(raw[:512], "anything") {
		t.Errorf("%s is not recognised", name)
	}
	f, err := open(raw, name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// stored is a tensor of the reference.
type stored struct {
	Shape       tensor.Shape
	DataOffsets [2]int `json:"data_offsets"`
	data        []byte
}

func expected(t *testing.T) map[string]stored {
	t.Helper()
	raw := filetest.Read(t, reference)
	n := int(binary.LittleEndian.Uint64(raw))
	all := map[string]stored{}
	if err := json.Unmarshal(raw[8:8+n], &all); err != nil || len(all) != 24 {
		t.Fatalf("%d tensors, %v", len(all), err)
	}
	for name, s := range all {
		s.data = raw[8+n+s.DataOffsets[0] : 8+n+s.DataOffsets[1]]
		all[name] = s
	}
	return all
}

// axes are those of the reference's tensors that are no lists.
var axes = map[string]weightfile.Axes{
	"conv2d_1/kernel": weightfile.HWIO, "conv2d_2/kernel": weightfile.HWIO, "conv2d_3/kernel": weightfile.HWIO,
	"block2_sepconv1/depthwise_kernel": weightfile.HWIM, "block2_sepconv1/pointwise_kernel": weightfile.HWIO,
	"depthwise/depthwise_kernel": weightfile.HWIM, "up/kernel": weightfile.HWOI, "predictions/kernel": weightfile.IO,
}

// Every form of one network's weights has its names, numbers and axes.
func TestFormsOfOneNetwork(t *testing.T) {
	for _, c := range []struct {
		file, format, key string
		beside            []string
		suffix            string
	}{
		{"weights.h5", "Keras (HDF5 weights, Keras 2.2.4)", "", nil, ":0"},
		{"parts.h5", "Keras (HDF5 weights, Keras 2.2.4)", "", nil, ":0"},
		{"model.h5", "Keras (HDF5 model, Keras 2.2.4)", "model_weights", []string{"training_config", "optimizer_weights"}, ":0"},
		{"latest.h5", "Keras (HDF5 model, Keras 2.2.4)", "model_weights", nil, ":0"},
		{"nested.h5", "Keras (HDF5 model, Keras 2.2.4)", "model_weights", nil, ":0"},
		{"named.weights.h5", "Keras (HDF5 weights, Keras 3)", "", []string{"optimizer", "the state of random generators"}, ""},
		{"model.keras", "Keras (.keras, Keras 3.3.3)", "", []string{"optimizer", "the state of random generators"}, ""},
	} {
		t.Run(c.file, func(t *testing.T) {
			f, want := opened(t, c.file), expected(t)
			about := f.About()
			if about.Format != c.format || about.Key != c.key || !slices.Equal(about.Beside, c.beside) || len(about.Notes) > 0 {
				t.Errorf("about: %+v", about)
			}
			if first := f.Tensors()[0].Name; first != "conv2d_1/kernel"+c.suffix && len(about.Layers) > 0 {
				t.Errorf("the first tensor is %s", first)
			}
			for i, x := range f.Tensors() {
				name := strings.TrimSuffix(x.Name, c.suffix)
				w, ok := want[name]
				got, err := f.Bytes(i)
				if !ok || err != nil || x.Type != weightfile.F32 || !x.Shape.Equal(w.Shape) || !bytes.Equal(got, w.data) {
					t.Errorf("%+v is %x, %v; want %+v", x, got, err, w)
				}
				wantAxes := axes[name]
				if len(x.Shape) == 1 {
					wantAxes = weightfile.C
				}
				// Without a list of layers a transposed convolution looks like any other.
				if guessed := len(about.Layers) == 0 && c.suffix != "" && x.Layer == "up"; x.Axes != wantAxes && !guessed || x.Layer+"/"+x.Leaf != name {
					t.Errorf("%+v, want axes %s of %s", x, wantAxes, name)
				}
				delete(want, name)
			}
			if len(want) > 0 {
				t.Errorf("missing: %v", want)
			}
		})
	}
}

// What a model says of its layers is known, in either dialect and in models within models.
func TestLayers(t *testing.T) {
	for _, file := range []string{"model.h5", "nested.h5", "latest.h5", "model.keras"} {
		layers := opened(t, file).About().Layers
		var found []string
		for _, l := range layers {
			s := l.Kind + " " + l.Name
			if l.Eps != nil {
				s += fmt.Sprint(" eps ", *l.Eps)
			}
			if l.Stride != nil {
				s += fmt.Sprint(" stride ", l.Stride)
			}
			if l.Padding != "" {
				s += " " + l.Padding
			}
			if l.Activation != "" && l.Activation != "linear" {
				s += " " + l.Activation
			}
			found = append(found, s)
		}
		want := []string{"InputLayer input_1", "Conv2D conv2d_1 stride [2 2] same", "BatchNormalization batch_normalization_1 eps 0.001",
			"Activation activation_1 relu", "SeparableConv2D block2_sepconv1 stride [1 1] same", "BatchNormalization block2_sepconv1_bn eps 0.001",
			"MaxPooling2D max_pooling2d_1 stride [2 2] same"}
		if len(found) != 17 || !slices.Equal(found[:len(want)], want) {
			t.Errorf("%s: %q", file, found)
		}
	}
	f := opened(t, "keras1.h5")
	l := f.About().Layers[0]
	if l.Kind != "Convolution2D" || l.Name != "conv2d_1" || !slices.Equal(l.Stride, []int{2, 2}) || l.Padding != "same" || l.Activation != "relu" {
		t.Errorf("%+v", l)
	}
	if x := f.Tensors()[0]; x.Name != "conv2d_1_W" || x.Layer != "conv2d_1" || x.Leaf != "W" || x.Axes != weightfile.HWIO {
		t.Errorf("%+v", x)
	}
}

// Where nothing names the layers of Keras 3, their classes and numbers do.
func TestNumberedLayers(t *testing.T) {
	f, want := opened(t, "numbered.weights.h5"), expected(t)
	found := map[string]int{}
	for i, x := range f.Tensors() {
		found[x.Name] = i
	}
	for name, from := range map[string]string{
		"conv2d/kernel": "conv2d_1/kernel", "conv2d_1/kernel": "conv2d_2/kernel", "conv2d_2/bias": "conv2d_3/bias", "conv2d_transpose/kernel": "up/kernel",
		"batch_normalization_1/moving_variance": "block2_sepconv1_bn/moving_variance", "separable_conv2d/pointwise_kernel": "block2_sepconv1/pointwise_kernel",
	} {
		i, ok := found[name]
		if !ok {
			t.Fatalf("no %s in %v", name, found)
		}
		got, err := f.Bytes(i)
		if err != nil || !bytes.Equal(got, want[from].data) {
			t.Errorf("%s is %x, %v", name, got, err)
		}
		if x := f.Tensors()[i]; x.Axes != axes[from] && len(x.Shape) > 1 {
			t.Errorf("%+v", x)
		}
	}
}

// A key chooses a group, or everything.
func TestKeys(t *testing.T) {
	for key, want := range map[string]string{
		"model_weights": "24 tensors, the first conv2d_1/kernel:0", "optimizer_weights": "1 tensors, the first SGD/iterations:0",
		"model_weights/up": "2 tensors, the first up/bias:0", ".": "25 tensors, the first model_weights/batch_normalization_1/batch_normalization_1/beta:0",
		"nowhere":               "weights: m.h5: has no group nowhere, want one of model_weights, optimizer_weights",
		"model_weights/up/up":   "2 tensors, the first bias:0",
		"model_weights/up/up/x": "weights: m.h5: has no group model_weights/up/up/x, want one of model_weights, optimizer_weights",
	} {
		in := filetest.Memory("m.h5", content(t, "model.h5"), nil)
		in.Key = key
		f, err := keras.Open(in)
		got := fmt.Sprint(err)
		if err == nil {
			got = fmt.Sprintf("%d tensors, the first %s", len(f.Tensors()), f.Tensors()[0].Name)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}

// Numbers of bfloat16 are opaque bytes with a word about them.
func TestBfloat16(t *testing.T) {
	f, want := opened(t, "bfloat16.weights.h5"), expected(t)["conv2d_1/kernel"]
	x := f.Tensors()[0]
	got, err := f.Bytes(0)
	if err != nil || len(f.Tensors()) != 1 || x.Name != "conv2d_1/kernel" || x.Type != weightfile.BF16 || x.Axes != weightfile.HWIO || len(got) != len(want.data)/2 {
		t.Fatalf("%+v, %d bytes, %v", f.Tensors(), len(got), err)
	}
	for i := range len(got) / 2 {
		if !bytes.Equal(got[2*i:2*i+2], want.data[4*i+2:4*i+4]) {
			t.Errorf("element %d is %x, want the upper half of %x", i, got[2*i:2*i+2], want.data[4*i:4*i+4])
		}
	}
}

// Any other HDF5 file is its datasets.
func TestArraysAlone(t *testing.T) {
	f, want := opened(t, "arrays.h5"), expected(t)
	if about := f.About(); about.Format != "HDF5" || !slices.Equal(about.Beside, []string{"names (texts)"}) {
		t.Errorf("about: %+v", about)
	}
	for i, x := range f.Tensors() {
		if got, err := f.Bytes(i); err != nil || !bytes.Equal(got, want[x.Name].data) || x.Axes != weightfile.Unknown {
			t.Errorf("%+v is %x, %v", x, got, err)
		}
		delete(want, x.Name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

// Kernels of a file that was saved with Theano are flipped in height and width, as Keras does when
// another program reads it, and nothing else is.
func TestKernelsOfTheano(t *testing.T) {
	layers := []filetest.Layer{
		{Name: "c", Kind: filetest.Conv, Arrays: []filetest.Array{{Leaf: "weight", Shape: []int{2, 1, 2, 3}, Data: []float32{1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60}}, {Leaf: "bias", Shape: []int{2}, Data: []float32{7, 8}}}},
		{Name: "d", Kind: filetest.Linear, Arrays: []filetest.Array{{Leaf: "weight", Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}}}},
	}
	for backend, want := range map[string]string{
		"tensorflow": "[1 10 2 20 3 30 4 40 5 50 6 60] [7 8] [1 3 2 4]", // [H, W, in, out], [in, out]
		"theano":     "[6 60 5 50 4 40 3 30 2 20 1 10] [7 8] [1 3 2 4]",
	} {
		f, err := keras.Open(filetest.Memory("f.h5", filetest.Keras(layers, [2]string{"backend", backend}), nil))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range f.Tensors() {
			raw, err := f.Bytes(i)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(weightfile.F32.Floats(raw)))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", backend, got, want)
		}
		if told := slices.Contains(f.About().Notes, "flipped the kernels of convolutions, as Keras does with weights that were saved with Theano"); told != (backend == "theano") {
			t.Errorf("%s: %q", backend, f.About().Notes)
		}
	}
}

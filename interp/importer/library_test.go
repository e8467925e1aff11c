package importer

import (
	"flag"
	"path/filepath"
	"slices"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/internal/weights"
	"cnnlang/interp/onnx"
)

var everyNet = flag.Bool("import.all", false, "export and import the large nets of the library, too; takes 12 GB of writing")

// A net of the library that is written as ONNX without its text is that net when it is read: the same
// operations, the same names, the same numbers.
func TestNetsComeBack(t *testing.T) {
	const large = 4_000_000 // parameters
	for _, name := range interp.Library() {
		n := flattest.LibraryNet(t, name)
		if !*everyNet && n.Main.Params.MustInt() > large {
			continue
		}
		t.Run(name, func(t *testing.T) {
			file := exported(t, n, interp.RandomWeights(1))
			i, err := Open(file, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer i.Close()
			pairs, err := flat.Match(plainly(i.Net.Graph), plainly(n.Graph))
			if err != nil {
				t.Fatalf("%v\n%s", err, i.Text)
			}
			wantTensors(t, i, pairs)
		})
	}
}

// exported writes a net as ONNX.
func exported(t *testing.T, n *interp.Net, w interp.Weights) string {
	t.Helper()
	params, err := n.Parameters(t.Context(), w, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer params.Close()
	model, err := onnx.Of(n.Graph, onnx.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), n.Name+".onnx")
	if _, err := model.Write(t.Context(), onnx.Destination{Path: file}, params); err != nil {
		t.Fatal(err)
	}
	return file
}

// wantTensors compares the names and numbers of an import with those of the net that was exported, which were
// generated from seed 1. A tensor that several operations share is there for each of them, and has its name at
// the first.
func wantTensors(t *testing.T, i *Imported, pairs []flat.Pair) {
	t.Helper()
	got, compared := numbers(t, i), 0
	for _, pair := range pairs {
		for at, p := range pair.File.Params {
			if p.Path == "" {
				continue // one that the file has of a normalisation without it
			}
			q := pair.Text.Params[at]
			if compared++; q.Path != p.Path && !p.Again {
				t.Errorf("%s is called %s", p.Path, q.Path)
			}
			if want := weights.Random(1).Tensor(p.Path, p.Shape); !slices.Equal(got[q.Path], want.Data) {
				t.Errorf("%s has other numbers than %s", q.Path, p.Path)
			}
		}
	}
	if compared > len(got) || compared == 0 && len(got) > 0 {
		t.Errorf("%d tensors were compared, of %d", compared, len(got))
	}
}

// Tensors that the file has once and the text several times are told.
func TestSharedTensorsAreTold(t *testing.T) {
	for name, shared := range map[string]bool{"apart": false, "computed": false, "shared": true} {
		i := &Imported{}
		for _, tensor := range map[string][]string{"apart": {"a", "b"}, "computed": {"", ""}, "shared": {"a", "b", "a"}}[name] {
			i.tensors = append(i.tensors, parameter{from: flat.Tensor{Name: tensor}})
		}
		if i.shared(); shared != (len(i.Notes) == 1) {
			t.Errorf("%s: got %q", name, i.Notes)
		}
	}
}

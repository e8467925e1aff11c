package importer

import (
	"flag"
	"path/filepath"
	"slices"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
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
			wantTensors(t, i, n.Graph)
			if _, err := flat.Match(plainly(i.Net.Graph), plainly(n.Graph)); err != nil {
				t.Errorf("%v\n%s", err, i.Text)
			}
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

// wantTensors compares the names and numbers of an import with those of a graph, generated from seed 1.
func wantTensors(t *testing.T, i *Imported, g *graph.Graph) {
	t.Helper()
	want := map[string]graph.Param{}
	for _, p := range g.Params(false) {
		want[p.Path] = p
	}
	differ := 0
	for _, p := range i.tensors {
		q, ok := want[p.Path]
		if !ok || !p.Shape.Equal(q.Shape) {
			differ++
			continue
		}
		delete(want, p.Path)
		got, err := p.from.Read()
		if err != nil {
			t.Fatal(err)
		}
		if random := weights.Random(1).Tensor(q.Path, q.Shape); !slices.Equal(got, random.Data) {
			t.Errorf("%s has other numbers", p.Path)
		}
	}
	if differ+len(want) > 0 {
		t.Errorf("%d tensors have other names or shapes, and %d are missing", differ, len(want))
	}
}

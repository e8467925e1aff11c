package flattest

import (
	"errors"
	"fmt"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
)

// Fuzzed holds what a reader makes of a file that may be anything to what readers promise: an error is
// one that the user can do something about, and a net is sound.
func Fuzzed(t *testing.T, net *flat.Net, err error) {
	t.Helper()
	if err != nil {
		refused, isRefused := errors.AsType[*flat.Refused](err)
		_, isLimit := errors.AsType[*weightfile.LimitError](err)
		_, isDamage := errors.AsType[*weightfile.Error](err)
		if net != nil || !isRefused && !isLimit && !isDamage || isRefused && len(refused.Problems) == 0 {
			t.Fatalf("got %v and the error %#v", net, err)
		}
		return
	}
	for _, n := range net.Graph.Operations() { // the text numbers what has no name
		for i, p := range n.Op.Params(n.InDims()) {
			if n.Path == "" {
				n.Params[i].Path = fmt.Sprintf("%d.%s", n.ID, p.Leaf)
			}
		}
	}
	if err := graph.Verify(net.Graph); err != nil {
		t.Fatal(err)
	}
	if len(net.About) != len(net.Graph.Nodes) || len(net.Graph.Outputs) == 0 {
		t.Fatalf("%d notes on %d nodes, %d outputs", len(net.About), len(net.Graph.Nodes), len(net.Graph.Outputs))
	}
	for _, n := range net.Graph.Nodes {
		stored := net.About[n.ID].Tensors
		if stored != nil && len(stored) != len(n.Params) {
			t.Fatalf("%d tensors for %d parameters", len(stored), len(n.Params))
		}
		for i, x := range stored {
			if !x.Shape.Equal(n.Params[i].Shape) {
				t.Fatalf("%s: %v in the file, want %v", n.Params[i].Path, x.Shape, n.Params[i].Shape)
			}
			if x.Shape.Elements() > 1<<20 {
				continue
			}
			if data, err := x.Read(); err == nil && len(data) != x.Shape.Elements() {
				t.Fatalf("%s: %d numbers of %v", n.Params[i].Path, len(data), x.Shape)
			}
		}
	}
}

// Texts are those of a file of testdata/import/broken, as seeds.
func Texts(t testing.TB, file string) (all []string) {
	t.Helper()
	for _, c := range broken(t, file) {
		all = append(all, c.text)
	}
	return all
}

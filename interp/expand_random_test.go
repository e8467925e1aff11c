package interp_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/graph"
)

// Random nets with side heads in side heads, taps, groups, branches, blocks, repeats and
// labels of all kinds read back as the same graph; half of them have a head whose name is
// not a word.
func TestExpandedRandomNetsReadBack(t *testing.T) {
	dotted := 0
	for seed := range uint64(150) {
		text := randomNet(seed)
		n, flat := expanded(t, "-", text)
		again := readBack(t, flat)
		if diff := cmp.Diff(tableOf(t, n.Graph), tableOf(t, again.Graph)); diff != "" {
			t.Fatalf("seed %d: the graph read back differs (-made +read back):\n%s\n%s\n%s", seed, diff, text, flat)
		}
		for _, s := range n.Graph.Sides {
			if strings.ContainsAny(s.Name, `. \-0`) {
				dotted++
				break
			}
		}
	}
	if dotted < 75 {
		t.Errorf("%d nets have a head whose name is no word", dotted)
	}
}

// With steps for each item of a list they read back as a graph that has the same tensors and gives
// the same.
func TestExpandedRandomItemsReadBack(t *testing.T) {
	shared := 0
	for seed := range uint64(25) {
		text := randomItems(seed)
		n, flat := expanded(t, "-", text)
		again := readBack(t, flat)
		if slices.ContainsFunc(n.Graph.Nodes, func(x *graph.Node) bool { return len(x.Own()) < len(x.Params) }) {
			shared++
		}
		if !sameParams(n.Graph.Params(true), again.Graph.Params(true)) || n.Main != again.Main || n.Sides != again.Sides {
			t.Fatalf("seed %d: the text has other tensors or counts:\n%s\n%s", seed, text, flat)
		}
		weights := interp.RandomWeights(seed)
		want, _, err := outputsOf(t, n, weights)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := outputsOf(t, again, weights)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(got, want, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) }) {
			t.Fatalf("seed %d: the text gives something else:\n%s\n%s", seed, text, flat)
		}
	}
	if shared < 12 {
		t.Errorf("%d of 25 nets have a tensor that several steps have", shared)
	}
}

// With several inputs and outputs they give the same under the same names.
func TestExpandedRandomEndsReadBack(t *testing.T) {
	for seed := range uint64(25) {
		text := randomEnds(seed)
		n, flat := expanded(t, "-", text)
		again := readBack(t, flat)
		if !sameParams(n.Graph.Params(true), again.Graph.Params(true)) || n.Main != again.Main || n.Sides != again.Sides {
			t.Fatalf("seed %d: the text has other tensors or counts:\n%s\n%s", seed, text, flat)
		}
		tensors := interp.RandomTensors(n, seed)
		_, want, err := answers(t, n, tensors)
		if err != nil {
			t.Fatal(err)
		}
		_, got, err := answers(t, again, tensors)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d: the text gives something else (-made +read back): %s\n%s\n%s", seed, diff, text, flat)
		}
	}
}

// sameParams reports whether two lists have the same tensors, in any order.
func sameParams(a, b []graph.Param) bool {
	byPath := func(x, y graph.Param) int { return strings.Compare(x.Path, y.Path) }
	slices.SortFunc(a, byPath)
	slices.SortFunc(b, byPath)
	return slices.EqualFunc(a, b, func(x, y graph.Param) bool { return x.Path == y.Path && x.Shape.Equal(y.Shape) })
}

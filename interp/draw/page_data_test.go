package draw

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/graph"
)

// The page of every net has the boxes that Go draws, in their order, and of every operation its shape, its
// tensors and a line of its text.
func TestPageHasWhatIsDrawn(t *testing.T) {
	for _, name := range library() {
		n := netOf(t, name)
		memory := &Heat{Name: "memory", Of: map[string]float64{}, Text: func(v float64) string { return fmt.Sprint(v) }}
		total := 0.0
		for _, node := range n.Graph.Operations() {
			memory.Of[node.Path] = node.Bytes().Values.Float()
			total += memory.Of[node.Path]
		}
		var page bytes.Buffer
		text := func(file string) string { return n.File(file).Text }
		if err := Page(&page, n.Graph, n.Outline(), Options{Depth: FitPage, Costs: []*Heat{memory}}, text); err != nil {
			t.Fatal(err)
		}
		data := dataOf(t, page.String())
		if fits := Of(n.Graph, n.Outline(), Options{Depth: FitPage}).Depth; data.Depth != fits {
			t.Errorf("%s opens at depth %d, want %d", name, data.Depth, fits)
		}
		var got []pageItem
		flatten(data.Items, &got)
		var want []*Item
		each(Of(n.Graph, n.Outline(), Options{Depth: All}).Items, func(i *Item) { want = append(want, i) })
		if len(got) != len(want) {
			t.Fatalf("%s: the page has %d items, Go draws %d", name, len(got), len(want))
		}
		for k, w := range want {
			g := got[k]
			if g.Kind != w.Kind.String() || g.Path != word(w.Path) || strings.Join(g.Nodes, " ") != w.nodes() || g.Count != w.Count ||
				g.Text != w.Text || g.Label != w.Label || !slices.Equal(g.Marks, w.Marks) || g.Shape != graph.SizesOf(w.shape) ||
				fmt.Sprint(*g.Params, *g.MACs, *g.FLOPs) != fmt.Sprint(w.Cost.Params, w.Cost.MACs, w.Cost.FLOPs) || w.Kind == Frame && len(g.At) != w.Count {
				t.Errorf("%s: item %d is %+v, want %+v", name, k, g, *w)
			}
		}
		sum := 0.0
		for _, i := range data.Items {
			sum += withAll(i)
		}
		if sum != total {
			t.Errorf("%s: the boxes have %g bytes, the operations %g", name, sum, total)
		}
		for _, node := range n.Graph.Nodes {
			g, at := data.Nodes[word(idOf(n.Graph, node))], node.Origin.Start
			var tensors [][]string
			for _, p := range node.Params {
				tensors = append(tensors, []string{p.Path, fmt.Sprint(p.Shape)})
			}
			if g.Shape != fmt.Sprint(node.Shape) || fmt.Sprint(g.Params) != fmt.Sprint(tensors) || g.File != at.Filename || g.Line != at.Line ||
				!slices.Equal(data.Files[g.File], strings.Split(text(g.File), "\n")) || at.Line < 1 || at.Line > len(data.Files[g.File]) {
				t.Errorf("%s: of %s the page knows %+v", name, node.Path, g)
			}
		}
	}
}

// dataOf reads the data of a page back.
func dataOf(t *testing.T, page string) (data pageData) {
	t.Helper()
	_, rest, found := strings.Cut(page, "const Data = ")
	if !found {
		t.Fatal("the page has no data")
	}
	if err := json.NewDecoder(strings.NewReader(rest)).Decode(&data); err != nil {
		t.Fatal(err)
	}
	return data
}

// flatten lists items in the order of each.
func flatten(items []pageItem, list *[]pageItem) {
	for _, i := range items {
		*list = append(*list, i)
		flatten(i.Items, list)
		for _, b := range i.Branches {
			flatten(b, list)
		}
	}
}

// withAll is the first cost of all copies of an item, with its branches; a frame's own has what is in it.
func withAll(i pageItem) float64 {
	sum := i.Costs[0].Value * float64(i.Count)
	for _, b := range i.Branches {
		for _, in := range b {
			sum += withAll(in)
		}
	}
	return sum
}

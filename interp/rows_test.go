package interp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
)

// At every depth each operation is in one row, the rows sum to the totals, and they refine those of
// the depth before: of every net of the library and of random ones, with side heads in side heads,
// labels of all kinds and steps without a path of their own.
func TestRowsSumToTotalsAtEveryDepth(t *testing.T) {
	for _, name := range interp.Library() {
		_, n := selected(t, name, "", interp.Options{})
		compareRows(t, name, n)
	}
	for seed := range uint64(240) {
		_, n := selected(t, "-", randomOf(seed, 200), interp.Options{})
		compareRows(t, fmt.Sprint("seed ", seed), n)
	}
}

func compareRows(t *testing.T, name string, n *interp.Net) {
	t.Helper()
	deepest := 1
	for _, node := range n.Graph.Nodes {
		deepest = max(deepest, strings.Count(node.Path, ".")+1)
	}
	depths := []int{graph.AllDepths}
	for depth := range deepest + 1 {
		depths = append(depths, depth+1)
	}
	before := map[*graph.Node]string{} // the path of its row at the depth before
	for _, depth := range depths {
		var main, sides graph.Count
		seen := map[*graph.Node]bool{}
		known := map[string]bool{}
		refined := map[string]string{}
		for _, r := range n.Graph.Rows(depth) {
			own := graph.Count{}
			for _, node := range r.Nodes {
				if seen[node] || (node.Side != nil) != r.Side || r.Side && node.Side.Name != r.Head {
					t.Errorf("%s, depth %d: %s is in %s and in another row, or in another head", name, depth, node.Path, r.Path)
				}
				if seen[node] = true; node.Module() != r.Path && !strings.HasPrefix(node.Module(), r.Path+".") {
					t.Errorf("%s, depth %d: %s is in the row %s", name, depth, node.Path, r.Path)
				}
				own = own.Add(node.Count())
				at := fmt.Sprint(r.Side, r.Head, r.Path)
				if depth > 1 && before[node] != "" {
					if whole, ok := refined[at]; ok && whole != before[node] {
						t.Errorf("%s, depth %d: the row %s is in two rows of the depth before", name, depth, r.Path)
					}
					refined[at] = before[node]
				}
				before[node] = at
			}
			if at := fmt.Sprint(r.Side, r.Head, r.Path); known[at] {
				t.Errorf("%s, depth %d: two rows are %s", name, depth, at)
			} else {
				known[at] = true
			}
			several := r.List > 0 || r.Items > 0
			if several != (r.Value == nil) || !several && (!slices.Equal(r.Output, r.Value.Shape) || !slices.Contains(n.Graph.Nodes, r.Value)) {
				t.Errorf("%s, depth %d: the value of %s is %v", name, depth, r.Path, r.Output)
			}
			if own != r.Count {
				t.Errorf("%s, depth %d: %s is said to count %v, and its operations %v", name, depth, r.Path, r.Count, own)
			}
			if depth != graph.AllDepths && strings.Count(r.Path, ".") >= depth {
				t.Errorf("%s, depth %d: the row %s", name, depth, r.Path)
			}
			if r.Side {
				sides = sides.Add(r.Count)
			} else {
				main = main.Add(r.Count)
			}
		}
		if all := len(n.Graph.Operations()); len(seen) != all {
			t.Errorf("%s, depth %d: %d operations in rows, and %d in the net", name, depth, len(seen), all)
		}
		if main != n.Main || sides != n.Sides {
			t.Errorf("%s, depth %d: the rows sum to %v and %v, the totals are %v and %v", name, depth, main, sides, n.Main, n.Sides)
		}
		if depth == graph.AllDepths {
			clear(before)
		}
	}
}

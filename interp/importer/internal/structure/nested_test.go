package structure_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/structure"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/ops"
)

func must(n *graph.Node, err error) *graph.Node {
	if err != nil {
		panic(err)
	}
	return n
}

// dense is a dense block as exporters write it: each layer is given a list of all results before it.
func dense(layers int) *flat.Net {
	b := flat.Build("dense")
	all := []*graph.Node{b.Input("", []int{1, 8, 4, 4})}
	for i := range layers {
		x := all[0]
		if i > 0 {
			x = must(b.Op("", graphtest.Concat(), flat.About{}, all...))
		}
		all = append(all, must(b.Op(fmt.Sprintf("layer%d.conv", i+1), graphtest.Conv(2, 3, 1, 1, true), flat.About{}, x)))
	}
	b.Output("output", must(b.Op("", graphtest.Concat(), flat.About{}, all...)))
	return b.Net()
}

// TestDenseLayersAreAConcatEach: instead of lists that grow.
func TestDenseLayersAreAConcatEach(t *testing.T) {
	text, _ := recovered(t, dense(20))
	if n := strings.Count(text, "concat {"); n != 20 || strings.Contains(text, "@") {
		t.Errorf("%d concats, want 20, and no value read by name:\n%s", n, text)
	}
}

// TestNestedConcatsJoinTheSame: in random nets each concat joins, with those in it taken apart, what it
// joined before.
func TestNestedConcatsJoinTheSame(t *testing.T) {
	nested := 0
	for seed := range uint64(400) {
		n := concats(seed)
		again := structure.Nested(n)
		nested += len(again.Graph.Nodes) - len(n.Graph.Nodes)
		var before, after [][]string
		leaves := map[*graph.Node][]string{}
		for i, g := range []*graph.Graph{n.Graph, again.Graph} {
			clear(leaves)
			for _, node := range g.Nodes {
				leaves[node] = joins(node, leaves)
			}
			for _, o := range g.Outputs {
				if i == 0 {
					before = append(before, leaves[o.Node])
				} else {
					after = append(after, leaves[o.Node])
				}
			}
		}
		if !slices.EqualFunc(before, after, slices.Equal) {
			t.Fatalf("seed %d: joins %v, and %v before", seed, after, before)
		}
		recovered(t, n)
	}
	if nested < 200 {
		t.Errorf("%d concats were made", nested)
	}
}

// joins are the values that a node consists of: a concat those that it joins, anything else one that is
// called after its operation and what that works on.
func joins(n *graph.Node, of map[*graph.Node][]string) []string {
	var all []string
	for _, in := range n.In {
		all = append(all, of[in]...)
	}
	if _, concat := n.Op.(*ops.Concat); concat {
		return all
	}
	return []string{n.Path + "(" + strings.Join(all, " ") + ")"}
}

// concats is a net of convolutions and of concats, of up to five neighbouring values or of the ends of
// towers that begin with one.
func concats(seed uint64) *flat.Net {
	r := rand.New(rand.NewPCG(seed, 3))
	b := flat.Build(fmt.Sprint("concats", seed))
	values := []*graph.Node{b.Input("", []int{1, 2, 3, 3})}
	conv := func(in *graph.Node) *graph.Node {
		values = append(values, must(b.Op(fmt.Sprint("c", len(values)), graphtest.Conv(1+r.IntN(2), 1, 1, 1, false), flat.About{}, in)))
		return values[len(values)-1]
	}
	for range 3 + r.IntN(6) {
		in := []*graph.Node{values[max(0, len(values)-1-r.IntN(3))]}
		if r.IntN(2) == 0 {
			from := max(0, len(values)-2-r.IntN(4))
			in = slices.Clone(values[from : from+1+r.IntN(len(values)-from)])
		} else {
			for foot, towers := in[0], 1+r.IntN(3); towers > 0; towers-- {
				floor := conv(foot)
				for range r.IntN(3) {
					in = append(in, conv(floor))
				}
			}
		}
		values = append(values, must(b.Op("", graphtest.Concat(), flat.About{}, in...)))
	}
	b.Output("output", values[len(values)-1])
	b.Output("other", values[r.IntN(len(values))])
	return b.Net()
}

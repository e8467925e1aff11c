package plan

import (
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/ops"
)

// A depthwise convolution is fused with the 1x1 convolution that alone reads it.
func TestJoins(t *testing.T) {
	for name, want := range map[string]int{"read by one": 1, "read by two": 0, "shown": 0} {
		b := graphtest.Start(name, 1, 32, 56, 56)
		between := b.Add("depthwise", graphtest.Conv(32, 3, 1, 32, true), b.Graph.Input())
		last := b.Add("pointwise", graphtest.Conv(32, 1, 1, 1, true), between)
		keep := []*graph.Node{last}
		switch name {
		case "read by two":
			keep = append(keep, b.Add("sum", &ops.Add{}, last, between))
		case "shown":
			keep = append(keep, between)
		}
		p := planned(t, b.Graph, keep...)
		if !hasBlocks() {
			want = 0
		}
		if got := countOf(p, "separable"); got != want {
			t.Errorf("%s: %d joined", name, got)
		}
		checkValues(t, p, reference(b.Graph, graphtest.Inputs(b.Graph, 1)...), keep...)
	}
}

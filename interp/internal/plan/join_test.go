package plan

import (
	"strings"
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

// A 1x1 convolution to many channels is fused with the depthwise convolution that alone reads it, with and without what follows,
// also where what is expanded is added to the result.
func TestExpands(t *testing.T) {
	for name, want := range map[string]int{"read by one": 1, "wide read by two": 0, "between read by two": 1, "wide shown": 0, "in a batch": 1} {
		images := 1
		if name == "in a batch" {
			images = 3
		}
		b := graphtest.Start(name, images, 24, 56, 56)
		x := b.Add("first", graphtest.Conv(24, 1, 1, 1, true), b.Graph.Input())
		wide := b.Add("expand", graphtest.Conv(144, 1, 1, 1, true), x)
		between := b.Add("depthwise", graphtest.Conv(144, 3, 1, 144, true), wide)
		project := graphtest.Conv(24, 1, 1, 1, false).(*ops.Conv).WithEpilogue(ops.Epilogue{Add: true})
		keep := []*graph.Node{b.Add("project", project, between, x)}
		switch name {
		case "wide read by two":
			keep = append(keep, b.Add("sum", &ops.Add{}, wide, between))
		case "between read by two":
			keep = append(keep, b.Add("pool", &ops.GlobalAvgPool{}, between))
		case "wide shown":
			keep = append(keep, wide)
		}
		p := planned(t, b.Graph, keep...)
		if !hasBlocks() {
			want = 0
		}
		got := 0
		for _, s := range p.instructions {
			if strings.HasPrefix(s.describe(), "expanded") {
				got++
			}
		}
		if got != want {
			t.Errorf("%s: %d fused", name, got)
		}
		checkValues(t, p, reference(b.Graph, graphtest.Inputs(b.Graph, 1)...), keep...)
	}
}

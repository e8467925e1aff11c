package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/interp/internal/pass"
	"cnnlang/lang/langtest"
	"cnnlang/ops"
	"cnnlang/ops/exec/layout"
)

// small is a network for three images with work for every pass.
func small() *graph.Graph {
	b := graphtest.Start("small", 3, 3, 56, 56)
	unit := func(path string, out, k, groups int, x *graph.Node) *graph.Node {
		x = b.Add(path, graphtest.Conv(out, k, 1, groups, false), x)
		return b.Add(path+".relu", ops.ReLU.Op(), b.Add(path+".norm", graphtest.Norm(), x))
	}
	x := unit("stem", 32, 3, 1, b.Graph.Input())
	x = unit("pointwise", 64, 1, 1, unit("depthwise", 32, 3, 32, x))
	x = b.Add("concat", graphtest.Concat(), unit("1x1", 32, 1, 1, x),
		unit("3x3", 16, 3, 1, unit("3x3 reduce", 16, 1, 1, x)), unit("5x5", 16, 5, 1, unit("5x5 reduce", 24, 1, 1, x)))
	x = unit("expand", 176, 1, 1, x) // its value does not stay in a cache
	gate := b.Add("excite.sigmoid", ops.Sigmoid.Op(), b.Add("excite", graphtest.Conv(176, 1, 1, 1, true), b.Add("squeeze", &ops.GlobalAvgPool{}, x)))
	x = b.Add("gated", &ops.Mul{}, x, gate)
	x = b.Add("sum", &ops.Add{}, b.Add("body", graphtest.Conv(176, 3, 1, 1, false), x), x)
	b.Add("fc", graphtest.Linear(10), b.Add("flatten", &ops.Flatten{}, b.Add("mean", &ops.GlobalAvgPool{}, x)))
	g, _ := pass.Run(b.Graph, pass.Options{})
	return g
}

// TestPasses shows the program of a small network before and after every pass.
func TestPasses(t *testing.T) {
	g := small()
	body := slices.IndexFunc(g.Nodes, func(n *graph.Node) bool { return n.Path == "body" })
	l := &lowering{newProgram(g), pinned(g, Options{}), nil, layout.F32, body}
	var all strings.Builder
	last := ""
	show := func(name string) {
		var table strings.Builder
		if err := l.print(&table); err != nil {
			t.Fatal(err)
		}
		text := table.String()
		if text == last {
			text = "the same\n"
		} else {
			last = text
		}
		fmt.Fprintf(&all, "%s\n\n%s\n", name, text)
	}
	show("the graph")
	for _, p := range passes {
		p.run(l)
		show(p.name)
	}
	name := "plain"
	if hasBlocks() {
		name = "blocks"
	}
	langtest.Golden(t, "testdata/passes_"+name+".golden", all.String())
}

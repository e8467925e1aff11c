package plan

import (
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/interp/internal/pass"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// stacked are the nodes of the graph that became slices of a stack.
func stacked(p *Plan) (members []*graph.Node) {
	for _, n := range p.graph.Nodes {
		if _, was := n.Op.(*ops.Conv); !was || p.program.of[n] == nil {
			continue
		}
		if _, is := p.program.of[n].op.(*ops.Slice); is {
			members = append(members, n)
		}
	}
	return members
}

// inception is a simplified block of GoogLeNet for some images.
func inception(images int) *graph.Graph {
	b := graphtest.Start("inception", images, 16, 9, 10)
	unit := func(path string, out, k int, x *graph.Node) *graph.Node {
		x = b.Add(path, graphtest.Conv(out, k, 1, 1, false), x)
		return b.Add(path+".relu", ops.ReLU.Op(), b.Add(path+".bn", graphtest.Norm(), x))
	}
	x := unit("stem", 96, 1, b.Graph.Input())
	pool := &ops.MaxPool{K: dim.Square(dim.Int(3)), Stride: dim.Square(dim.Int(1)), Pad: ops.Padding{Mode: ops.Half}}
	b.Add("concat", graphtest.Concat(),
		unit("1x1", 32, 1, x), unit("3x3", 16, 3, unit("3x3 reduce", 24, 1, x)),
		unit("5x5", 16, 5, unit("5x5 reduce", 16, 1, x)), unit("pool", 20, 1, b.Add("max", pool, x)))
	unit("after", 16, 3, b.Graph.Output())
	g, _ := pass.Run(b.Graph, pass.Options{})
	return g
}

// The reductions of an inception block become one instruction with the same bits as before;
// the memory that a plan asks for is what it takes.
func TestReductionsAreOneStep(t *testing.T) {
	for _, images := range []int{1, 3} {
		g := inception(images)
		asks, p := asked(t, g, Options{})
		members := stacked(p)
		if isa, _ := exec.ISA(); isa == "generic" {
			if len(members) > 0 {
				t.Error("plain values are stacked")
			}
			continue
		}
		if len(members) != 2 || members[0].Path != "3x3 reduce" || members[1].Path != "5x5 reduce" {
			t.Fatalf("stacked %v", members)
		}
		others, apart := asked(t, g, Options{Keep: members})
		if with, without := countOf(p, "conv"), countOf(apart, "conv"); with != 7 || without != 8 {
			t.Errorf("%d instructions, %d of those that stay apart", with, without)
		}
		if n := countOf(p, "slice") + countOf(p, "concat"); n > 0 {
			t.Errorf("%d instructions that only copy", n)
		}
		if asks[0].Weights != others[0].Weights {
			t.Errorf("asks for %v, apart for %v", asks, others)
		}
		if !same(shows(run(t, p, 2, 1)), shows(run(t, apart, 2, 1))) {
			t.Errorf("%d images: other bits", images)
		}
	}
}

// The same for random graphs: shown values are not stacked.
func TestStacksComputeTheSameBits(t *testing.T) {
	all := 0
	for seed := range uint64(40) {
		g, _ := pass.Run(branches(seed), pass.Options{})
		for _, precision := range []layout.Precision{layout.F32, layout.BF16} {
			p := plannedIn(t, g, precision)
			members := stacked(p)
			all += len(members)
			apart, err := New(g, graphtest.Param, Options{Precision: precision, Keep: members})
			if err != nil {
				t.Fatal(err)
			}
			if n := len(stacked(apart)); n > 0 {
				t.Errorf("seed %d: %d shown values are stacked", seed, n)
			}
			if !same(shows(run(t, p, 2, 1)), shows(run(t, apart, 1, 1))) {
				t.Errorf("seed %d, %v: other bits", seed, precision)
			}
		}
	}
	if isa, _ := exec.ISA(); isa != "generic" && all < 20 {
		t.Errorf("only %d convolutions are stacked", all)
	}
}

// Values that have to be elsewhere, or convolutions that differ, are not stacked.
func TestNotStacked(t *testing.T) {
	conv := func(out int) *ops.Conv { return graphtest.Conv(out, 1, 1, 1, true).(*ops.Conv) }
	after := func(b *graphtest.Builder, x *graph.Node) *graph.Node {
		return b.Add(x.Path+" after", graphtest.Conv(16, 3, 1, 1, true), x)
	}
	cases := map[string]func(b *graphtest.Builder, x *graph.Node){
		"the concatenation has one": func(b *graphtest.Builder, x *graph.Node) {
			b.Add("concat", graphtest.Concat(), b.Add("a", conv(16), x), after(b, b.Add("b", conv(16), x)))
		},
		"one is written over": func(b *graphtest.Builder, x *graph.Node) {
			b.Add("silu", &ops.Scale{S: two}, b.Add("a", conv(16), x))
			after(b, b.Add("b", conv(16), x))
		},
		"one is the output": func(b *graphtest.Builder, x *graph.Node) {
			after(b, b.Add("a", conv(16), x))
			b.Add("b", conv(16), x)
		},
		"one has an activation": func(b *graphtest.Builder, x *graph.Node) {
			y := after(b, b.Add("a", conv(16), x))
			b.Add("add", &ops.Add{}, y, after(b, b.Add("b", conv(16).WithEpilogue(ops.Epilogue{Act: ops.ReLU}), x)))
		},
		"one has no bias": func(b *graphtest.Builder, x *graph.Node) {
			y := after(b, b.Add("a", conv(16), x))
			b.Add("add", &ops.Add{}, y, after(b, b.Add("b", graphtest.Conv(16, 1, 1, 1, false), x)))
		},
		"one has a norm": func(b *graphtest.Builder, x *graph.Node) {
			y := after(b, b.Add("a", conv(16), x))
			n := b.Add("b", conv(16), x)
			n.Op = n.Op.(ops.Fuser).WithEpilogue(ops.Epilogue{Norm: &ops.BatchNorm{Eps: dim.Ratio(1, 1000), Scale: true, Shift: true}})
			for _, leaf := range []string{"weight", "bias", "running_mean", "running_var"} {
				n.Params = append(n.Params, graph.Param{Path: "norm." + leaf, Shape: tensor.Shape{16}, Running: strings.HasPrefix(leaf, "running")})
			}
			b.Add("add", &ops.Add{}, y, after(b, n))
		},
		"one reads another value": func(b *graphtest.Builder, x *graph.Node) {
			y := after(b, b.Add("a", conv(16), x))
			b.Add("add", &ops.Add{}, y, after(b, b.Add("b", conv(16), b.Add("wide", graphtest.Conv(64, 3, 1, 1, true), x))))
		},
		"neither fills its blocks": func(b *graphtest.Builder, x *graph.Node) {
			y := after(b, b.Add("a", conv(20), x))
			b.Add("add", &ops.Add{}, y, after(b, b.Add("b", conv(24), x)))
		},
		"they are more than they read": func(b *graphtest.Builder, x *graph.Node) {
			y := after(b, b.Add("a", conv(48), x))
			b.Add("add", &ops.Add{}, y, after(b, b.Add("b", conv(48), x)))
		},
		"one is of a side head": func(b *graphtest.Builder, x *graph.Node) {
			b.Head("aux")
			after(b, b.Add("a", conv(16), x))
			b.Main()
			after(b, b.Add("b", conv(16), x))
		},
	}
	for name, build := range cases {
		b := graphtest.Start(name, 2, 64, 6, 7)
		build(b, b.Add("stem", graphtest.Conv(64, 3, 1, 1, true), b.Graph.Input()))
		if p := planned(t, b.Graph); len(stacked(p)) > 0 {
			t.Errorf("%s: stacked", name)
		}
	}
}

// A stack is computed on blocks like its members, even if another algorithm has a lower
// estimate for all of their channels together.
func TestStacksLieAsTheirMembers(t *testing.T) {
	b := graphtest.Start("few pixels", 1, 2048, 1, 2)
	after := func(path string, out int) *graph.Node {
		return b.Add(path+" after", graphtest.Conv(16, 3, 1, 1, true), b.Add(path, graphtest.Conv(out, 1, 1, 1, true), b.Graph.Input()))
	}
	last := b.Add("sum", &ops.Add{}, after("a", 16), after("b", 100))
	p := planned(t, b.Graph)
	if n := len(stacked(p)); hasBlocks() && n != 2 {
		t.Fatalf("%d are stacked", n)
	}
	checkValues(t, p, reference(b.Graph, graphtest.Inputs(b.Graph, 1)...), last)
}

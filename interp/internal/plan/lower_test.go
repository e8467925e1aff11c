package plan

import (
	"fmt"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/interp/internal/pass"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// shownAsIn runs a plan of g in memory that is full of NaN and compares what it shows
// with the reference.
func shownAsIn(t *testing.T, what string, p *Plan, g *graph.Graph, to map[*graph.Node]*graph.Node, want map[*graph.Node]tensor.Tensor, nodes []*graph.Node) {
	t.Helper()
	s := session(t, p, 2)
	soil(s)
	if err := s.Run(t.Context(), graphtest.Inputs(g, 1)...); err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes {
		got, ok := s.At(to[n])
		if !ok {
			t.Fatalf("%s: no value of %s", what, n.Path)
		}
		equalEnough(t, what+", "+n.Path, got, want[n])
	}
}

// TestLoweredValuesAreThoseOfTheReference also fills the memory of a session with NaN:
// neither halos nor channels beyond the last may come from there.
func TestLoweredValuesAreThoseOfTheReference(t *testing.T) {
	conversions := 0
	for seed := range uint64(40) {
		g := wide(seed)
		want := reference(g, graphtest.Inputs(g, 1)...)
		keep := []*graph.Node{g.Nodes[3+seed%9], g.Nodes[10+seed%9]}
		after, to := pass.Run(g, pass.Options{Keep: keep})
		p := planned(t, after, to[keep[0]], to[keep[1]])
		conversions += countOf(p, "convert")
		shownAsIn(t, fmt.Sprint("seed ", seed), p, g, to, want, append(keep, g.Output()))
	}
	if isa, _ := exec.ISA(); isa != "generic" && conversions < 40 {
		t.Errorf("only %d conversions", conversions)
	}
}

// TestConcatenationsTakeNoStep: branches are computed inside their concatenation, halo
// included, and slices of it are read there, for one image and for a batch.
func TestConcatenationsTakeNoStep(t *testing.T) {
	isa, _ := exec.ISA()
	for _, images := range []int{1, 2, 8} {
		b := graphtest.Start("branches", images, 16, 9, 9)
		x := b.Add("stem", graphtest.Conv(32, 1, 1, 1, true), b.Graph.Input())
		y := b.Add("a", graphtest.Conv(16, 1, 1, 1, true), x)
		z := b.Add("b", graphtest.Conv(20, 3, 1, 1, true), x)
		all := b.Add("concat", graphtest.Concat(), y, z)
		part := b.Add("slice", &ops.Slice{From: dim.Int(16), To: dim.Int(32)}, b.Add("around", graphtest.Concat(), all))
		b.Add("after", graphtest.Conv(16, 3, 1, 1, true), b.Add("both", &ops.Add{}, part, y))
		p := planned(t, b.Graph)
		if n := countOf(p, "concat") + countOf(p, "slice"); n > 0 && (isa != "generic" || images == 1) {
			t.Errorf("%d images: %d instructions that only copy", images, n)
		}
	}
}

func TestLoweredRunsAllocateNothing(t *testing.T) {
	for seed := range uint64(6) {
		p := planned(t, wide(seed))
		input := graphtest.Inputs(p.Graph(), 1)
		s := session(t, p, 2)
		optest.NoAllocations(t, fmt.Sprint("seed ", seed), func() error { return s.Run(t.Context(), input...) })
	}
	winograd := graphtest.Start("winograd", 1, 64, 28, 28)
	winograd.Add("conv", graphtest.Conv(64, 3, 1, 1, true), winograd.Graph.Input())
	strips := graphtest.Start("separable", 1, 32, 56, 56) // a depthwise convolution and its reader, strip by strip
	strips.Add("point", graphtest.Conv(64, 1, 1, 1, true), strips.Add("deep", graphtest.Conv(32, 3, 1, 32, true), strips.Graph.Input()))
	for _, b := range []*graphtest.Builder{winograd, strips} {
		p := planned(t, b.Graph)
		input := graphtest.Inputs(p.Graph(), 1)
		for threads := 1; threads <= 2; threads++ {
			s := session(t, p, threads)
			optest.NoAllocations(t, fmt.Sprintf("%s, %d threads", b.Graph.Name, threads), func() error { return s.Run(t.Context(), input...) })
		}
	}
}

func TestLoweredResultsDoNotDependOnThreads(t *testing.T) {
	for seed := range uint64(10) {
		p := planned(t, wide(seed))
		want := shows(run(t, p, 1, 1))
		for threads := 2; threads <= 4; threads++ {
			if got := shows(run(t, p, threads, 1)); !same(got, want) {
				t.Errorf("seed %d: %d threads give other bits than 1", seed, threads)
			}
		}
	}
}

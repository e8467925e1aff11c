package plan

import (
	"fmt"
	"math"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/interp/internal/pass"
	"cnnlang/ops"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
)

// plannedIn plans a random graph in a precision, emulated if there are no kernels.
func plannedIn(t testing.TB, g *graph.Graph, precision layout.Precision) *Plan {
	t.Helper()
	p, err := New(g, graphtest.Param, Options{Precision: precision})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Results do not depend on threads or old memory, and are near those of float32; a run
// allocates nothing.
func TestPrecisionsOfRandomGraphs(t *testing.T) {
	t.Run("bf16", func(t *testing.T) { testPrecision(t, layout.BF16, 0.02) })
	t.Run("f32fast", func(t *testing.T) { testPrecision(t, layout.F32Fast, 1e-4) })
}

// Stacks in a precision are near float32, with kernels for its blocks or without.
func TestPrecisionsOfStacks(t *testing.T) {
	b := graphtest.Start("stack", 2, 64, 6, 7)
	x := b.Add("stem", graphtest.Conv(64, 3, 1, 1, true), b.Graph.Input())
	reduced := func(path string) *graph.Node {
		return b.Add(path+" after", graphtest.Conv(32, 3, 1, 1, true), b.Add(path, graphtest.Conv(32, 1, 1, 1, true), x))
	}
	b.Add("add", &ops.Add{}, reduced("a"), reduced("b"))
	g := b.Graph
	want := shows(run(t, planned(t, g), 1, 1))
	for precision, bound := range map[layout.Precision]float64{layout.BF16: 0.02, layout.F32Fast: 1e-4} {
		p := plannedIn(t, g, precision)
		if len(stacked(p)) != 2 {
			t.Errorf("%v: %d stacked, want 2", precision, len(stacked(p)))
		}
		near(t, 0, bound, shows(run(t, p, 1, 1)), want)
	}
}

func testPrecision(t *testing.T, precision layout.Precision, bound float64) {
	rounded, hosted := 0, 0
	for seed := range uint64(30) {
		g := wide(seed)
		if seed%3 == 2 {
			g = branches(seed)
		}
		g, _ = pass.Run(g, pass.Options{})
		p := gatheredAt(t, int(seed)%5*len(g.Nodes)/5, g, Options{Precision: precision})
		hosted += strided(p)
		for _, i := range p.program.list {
			if i.algorithm.Precision == precision {
				rounded++
			}
		}
		s := run(t, p, 1, 1)
		want := shows(s)
		soil(s)
		if err := s.Run(t.Context(), graphtest.Inputs(g, 1)...); err != nil {
			t.Fatal(err)
		}
		if !same(shows(s), want) {
			t.Errorf("seed %d: the result depends on what memory held before", seed)
		}
		sameOnThreads(t, p, seed)
		input := graphtest.Inputs(g, 1)
		two := session(t, p, 2)
		optest.NoAllocations(t, fmt.Sprint("seed ", seed), func() error { return two.Run(t.Context(), input...) })
		near(t, seed, bound, want, shows(run(t, planned(t, g), 1, 1)))
	}
	t.Logf("%d instructions are rounded, %d values lie in others", rounded, hosted)
	if rounded < 40 || hosted == 0 && precision == layout.BF16 {
		t.Errorf("only %d instructions are rounded, %d values lie in others", rounded, hosted)
	}
}

// near compares with the results of float32. Random graphs amplify rounding.
func near(t *testing.T, seed uint64, bound float64, got, want []float32) {
	t.Helper()
	off, size := 0.0, 0.0
	for i, w := range want {
		if math.Abs(float64(w)) > 1e30 || w != w {
			return // the graph overflows
		}
		off += math.Pow(float64(got[i]-w), 2)
		size += math.Pow(float64(w), 2)
	}
	t.Logf("seed %d: %.2g", seed, math.Sqrt(off/size))
	if !(math.Sqrt(off/size) < bound) {
		t.Errorf("seed %d: off by %.2g of the result", seed, math.Sqrt(off/size))
	}
}

// The weights of a convolution take half the memory of those of float32, and so do
// the values between convolutions.
func TestBF16TakesHalfTheMemory(t *testing.T) {
	b := graphtest.Start("halves", 1, 64, 28, 28)
	x := b.Graph.Input()
	for i, channels := range []int{256, 256, 256, 32} {
		x = b.Add(fmt.Sprint(i), graphtest.Conv(channels, 1, 1, 1, false), x)
	}
	memory := func(precision layout.Precision) (asked, took Memory) {
		p, err := New(b.Graph, graphtest.Param, Options{Precision: precision})
		if err != nil {
			t.Fatal(err)
		}
		return p.estimate(Options{}), p.Memory(1)
	}
	exact, exactly := memory(layout.F32)
	asked, took := memory(layout.BF16)
	if asked.Weights*2 != exact.Weights || asked.Activations > exact.Activations*6/10 {
		t.Errorf("asked for %+v, float32 for %+v", asked, exact)
	}
	if asked.Activations != took.Activations || took.Weights > exactly.Weights*6/10 {
		t.Errorf("took %+v, float32 %+v", took, exactly)
	}
}

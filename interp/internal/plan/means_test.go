package plan

import (
	"fmt"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/ops"
	"cnnlang/ops/exec"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// A squeezed network has a value that is too large for a cache, and its gate.
type squeezed struct {
	*graph.Graph
	x, mean, gated *graph.Node
}

func squeezing(images int) squeezed {
	b := graphtest.Start("squeezing", images, 8, 63, 67)
	x := b.Add("x", graphtest.Conv(130, 1, 1, 1, true), b.Graph.Input())
	mean := b.Add("mean", &ops.GlobalAvgPool{}, x)
	gate := b.Add("gate", ops.Sigmoid.Op(), b.Add("excite", graphtest.Conv(130, 1, 1, 1, true), mean))
	gated := b.Add("gated", &ops.Mul{}, x, gate)
	b.Add("after", graphtest.Conv(8, 1, 1, 1, true), gated)
	return squeezed{b.Graph, x, mean, gated}
}

// algorithmsOf are the algorithms of a plan, by path.
func algorithmsOf(p *Plan) map[string]string {
	algorithms := map[string]string{}
	for _, s := range p.instructions {
		if s.kind == compute {
			algorithms[s.step()] = s.Prepared.Algorithm
		}
	}
	return algorithms
}

// checkValues compares the results of a plan, in memory that was full of NaN, with the
// reference, and those on several threads with each other.
func checkValues(t *testing.T, p *Plan, want map[*graph.Node]tensor.Tensor, nodes ...*graph.Node) {
	t.Helper()
	input := want[p.Graph().Input()]
	var shown []float32
	for threads := 1; threads <= 3; threads++ {
		s := session(t, p, threads)
		soil(s)
		if err := s.Run(t.Context(), input); err != nil {
			t.Fatal(err)
		}
		for _, n := range nodes {
			got, _ := s.At(n)
			equalEnough(t, n.Path, got, want[n])
		}
		if threads == 1 {
			shown = shows(s)
		} else if !same(shows(s), shown) {
			t.Errorf("%d threads give other bits than 1", threads)
		}
	}
}

// TestSqueezesTakeNoStep: a blocked convolution also writes the means of its channels, and
// its result may still be overwritten.
func TestSqueezesTakeNoStep(t *testing.T) {
	isa, _ := exec.ISA()
	for images := 1; images <= 2; images++ {
		g := squeezing(images)
		p, want := planned(t, g.Graph), reference(g.Graph, graphtest.Inputs(g.Graph, 1)...)
		checkValues(t, p, want, g.Output())
		if all := algorithmsOf(p); (isa == "generic") != (all["mean"] != "") || isa != "generic" && !strings.HasSuffix(all["x"], "-means") {
			t.Errorf("instructions %v", all)
		}
		if p.program.of[g.gated].placing != inPlace {
			t.Error("the gate takes memory of its own")
		}
		s := session(t, p, 2)
		optest.NoAllocations(t, fmt.Sprint(images, " images"), func() error { return s.Run(t.Context(), want[g.Input()]) })
		for _, keep := range [][]*graph.Node{{g.mean}, {g.x}, {g.x, g.mean}} {
			checkValues(t, planned(t, g.Graph, keep...), want, append(keep, g.Output())...)
		}
	}
}

// Means without room, as in a concatenation, or that no instruction could write, as of two
// fused convolutions, are computed by the pool.
func TestSqueezesThatTakeAStep(t *testing.T) {
	concatenated := func(b *graphtest.Builder) *graph.Node {
		x := b.Add("x", graphtest.Conv(160, 1, 1, 1, true), b.Graph.Input())
		b.Add("concat", graphtest.Concat(), x, b.Add("y", graphtest.Conv(16, 1, 1, 1, true), b.Graph.Input()))
		return x
	}
	separable := func(b *graphtest.Builder) *graph.Node {
		x := b.Add("depthwise", graphtest.Conv(32, 3, 1, 32, true), b.Graph.Input())
		return b.Add("x", graphtest.Conv(160, 1, 1, 1, true), x)
	}
	for i, build := range []func(*graphtest.Builder) *graph.Node{concatenated, separable} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			b := graphtest.Start("squeeze", 1, 32, 63, 61)
			mean := b.Add("mean", &ops.GlobalAvgPool{}, build(b))
			p := planned(t, b.Graph)
			checkValues(t, p, reference(b.Graph, graphtest.Inputs(b.Graph, 1)...), mean)
			if all := algorithmsOf(p); all["mean"] == "" || all["concat"] != "" || strings.HasSuffix(all["x"], "-means") {
				t.Errorf("instructions %v", all)
			}
		})
	}
}

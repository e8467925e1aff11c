package plan

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/interp/internal/pass"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
)

// branches returns a random network for one to three images, mostly of values that lie in
// each other: concatenations of concatenations, of values that others read too, of one
// value twice, of slices, and of vectors that plain ops read; slices of all that; 1x1
// convolutions that read the same value.
func branches(seed uint64) *graph.Graph {
	g := &brancher{Rand: rand.New(rand.NewPCG(seed, 11)), Builder: graphtest.Start(fmt.Sprintf("branches%d", seed), 1+int(seed%3), 16, 4, 5)}
	g.images = []*graph.Node{g.Graph.Input()}
	g.add(graphtest.Conv(32, 3, 1, 1, true), g.Graph.Input())
	for len(g.Graph.Nodes) < 22 {
		g.grow()
	}
	last := g.add(graphtest.Concat(), g.pick(), g.pick(), g.images[len(g.images)-1])
	g.add(graphtest.Linear(7), g.add(&ops.Flatten{}, g.add(&ops.GlobalAvgPool{}, last)))
	return g.Graph
}

type brancher struct {
	*rand.Rand
	*graphtest.Builder
	images []*graph.Node
}

func (g *brancher) add(op ops.Op, in ...*graph.Node) *graph.Node {
	n := g.Add(fmt.Sprint("s", len(g.Graph.Nodes)), op, in...)
	if len(n.Shape) == 4 && n.Shape[2] > 1 {
		g.images = append(g.images, n)
	}
	return n
}

func (g *brancher) pick() *graph.Node {
	return g.images[max(0, len(g.images)-1-g.IntN(4)*g.IntN(3))]
}

// grow adds one op or a few.
func (g *brancher) grow() {
	x := g.pick()
	c := x.Shape[1]
	three, one := dim.Square(dim.Int(3)), dim.Square(dim.Int(1))
	switch g.IntN(13) {
	case 0, 1:
		x = g.add(graphtest.Conv([]int{16, 32, 48}[g.IntN(3)], 1+2*g.IntN(2), 1, 1, true), x)
		if g.IntN(2) == 0 {
			g.add(ops.ReLU.Op(), g.add(graphtest.Norm(), x))
		}
	case 2:
		if y, z := g.pick(), g.pick(); c+y.Shape[1]+z.Shape[1] <= 128 {
			g.add(graphtest.Concat(), x, y, z)
		}
	case 3, 4:
		// An inception block, whose reductions read one value.
		a, b, r := g.add(graphtest.Conv(16, 1, 1, 1, true), x), g.add(graphtest.Conv(32, 1, 1, 1, true), x), g.add(graphtest.Conv(8+4*g.IntN(3), 1, 1, 1, true), x)
		last := g.add(graphtest.Conv(16+4*g.IntN(4), 3, 1, 1, true), r)
		g.add(graphtest.Concat(), b, g.add(graphtest.Conv(16, 3, 1, 1, true), a), last)
	case 5:
		for range 2 {
			if x.Shape[1] <= 96 && x.Shape[1]%16 == 0 {
				x = g.add(graphtest.Concat(), x, g.add(graphtest.Conv(16, 3, 1, 1, true), x))
			}
		}
	case 6, 7:
		from := 16 * g.IntN((c+15)/16)
		g.add(&ops.Slice{From: dim.Int(from), To: dim.Int(min(c, from+16*(1+g.IntN(3))))}, x)
	case 8:
		g.add([]ops.Op{ops.ReLU.Op(), ops.SiLU.Op(), &ops.Scale{S: two}}[g.IntN(3)], x)
	case 9:
		g.add(ops.ReLU.Op(), g.add(&ops.Add{}, g.add(graphtest.Conv(c, 1, 1, 1, false), x), x))
	case 10:
		square := []ops.Op{&ops.MaxPool{K: three, Stride: one, Pad: ops.Padding{Mode: ops.Half}},
			&ops.AvgPool{K: three, Stride: one, Pad: ops.Padding{Mode: ops.Half}}, graphtest.Conv(c, 3, 1, c, true)}
		g.add(square[g.IntN(3)], x)
	case 11:
		// A gate from parts of several, as a value of one pixel and as a vector.
		y := g.add(&ops.GlobalAvgPool{}, x)
		both := g.add(graphtest.Concat(), y, g.add(&ops.GlobalAvgPool{}, g.pick()))
		gate := g.add(ops.Sigmoid.Op(), g.add(graphtest.Conv(c, 1, 1, 1, true), both))
		g.add(&ops.Mul{}, x, gate)
		g.add(graphtest.Linear(5), g.add(&ops.Flatten{}, y))
	case 12:
		g.add(&ops.L2Normalize{Eps: dim.Ratio(1, 1000)}, x)
	}
}

// TestBranchesAreThoseOfTheReference begins with an arena of NaN: nothing may come from
// unwritten memory, neither between images nor beside them.
func TestBranchesAreThoseOfTheReference(t *testing.T) {
	hosted, copied := 0, 0
	for seed := range uint64(36) {
		g := branches(seed)
		want := reference(g, graphtest.Inputs(g, 1)...)
		keep := []*graph.Node{g.Nodes[3+seed%9], g.Nodes[12+seed%9]}
		after, to := pass.Run(g, pass.Options{Keep: keep})
		p := gatheredAt(t, 0, after, Options{Keep: []*graph.Node{to[keep[0]], to[keep[1]]}})
		hosted += strided(p)
		copied += countOf(p, "concat")
		shownAsIn(t, fmt.Sprint("seed ", seed), p, g, to, want, append(keep, g.Output()))
	}
	t.Logf("%d values lie in others, %d concatenations are copied", hosted, copied)
	if isa, _ := exec.ISA(); isa != "generic" && hosted < 60 {
		t.Errorf("only %d values lie in others", hosted)
	}
}

// strided counts the values whose images do not follow one another.
func strided(p *Plan) (n int) {
	for _, i := range p.program.list {
		n += min(i.imageStride, 1)
	}
	return n
}

// countOf counts the instructions of an op.
func countOf(p *Plan, op string) (n int) {
	for _, s := range p.instructions {
		if name, _, _ := strings.Cut(s.describe(), "("); name == op {
			n++
		}
	}
	return n
}

package plan

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/interp/internal/pass"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
)

// randomGraph is an elaborated or a simplified one, with a few nodes to keep.
func randomGraph(t *rapid.T) (*graph.Graph, []*graph.Node) {
	g := graphtest.Random(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 60).Draw(t, "ops"))
	var keep []*graph.Node
	for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(g.Nodes)-1), 0, 3).Draw(t, "keep") {
		keep = append(keep, g.Nodes[i])
	}
	if rapid.Bool().Draw(t, "passes") {
		after, to := pass.Run(g, pass.Options{Keep: keep, Sides: []string{"aux"}})
		for i, n := range keep {
			keep[i] = to[n]
		}
		g = after
	}
	return g, keep
}

// plainly is a program for g whose values are all plain, and shows some.
func plainly(g *graph.Graph, shown map[*graph.Node]bool) *program {
	p := newProgram(g)
	for _, i := range p.list[len(g.Inputs):] {
		list := exec.Algorithms(i.op, i.inShapes(), i.shape, layout.F32)
		i.algorithm = list[slices.IndexFunc(list, func(a task.Algorithm) bool { return a.Out.Plain() })]
	}
	for n := range shown {
		p.shown[n] = p.of[n]
	}
	return p
}

func TestNoLiveValueIsOverwritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, keep := randomGraph(t)
		namedRun(t, plainly(g, pinned(g, Options{Keep: keep})))
	})
}

// The same for blocked values that lie in each other.
func TestNoLiveBlockIsOverwritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := branches(rapid.Uint64().Draw(t, "seed"))
		keep := []*graph.Node{g.Nodes[rapid.IntRange(0, len(g.Nodes)-1).Draw(t, "keep")]}
		if rapid.Bool().Draw(t, "passes") {
			after, to := pass.Run(g, pass.Options{Keep: keep})
			g, keep[0] = after, to[keep[0]]
		}
		gatherAt := rapid.IntRange(0, len(g.Nodes)).Draw(t, "gather at")
		namedRun(t, lower(g, Options{Keep: keep, gatherAt: func(*graph.Graph) int { return gatherAt }}))
	})
}

// Vectors of whole blocks have the same memory blocked and plain, but only without gaps
// between those of a batch.
func TestVectorsReadAsPlainStayTogether(t *testing.T) {
	for _, before := range []bool{true, false} {
		b := graphtest.Start("vectors", 2, 16, 1, 1)
		a, c := b.Add("a", graphtest.Conv(16, 1, 1, 1, false), b.Graph.Input()), b.Add("c", graphtest.Conv(16, 1, 1, 1, false), b.Graph.Input())
		both := b.Add("both", graphtest.Concat(), a, c)
		p := newProgram(b.Graph)
		read := func(n *graph.Node) {
			p.add(moving(convert, "convert", p.of[n], n.Shape, layout.Layout{}))
		}
		p.rewrite(func(i *instruction) {
			if i.kind == compute {
				i.layout = layout.Blocked(layout.Float32)
			}
			if i == p.of[both] && before {
				read(c)
			}
			p.add(i)
			if i == p.of[both] && !before {
				read(c)
			}
		})
		read(both)
		for _, i := range p.list {
			p.shown[&graph.Node{}] = i
		}
		namedRun(t, p)
		if placing := p.of[both].placing; (placing == view) == before {
			t.Errorf("read before %v: %v", before, placing)
		}
	}
}

func TestLayoutOfSmallNetworks(t *testing.T) {
	relu := ops.ReLU.Op()
	conv := graphtest.Conv(4, 1, 1, 1, true)
	cases := []struct {
		name  string
		build func(b *graphtest.Builder, x *graph.Node)
		size  int // images of 1 × 4 × 4 × 4 = 64 float32
	}{
		{"a chain of activations is one buffer", func(b *graphtest.Builder, x *graph.Node) {
			b.Add("2", relu, b.Add("1", &ops.Flatten{}, b.Add("0", relu, x)))
		}, 1},
		{"a chain of convolutions is two", func(b *graphtest.Builder, x *graph.Node) {
			for i := range 7 {
				x = b.Add(fmt.Sprint(i), conv, x)
			}
		}, 2},
		{"a value read later is not overwritten", func(b *graphtest.Builder, x *graph.Node) {
			y := b.Add("0", relu, x)
			b.Add("1", &ops.Add{}, x, y)
		}, 2},
		{"a value added to itself stays apart from the sum", func(b *graphtest.Builder, x *graph.Node) {
			b.Add("0", &ops.Add{}, x, x)
		}, 2},
		{"a flattened copy keeps the image alive", func(b *graphtest.Builder, x *graph.Node) {
			flat := b.Add("0", &ops.Flatten{}, x)
			y := b.Add("1", relu, x)
			fc := b.Add("2", graphtest.Linear(64), flat)
			b.Add("4", &ops.Add{}, fc, b.Add("3", &ops.Flatten{}, y))
		}, 3},
		{"a residual block of fused convolutions is three", func(b *graphtest.Builder, x *graph.Node) {
			y := b.Add("2", conv, b.Add("1", conv, b.Add("0", conv, x)))
			sum := conv.(*ops.Conv).WithEpilogue(ops.Epilogue{Add: true})
			b.Add("3", sum, y, x)
		}, 3},
		{"branches are computed where the concatenation puts them", func(b *graphtest.Builder, x *graph.Node) {
			y := b.Add("1", relu, b.Add("0", conv, x))
			z := b.Add("2", conv, x)
			b.Add("3", graphtest.Concat(), y, z)
		}, 3},
		{"so are concatenations", func(b *graphtest.Builder, x *graph.Node) {
			for i := range 4 {
				x = b.Add(fmt.Sprint("concat", i), graphtest.Concat(), x, b.Add(fmt.Sprint("conv", i), conv, x))
			}
		}, 5},
		{"but in one place only", func(b *graphtest.Builder, x *graph.Node) {
			y := b.Add("0", conv, x)
			b.Add("1", graphtest.Concat(), b.Add("2", graphtest.Concat(), x, y), x)
		}, 5},
		{"a slice is a part", func(b *graphtest.Builder, x *graph.Node) {
			x = b.Add("0", graphtest.Conv(8, 1, 1, 1, false), x)
			y := b.Add("1", &ops.Slice{From: dim.Int(0), To: dim.Int(4)}, x)
			z := b.Add("2", &ops.Slice{From: dim.Int(4), To: dim.Int(8)}, x)
			b.Add("3", &ops.Add{}, b.Add("4", relu, z), y)
		}, 3},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := graphtest.Start(c.name, 1, 4, 4, 4)
			c.build(b, b.Graph.Input())
			if size, _ := plainly(b.Graph, pinned(b.Graph, Options{})).place(); size != 64*c.size {
				t.Errorf("got %d float32, want %d", size, 64*c.size)
			}
		})
	}
}

// TestArenaIsNearTheBound compares with the values alive at the busiest instruction, the
// lower bound.
func TestArenaIsNearTheBound(t *testing.T) {
	var bound, total int
	for seed := range uint64(200) {
		g, _ := pass.Run(graphtest.Random(seed, 60), pass.Options{})
		p := plainly(g, pinned(g, Options{}))
		a := allocator{slots: make([]slot, len(p.list))}
		for k, last := range lastReads(p, p.shown) {
			a.slots[k], _ = a.allocate(p.list[k])
			a.slots[k].buffer.extend(last)
		}
		busiest := 0
		for step := range g.Nodes {
			live := 0
			for _, b := range a.roots(false) {
				if b.first <= step && step <= b.last {
					live += b.size
				}
			}
			busiest = max(busiest, live)
		}
		size, _ := p.place()
		if size < busiest {
			t.Errorf("seed %d: %d float32 hold %d", seed, size, busiest)
		}
		bound += busiest
		total += size
	}
	if share := float64(total) / float64(bound); share > 1.03 {
		t.Errorf("arenas take %.3f of the bound", share)
	}
}

// TestLiveBuffersDoNotOverlap checks both orders pair by pair.
func TestLiveBuffersDoNotOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var buffers []*buffer
		for first := range rapid.IntRange(1, 40).Draw(t, "buffers") {
			buffers = append(buffers, &buffer{
				size:  line * rapid.IntRange(1, 9).Draw(t, "size"),
				first: first,
				last:  first + rapid.IntRange(0, 12).Draw(t, "life"),
			})
		}
		for name, order := range map[string]func([]*buffer) (int, int){
			"largest first": placeLargestFirst, "in time": placeInTime, "better": place,
		} {
			size, _ := order(buffers)
			for i, a := range buffers {
				if a.offset < 0 || a.offset+a.size > size {
					t.Fatalf("%s: %+v is outside %d", name, a, size)
				}
				for _, b := range buffers[:i] {
					if a.first <= b.last && a.offset < b.offset+b.size && b.offset < a.offset+a.size {
						t.Fatalf("%s: %+v and %+v overlap", name, a, b)
					}
				}
			}
		}
	})
}

// TestLargeGraphsTakeLittleWork uses the longest chain that the language allows, and as
// many values that all live to the end.
func TestLargeGraphsTakeLittleWork(t *testing.T) {
	const nodes = 100_000
	for _, long := range []bool{false, true} {
		var buffers []*buffer
		for i := range nodes {
			last := i + 1
			if long && i%2 == 0 {
				last = nodes
			}
			buffers = append(buffers, &buffer{size: line * (1 + i%7), first: i, last: last})
		}
		if _, work := place(buffers); work > 20*nodes {
			t.Errorf("placing %d buffers (long %v) took %d units of work", nodes, long, work)
		}
	}
}

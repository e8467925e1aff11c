package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/interp/internal/pass"
	"cnnlang/ops"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// gatheredAt makes a plan with separate images up to a node.
func gatheredAt(t testing.TB, node int, g *graph.Graph, opts Options) *Plan {
	t.Helper()
	opts.gatherAt = func(*graph.Graph) int { return node }
	p, err := New(g, graphtest.Param, opts)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// batched are random networks for several images, with values that lie in others and a
// side head.
func batched(seed uint64) *graph.Graph {
	if seed%2 == 0 {
		return branches(seed/2*3 + 1 + seed/2%2)
	}
	for seed += 100; ; seed++ {
		if g := graphtest.Random(seed, 30); g.Input().Shape[0] > 1 {
			return g
		}
	}
}

// Wherever images are gathered the values are those of the reference, with memory full of
// NaN before; on any number of threads, also with images left that all threads share, and
// with kept values on both sides.
func TestImagesAreGatheredAnywhere(t *testing.T) {
	gathered := 0
	for seed := range uint64(24) {
		g := batched(seed)
		want := reference(g, graphtest.Inputs(g, 1)...)
		keep := []*graph.Node{g.Nodes[2+seed%5], g.Nodes[len(g.Nodes)-3], g.Input()}
		after, to := pass.Run(g, pass.Options{Keep: keep, Sides: []string{"aux"}})
		kept := []*graph.Node{to[keep[0]], to[keep[1]], to[keep[2]]}
		for node := 0; node <= len(after.Nodes); node += 1 + int(seed%3) {
			p := gatheredAt(t, node, after, Options{Keep: kept})
			for _, i := range p.program.list {
				if i.kind == gather {
					gathered++
				}
			}
			shownAsIn(t, fmt.Sprintf("seed %d, node %d", seed, node), p, g, to, want, append(keep, outputs(g)...))
			sameOnThreads(t, p, seed)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if gathered < 300 {
		t.Errorf("only %d values were gathered", gathered)
	}
}

// The same if a value is followed by the means of its channels when it is gathered.
func TestValuesWithMeansAreGathered(t *testing.T) {
	s := squeezing(3)
	want := reference(s.Graph, graphtest.Inputs(s.Graph, 1)...)
	for node := range len(s.Nodes) + 1 {
		p := gatheredAt(t, node, s.Graph, Options{Keep: []*graph.Node{s.mean, s.gated}})
		checkValues(t, p, want, s.mean, s.gated, s.Output())
	}
}

// A value that is read as float32 after a gather is float32 before it, in a plan for
// bfloat16.
func TestWideValuesAreGathered(t *testing.T) {
	b := graphtest.Start("wide", 4, 64, 7, 7)
	x := b.Add("conv", graphtest.Conv(64, 1, 1, 1, true), b.Graph.Input())
	mean := b.Add("mean", &ops.GlobalAvgPool{}, x)
	b.Add("fc", graphtest.Linear(40), b.Add("flat", &ops.Flatten{}, mean))
	for node := range len(b.Graph.Nodes) + 1 {
		p := gatheredAt(t, node, b.Graph, Options{Precision: layout.BF16})
		if l := p.program.of[mean].layout; l.Element == layout.BFloat16 {
			t.Errorf("node %d: the mean lies in %v", node, l)
		}
	}
}

// Few images and many threads take no more memory than the images need.
func TestArenasAreForImagesThatAreAlone(t *testing.T) {
	for _, c := range []struct{ images, threads, alone, arenas int }{
		{8, 1, 8, 1}, {8, 2, 8, 2}, {7, 2, 6, 2}, {2, 64, 0, 1}, {63, 64, 63, 64}, {7, 8, 7, 8}, {6, 4, 4, 4}, {3, 4, 0, 1}, {1000, 3, 999, 3},
	} {
		if alone, arenas := aloneOf(c.images, c.threads), arenasOf(c.images, c.threads); alone != c.alone || arenas != c.arenas {
			t.Errorf("%d images, %d threads: %d alone in %d arenas, want %d in %d", c.images, c.threads, alone, arenas, c.alone, c.arenas)
		}
	}
	b := graphtest.Start("few", 2, 16, 32, 32)
	b.Add("conv", graphtest.Conv(16, 3, 1, 1, true), b.Graph.Input())
	p := gatheredAt(t, 2, b.Graph, Options{})
	if one, many := p.Memory(1), p.Memory(64); many.Activations != one.Activations {
		t.Errorf("one thread takes %+v, 64 take %+v", one, many)
	}
	if w := session(t, p, 64); len(w.memory.own) != 1 {
		t.Errorf("%d arenas for two images", len(w.memory.own))
	}
}

// An image of a batch that is separate to the end has the same bits as alone.
func TestImagesByThemselvesAreAsAlone(t *testing.T) {
	for seed := range uint64(12) {
		whole := batched(seed)
		input := graphtest.Inputs(whole, 1)
		p := gatheredAt(t, len(whole.Nodes), whole, Options{})
		s := session(t, p, 2)
		if err := s.Run(t.Context(), input...); err != nil {
			t.Fatal(err)
		}
		one := session(t, planned(t, ofOneImage(whole)), 1)
		images := whole.Images()
		for image := range images {
			var alone []tensor.Tensor
			for _, x := range input {
				alone = append(alone, imageOf(x, image))
			}
			if err := one.Run(t.Context(), alone...); err != nil {
				t.Fatal(err)
			}
			for i, o := range whole.Outputs {
				if !same(imageOf(s.OutputAt(i), image).Data, one.OutputAt(i).Data) {
					t.Errorf("seed %d: image %d of %d has other bits in %s", seed, image, images, o.Name)
				}
			}
		}
	}
}

// ofOneImage is the same network for one image.
func ofOneImage(g *graph.Graph) *graph.Graph {
	one := &graph.Graph{Name: g.Name}
	of := map[*graph.Node]*graph.Node{}
	for _, n := range g.Nodes {
		made := *n
		made.Shape, made.Side, made.In = ofImages(n.Shape, 1), nil, nil
		for _, in := range n.In {
			made.In = append(made.In, of[in])
		}
		of[n] = &made
		one.Nodes = append(one.Nodes, &made)
	}
	for _, n := range g.Inputs {
		one.Inputs = append(one.Inputs, of[n])
	}
	for _, o := range g.Outputs {
		one.Outputs = append(one.Outputs, graph.Output{Name: o.Name, Node: of[o.Node]})
	}
	return one
}

func imageOf(x tensor.Tensor, image int) tensor.Tensor {
	n := x.Shape.Elements() / x.Shape[0]
	return tensor.Tensor{Shape: ofImages(x.Shape, 1), Data: x.Data[image*n : (image+1)*n]}
}

func TestRunOfImagesAllocatesNothing(t *testing.T) {
	for seed := range uint64(6) {
		g := batched(seed)
		p, input := gatheredAt(t, len(g.Nodes)/2, g, Options{}), graphtest.Inputs(g, 1)
		for threads := 1; threads <= 2; threads++ {
			s := session(t, p, threads)
			optest.NoAllocations(t, fmt.Sprintf("seed %d, %d threads", seed, threads), func() error { return s.Run(t.Context(), input...) })
		}
	}
}

// deep is a batch of six for a chain of equal convolutions.
func deep(layers int) *graph.Graph { return chain(layers, 28, 3) }

func chain(layers, size, window int) *graph.Graph {
	b := graphtest.Start("deep", 6, 64, size, size)
	x := b.Graph.Input()
	for i := range layers {
		x = b.Add(fmt.Sprint(i), graphtest.Conv(64, window, 1, 1, true), x)
	}
	return b.Graph
}

// The profile has every instruction once, with the work of all images.
func TestProfileAddsUpImages(t *testing.T) {
	g := deep(4)
	whole := gatheredAt(t, 0, g, Options{})
	for node := range len(g.Nodes) + 1 {
		p := gatheredAt(t, node, g, Options{})
		s := session(t, p, 2)
		times, err := s.Profile(t.Context(), graphtest.Inputs(g, 1)...)
		if err != nil {
			t.Fatal(err)
		}
		want := shows(run(t, p, 1, 1))
		macs := 0.0
		for _, step := range times {
			macs += step.MACs
			if step.Took <= 0 || step.Shape[0] != 6 {
				t.Errorf("node %d: %+v", node, step)
			}
		}
		if all := 4.0 * 6 * 64 * 64 * 9 * 28 * 28; macs != all || len(times) < len(whole.instructions) || !same(shows(s), want) {
			t.Errorf("node %d: %d instructions with %v products, want %v, or other values", node, len(times), macs, all)
		}
	}
}

// Images are separate where values are large, and together where a layer has more
// parameters than work for one of them.
func TestWhereImagesAreGathered(t *testing.T) {
	b := graphtest.Start("gathered", 8, 64, 56, 56)
	x := b.Graph.Input()
	for i := range 4 {
		x = b.Add(fmt.Sprint("large", i), graphtest.Conv(64, 1, 1, 1, true), x)
	}
	x = b.Add("flat", &ops.Flatten{}, b.Add("mean", &ops.GlobalAvgPool{}, x))
	first := b.Add("fc0", graphtest.Linear(4096), x)
	b.Add("fc1", graphtest.Linear(4096), first)
	if at := gatherPoint(b.Graph); at <= 4 || at > first.ID {
		t.Errorf("images of %d nodes are gathered at %d", len(b.Graph.Nodes), at)
	}
	alone := graphtest.Start("alone", 1, 64, 56, 56)
	alone.Add("conv", graphtest.Conv(64, 1, 1, 1, true), alone.Graph.Input())
	if at := gatherPoint(alone.Graph); at != 0 {
		t.Errorf("one image is gathered at %d", at)
	}
}

// The memory of a batch includes all results, though no arena holds more of them than one
// image. Its input is the caller's.
func TestMemoryOfImagesCountsTheBatch(t *testing.T) {
	b := graphtest.Start("many", 4096, 4, 8, 8)
	b.Add("conv", graphtest.Conv(4, 3, 1, 1, true), b.Graph.Input())
	sizes, p := asked(t, b.Graph, Options{Threads: 2, gatherAt: func(*graph.Graph) int { return 2 }})
	shown := int64(4 * 4096 * 4 * 8 * 8)
	if got := p.Memory(2); got.Outputs != shown || got.Activations > shown/100 || sizes[0].Total() != got.Total() {
		t.Errorf("got %+v, asked for %+v, want %d bytes of outputs", got, sizes[0], shown)
	}
}

// The table of a plan says which instructions run for each image.
func TestPrintTellsImages(t *testing.T) {
	g := deep(3)
	var out strings.Builder
	p := gatheredAt(t, 3, g, Options{})
	if err := Print(&out, p, 2); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("instructions 1 to %d run for each of 6 images", p.imageInstructions)
	lines := strings.Split(out.String(), "\n")
	if p.imageInstructions < 2 || !slices.Contains(lines, want) {
		t.Errorf("got\n%s", &out)
	}
}

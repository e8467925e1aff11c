package plan

import (
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/graphtest"
	"cnnlang/interp/internal/pass"
	"cnnlang/ops"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// planned makes a plan with the numbers of graphtest.
func planned(t testing.TB, g *graph.Graph, keep ...*graph.Node) *Plan {
	t.Helper()
	p, err := New(g, graphtest.Param, Options{Keep: keep})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestValuesAreThoseOfTheReference runs random networks, elaborated and simplified, and
// compares them with the reference ops applied node by node.
func TestValuesAreThoseOfTheReference(t *testing.T) {
	for seed := range uint64(60) {
		g := graphtest.Random(seed, 40)
		want := reference(g, graphtest.Inputs(g, 1)...)
		keep := []*graph.Node{g.Nodes[seed%40+1], g.Nodes[(7*seed)%40+1], g.Input()}
		after, to := pass.Run(g, pass.Options{Keep: keep, Sides: []string{"aux"}})
		plain := run(t, planned(t, g, keep...), 2, 1)
		fused := run(t, planned(t, after, to[keep[0]], to[keep[1]], to[keep[2]]), 2, 1)
		for _, n := range slices.Concat(keep, outputs(g), []*graph.Node{g.Sides[0].Output}) {
			a, okA := plain.At(n)
			b, okB := fused.At(to[n])
			if !okA || !okB {
				t.Fatalf("seed %d: no value of %s", seed, n.Path)
			}
			equalEnough(t, "plain "+n.Path, a, want[n])
			equalEnough(t, "fused "+n.Path, b, want[n])
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// reference computes every value of g.
func reference(g *graph.Graph, inputs ...tensor.Tensor) map[*graph.Node]tensor.Tensor {
	values := map[*graph.Node]tensor.Tensor{}
	for i, n := range g.Inputs {
		values[n] = inputs[i]
	}
	for _, n := range g.Operations() {
		var in, params []tensor.Tensor
		for _, m := range n.In {
			in = append(in, values[m])
		}
		for _, p := range n.Params {
			t, _ := graphtest.Param(p)
			params = append(params, t)
		}
		values[n] = ref.Run(n.Op, in, params)
	}
	return values
}

// outputs are the nodes of the outputs of g.
func outputs(g *graph.Graph) (nodes []*graph.Node) {
	for _, o := range g.Outputs {
		nodes = append(nodes, o.Node)
	}
	return nodes
}

// equalEnough allows differences of 2⁻¹² of the largest value: a norm folded into weights
// rounds differently, and a random network is up to 40 layers deep.
func equalEnough(t *testing.T, what string, got, want tensor.Tensor) {
	t.Helper()
	if !got.Shape.Equal(want.Shape) {
		t.Fatalf("%s: got shape %v, want %v", what, got.Shape, want.Shape)
	}
	largest := 0.0
	for _, v := range want.Data {
		largest = max(largest, math.Abs(float64(v)))
	}
	for i, v := range got.Data {
		if d := math.Abs(float64(v) - float64(want.Data[i])); !(d <= largest/(1<<12)) {
			t.Errorf("%s: element %d: got %g, want %g", what, i, v, want.Data[i])
			return
		}
	}
}

// asked are the sizes passed to Options.Affords.
func asked(t testing.TB, g *graph.Graph, o Options) (sizes []Memory, p *Plan) {
	o.Affords = func(m Memory) error {
		sizes = append(sizes, m)
		return nil
	}
	p, err := New(g, graphtest.Param, o)
	if err != nil {
		t.Fatal(err)
	}
	return sizes, p
}

// The memory that a plan asks for before it reads a tensor is what it takes.
func TestMemoryIsKnownBeforeItIsTaken(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g, keep := randomGraph(rt)
		sizes, p := asked(t, g, Options{Keep: keep, Threads: 2})
		took := p.Memory(2)
		took.Fetched = p.fetched(Options{Threads: 2})
		if len(sizes) != 1 || sizes[0] != took {
			rt.Fatalf("asked for %+v, took %+v", sizes, took)
		}
		estimate := p.estimate(Options{Keep: keep, Threads: 2})
		if estimate.Activations != took.Activations || estimate.Weights != weightBytes(g.Nodes...) {
			rt.Errorf("estimated %+v", estimate)
		}
		used := int64(0)
		for _, step := range p.instructions {
			if packs(step.node()) {
				counted := &counter{}
				step.prepare(make([]tensor.Tensor, len(step.params)), counted)
				used += counted.bytes
			} else if step.kind == compute {
				used += weightBytes(step.nodes...)
			}
		}
		if took.Weights != used {
			rt.Errorf("weights: got %d bytes, want %d", took.Weights, used)
		}
	})
}

// packs reports whether the parameters of a node are packed: whether it has any.
func packs(n *graph.Node) bool { return len(n.Params) > 0 }

// weightBytes is what the parameters of nodes take in a file.
func weightBytes(nodes ...*graph.Node) (sum int64) {
	for _, n := range nodes {
		for _, p := range n.Params {
			sum += 4 * int64(p.Shape.Elements())
		}
	}
	return sum
}

// A counter is a Memory that counts cache lines and fills nothing.
type counter struct{ bytes int64 }

func (c *counter) Floats(n int, _ func([]float32)) []float32 {
	c.bytes += int64((n + 15) / 16 * 64)
	return make([]float32, n)
}

// A plan that is refused takes nothing: neither tensors nor memory.
func TestMemoryMayBeRefused(t *testing.T) {
	for refusal, side := range []int{4, 1 << 22} { // the second has tables that are refused before they are made
		b := graphtest.Start("refused", 1, 4, 1, side)
		b.Add("conv", graphtest.Conv(4, 1, 1, 1, true), b.Graph.Input())
		calls := 0
		_, err := New(b.Graph, func(graph.Param) (tensor.Tensor, error) {
			t.Error("a tensor was fetched")
			return tensor.Tensor{}, nil
		}, Options{Affords: func(Memory) error {
			calls++
			return errTooMuch
		}})
		if !errors.Is(err, errTooMuch) || calls != 1 {
			t.Errorf("refusal %d: got %v", refusal, err)
		}
	}
}

var errTooMuch = errors.New("too much")

func TestMemoryIsCountedInBytes(t *testing.T) {
	b := graphtest.Start("bytes", 1, 4, 4, 4)
	b.Add("conv", graphtest.Conv(4, 1, 1, 1, true), b.Graph.Input())
	want := Memory{Weights: 4 * (16 + 4), Activations: 4 * 128, Outputs: 4 * 64, Fetched: 4 * (16 + 4)}
	_, p := asked(t, b.Graph, Options{})
	if got := p.estimate(Options{}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := p.estimate(Options{Views: true}); got.Fetched != 0 || got.Peak() != got.Total() {
		t.Errorf("got %+v", got)
	}
}

func TestNewSaysWhichTensorDoesNotFit(t *testing.T) {
	b := graphtest.Start("misfits", 1, 4, 4, 4)
	x := b.Add("conv1", graphtest.Conv(4, 1, 1, 1, true), b.Graph.Input())
	b.Add("conv2", graphtest.Conv(4, 1, 1, 1, true), x)
	missing := errors.New(`no tensor "conv2.weight"`)
	cases := map[string]struct {
		source Source
		want   string
	}{
		"missing": {func(p graph.Param) (tensor.Tensor, error) {
			if p.Path == "conv2.weight" {
				return tensor.Tensor{}, missing
			}
			return graphtest.Param(p)
		}, missing.Error()},
		"misshaped": {func(graph.Param) (tensor.Tensor, error) { return tensor.New(4, 4, 1), nil },
			`tensor "conv1.weight": got shape [4, 4, 1] with 16 elements, want [4, 4, 1, 1]`},
		"short": {func(p graph.Param) (tensor.Tensor, error) {
			return tensor.Tensor{Shape: p.Shape, Data: make([]float32, 3)}, nil
		}, `tensor "conv1.weight": got shape [4, 4, 1, 1] with 3 elements, want [4, 4, 1, 1]`},
	}
	for name, c := range cases {
		_, err := New(b.Graph, c.source, Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		if name == "missing" && !errors.Is(err, missing) {
			t.Errorf("%v does not wrap the source's error", err)
		}
	}
}

// TestBugsSurfaceInTheCaller: a panic while packing on another goroutine could
// not be recovered.
func TestBugsSurfaceInTheCaller(t *testing.T) {
	broken := packJob{fill: func([]float32) { panic("conv: broken") }}
	var steps []*packing
	for range 5 {
		steps = append(steps, &packing{of: &instruction{}, jobs: []packJob{broken}})
	}
	defer func() {
		if got := recover(); got != "conv: broken" {
			t.Errorf("got %v", got)
		}
	}()
	pack(steps, graphtest.Param, Options{Threads: 2})
}

// Every tensor is fetched once, those that are packed in the order of the graph, and the
// source is told when each is no longer needed.
func TestParametersAreFetchedOnce(t *testing.T) {
	g := graphtest.Random(3, 30)
	var got, packed []string
	var done sync.Map
	_, err := New(g, func(p graph.Param) (tensor.Tensor, error) {
		got = append(got, p.Path)
		return graphtest.Param(p)
	}, Options{Threads: 2, Done: func(p graph.Param) {
		if _, twice := done.LoadOrStore(p.Path, true); twice {
			t.Errorf("twice done with %s", p.Path)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	var want, wantPacked []string
	for _, n := range g.Nodes {
		for _, p := range n.Params {
			want = append(want, p.Path)
			if packs(n) {
				wantPacked = append(wantPacked, p.Path)
			}
			if _, ok := done.Load(p.Path); !ok {
				t.Errorf("never done with %s", p.Path)
			}
		}
	}
	for _, path := range got {
		if slices.Contains(wantPacked, path) {
			packed = append(packed, path)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got) + cmp.Diff(wantPacked, packed); diff != "" {
		t.Error(diff)
	}
}

func TestPrintIsATable(t *testing.T) {
	b := graphtest.Start("table", 1, 4, 4, 4)
	x := b.Add("relu", ops.ReLU.Op(), b.Graph.Input())
	x = b.Add("pool", &ops.GlobalAvgPool{}, x)
	x = b.Add("flatten", &ops.Flatten{}, x)
	b.Add("id", &ops.Identity{}, x)
	p := planned(t, b.Graph)
	var out strings.Builder
	if err := Print(&out, p, 1); err != nil {
		t.Fatal(err)
	}
	relu, pool := p.instructions[0].Prepared, p.instructions[1].Prepared
	for _, want := range []string{
		"table: 0 bytes of weights, 320 of activations, ",
		"id  path  op     ",
		"0         input  copy",
		"[0:64]           0\n",
		"1   relu  relu   " + relu.Algorithm,
		"[0:64] in place  ",
		"2   pool  gap    " + pool.Algorithm,
		"[64:68]          ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
	if lines := strings.Count(out.String(), "\n"); lines != 5 {
		t.Errorf("got %d lines, want 5:\n%s", lines, &out)
	}
}

// The packed parameters of one plan can be used by another of the same graph, which then
// fetches no tensor for them; those of another size are not used.
func TestPackedIsUsedAgain(t *testing.T) {
	for seed := range uint64(12) {
		g := wide(seed)
		if seed > 8 {
			g = branches(seed)
		}
		first := planned(t, g)
		want := shows(run(t, first, 1, 1))
		var packed []float32
		if err := first.Packed(func(part []float32) error {
			packed = append(packed, part...)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			packed []float32
			known  bool
		}{{packed, true}, {packed[:len(packed)-16], false}, {append(packed, make([]float32, 16)...), false}, {nil, false}} {
			fetched := map[string]bool{}
			p, err := New(g, func(p graph.Param) (tensor.Tensor, error) {
				fetched[p.Path] = true
				return graphtest.Param(p)
			}, Options{Packed: func(n int) []float32 {
				if n != len(packed) {
					t.Errorf("seed %d: asks for %d numbers, %d were packed", seed, n, len(packed))
				}
				return c.packed
			}})
			if err != nil {
				t.Fatal(err)
			}
			if p.Known() != c.known || !same(shows(run(t, p, 1, 1)), want) || p.Memory(1) != first.Memory(1) {
				t.Errorf("seed %d, %d numbers of %d: used: %v, or other values or memory", seed, len(c.packed), len(packed), p.Known())
			}
			for _, n := range g.Nodes {
				for _, param := range n.Params {
					if fetched[param.Path] != (!packs(n) || !c.known) {
						t.Errorf("seed %d: fetched %s: %v", seed, param.Path, fetched[param.Path])
					}
				}
			}
		}
	}
}

package plan

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// A record keeps what an algorithm packs.
type record struct{ parts [][]float32 }

func (r *record) Floats(n int, fill func(dst []float32)) []float32 {
	dst := make([]float32, n)
	fill(dst)
	r.parts = append(r.parts, dst)
	return dst
}

// What is packed once for several instructions is what each of them would pack: every algorithm for
// convolutions packs the same for inputs of several heights and widths, as often as it asks for as
// much.
func TestAlikeIsPackedAlike(t *testing.T) {
	compared := map[string]bool{}
	sizes := [][2]int{{16, 16}, {7, 9}, {33, 12}, {1, 1}, {56, 56}}
	for _, c := range []struct{ in, out, k, stride, groups int }{
		{32, 48, 3, 1, 1}, {32, 32, 1, 1, 1}, {3, 16, 7, 2, 1}, {40, 40, 3, 1, 40}, {64, 64, 3, 1, 2}, {32, 64, 3, 2, 32}, {64, 24, 1, 2, 1}, {16, 16, 5, 1, 1}, {128, 128, 3, 1, 32},
	} {
		op := &ops.Conv{Out: dim.Int(c.out), K: pairOf(c.k), Stride: pairOf(c.stride), Groups: dim.Int(c.groups), Dilation: pairOf(1), Bias: true,
			Pad: ops.Padding{Top: dim.Int(c.k / 2), Bottom: dim.Int(c.k / 2), Left: dim.Int(c.k / 2), Right: dim.Int(c.k / 2)}}
		weight, bias := tensor.New(c.out, c.in/c.groups, c.k, c.k), tensor.New(c.out)
		for i := range weight.Data {
			weight.Data[i] = float32(i%977) - 400
		}
		for i := range bias.Data {
			bias.Data[i] = float32(i)
		}
		for _, precision := range []layout.Precision{layout.F32, layout.BF16, layout.F32Fast} {
			packed := map[string]*record{}
			for _, size := range sizes {
				in := tensor.Shape{1, c.in, size[0], size[1]}
				out, err := op.Infer(dim.Numbers{}, []dim.Shape{dim.Shaped(in...)})
				if err != nil {
					t.Fatal(err)
				}
				shape := make(tensor.Shape, 4)
				for i, n := range out {
					shape[i] = n.MustInt()
				}
				for _, a := range exec.Algorithms(op, []tensor.Shape{in}, shape, precision) {
					if !a.Packs {
						continue
					}
					r := &record{}
					a.Prepare([]layout.Value{{Shape: in, Layout: a.In[0]}}, layout.Value{Shape: shape, Layout: a.Out}, []tensor.Tensor{weight, bias}, r)
					i := &instruction{op: op, algorithm: a, shape: shape, params: []graph.Param{{Path: "w", Shape: weight.Shape}, {Path: "b", Shape: bias.Shape}},
						in: []*instruction{{shape: in}}}
					key := i.packedAs(map[string]bool{"w": true})
					first := packed[key]
					if first == nil {
						packed[key] = r
						continue
					}
					compared[a.Name] = true
					for n := range min(len(first.parts), len(r.parts)) {
						if len(first.parts[n]) != len(r.parts[n]) {
							break // from here on it has its own
						}
						if !slices.EqualFunc(first.parts[n], r.parts[n], func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) }) {
							t.Fatalf("%s packs something else for %v: part %d of\n%s", a.Name, in, n, key)
						}
					}
				}
			}
		}
	}
	if len(compared) < 4 {
		t.Errorf("only %v are compared", compared)
	}
	t.Log(compared)
}

func pairOf(n int) dim.Pair { return dim.Pair{H: dim.Int(n), W: dim.Int(n)} }

// Of a head for several maps the weights are there once.
func TestItemsArePackedOnce(t *testing.T) {
	bytesOf := func(items int) int64 {
		g := pyramid(items)
		if err := graph.Verify(g); err != nil {
			t.Fatal(err)
		}
		p, err := New(g, func(p graph.Param) (tensor.Tensor, error) { return tensor.New(p.Shape...), nil }, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		return p.weightBytes()
	}
	one, three := bytesOf(1), bytesOf(3)
	if three > one+one/10 {
		t.Errorf("the weights of one item take %d bytes, and of three %d", one, three)
	}
}

// pyramid is a convolution for several maps, each half as large as the one before.
func pyramid(items int) *graph.Graph {
	const channels = 64
	g := &graph.Graph{Name: "pyramid"}
	input := &graph.Node{Path: "input", Shape: tensor.Shape{1, channels, 32, 32}}
	g.Nodes, g.Inputs = append(g.Nodes, input), []*graph.Node{input}
	add := func(n *graph.Node) *graph.Node {
		out, err := n.Op.Infer(dim.Numbers{}, n.InDims())
		if err != nil {
			panic(err)
		}
		for _, size := range out {
			n.Shape = append(n.Shape, size.MustInt())
		}
		n.ID = len(g.Nodes)
		g.Nodes = append(g.Nodes, n)
		return n
	}
	x := input
	for i := range items {
		if i > 0 {
			x = add(&graph.Node{Path: fmt.Sprint("pool", i), Op: &ops.MaxPool{K: pairOf(2), Stride: pairOf(2)}, In: []*graph.Node{x}})
		}
		conv := &ops.Conv{Out: dim.Int(channels), K: pairOf(3), Stride: pairOf(1), Groups: dim.Int(1), Dilation: pairOf(1),
			Pad: ops.Padding{Top: dim.Int(1), Bottom: dim.Int(1), Left: dim.Int(1), Right: dim.Int(1)}}
		y := add(&graph.Node{Path: fmt.Sprintf("head[%d]", i), Shared: "head", Op: conv, In: []*graph.Node{x},
			Params: []graph.Param{{Path: "head.weight", Shape: tensor.Shape{channels, channels, 3, 3}, Again: i > 0}}})
		g.Outputs = append(g.Outputs, graph.Output{Name: fmt.Sprint("out.", i), Node: y})
	}
	return g
}

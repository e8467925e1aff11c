// Package graphtest makes small graphs and numbers for them, for tests of the
// packages that transform and run graphs.
package graphtest

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A Builder adds nodes to a graph. It panics where an op refuses its inputs.
type Builder struct {
	Graph *graph.Graph
	Side  *graph.Side // of the nodes added from now on
}

// Start begins a graph with an input of this shape.
func Start(name string, shape ...int) *Builder {
	input := &graph.Node{Shape: shape}
	return &Builder{Graph: &graph.Graph{Name: name, Inputs: []*graph.Node{input}, Nodes: []*graph.Node{input}, Outputs: graph.OutputOf(input)}}
}

// Input adds an input with a name; inputs come before all other nodes.
func (b *Builder) Input(name string, shape ...int) *graph.Node {
	n := &graph.Node{ID: len(b.Graph.Nodes), Path: name, Shape: shape}
	b.Graph.Inputs, b.Graph.Nodes = append(b.Graph.Inputs, n), append(b.Graph.Nodes, n)
	b.Graph.Outputs[0].Node = n
	return n
}

// Output makes a node an output beside the first one.
func (b *Builder) Output(name string, n *graph.Node) {
	b.Graph.Outputs = append(b.Graph.Outputs, graph.Output{Name: name, Node: n})
}

// Add adds a node and makes it the graph's first output or, within a side head, that
// head's.
func (b *Builder) Add(path string, op ops.Op, in ...*graph.Node) *graph.Node {
	n := &graph.Node{ID: len(b.Graph.Nodes), Path: path, Op: op, In: in, Side: b.Side}
	shape, err := op.Infer(dim.Numbers{}, n.InDims())
	if err != nil {
		panic(fmt.Sprintf("graphtest: %s: %v", path, err))
	}
	n.Shape = sizes(shape)
	for _, p := range op.Params(n.InDims()) {
		n.Params = append(n.Params, graph.Param{Path: strings.TrimSuffix(path+"."+p.Leaf, "."), Shape: sizes(p.Shape), Running: p.Running})
	}
	b.Graph.Nodes = append(b.Graph.Nodes, n)
	b.Graph.Steps = append(b.Graph.Steps, graph.Step{Path: path, Call: op.Name(), Node: n, Side: b.Side})
	if b.Side != nil {
		b.Side.Output = n
	} else {
		b.Graph.Outputs[0].Node = n
	}
	return n
}

// Head begins a side head, to which all nodes belong that are added before Main.
func (b *Builder) Head(name string) {
	b.Side = &graph.Side{Name: name}
	b.Graph.Sides = append(b.Graph.Sides, b.Side)
}

// Main ends a side head.
func (b *Builder) Main() { b.Side = nil }

func sizes(s dim.Shape) tensor.Shape {
	shape := make(tensor.Shape, len(s))
	for i, d := range s {
		shape[i] = d.MustInt()
	}
	return shape
}

// Conv returns a square convolution with padding that keeps the image's size at
// stride 1.
func Conv(out, k, stride, groups int, bias bool) ops.Op {
	return &ops.Conv{Out: dim.Int(out), K: dim.Square(dim.Int(k)), Stride: dim.Square(dim.Int(stride)),
		Pad: ops.Padding{Mode: ops.Half}, Groups: dim.Int(groups), Dilation: dim.Square(dim.Int(1)), Bias: bias}
}

// Norm returns a batch normalisation.
func Norm() ops.Op { return &ops.BatchNorm{Eps: dim.Ratio(1, 100000), Scale: true, Shift: true} }

// Linear returns a fully connected layer with a bias.
func Linear(out int) ops.Op { return &ops.Linear{Out: dim.Int(out), Bias: true} }

// Concat returns a concatenation of channels.
func Concat() ops.Op { return &ops.Concat{Axis: dim.Int(1)} }

// Param is a source of parameters that depend only on the path: small weights, and valid
// statistics for a norm.
func Param(p graph.Param) (tensor.Tensor, error) {
	low, high := -0.5, 0.5
	if strings.HasSuffix(p.Path, "running_var") {
		low, high = 0.5, 2
	}
	return uniform(p.Path, p.Shape, low, high), nil
}

// Inputs returns numbers in -1 to 1 for the inputs of a graph.
func Inputs(g *graph.Graph, seed int) (all []tensor.Tensor) {
	for _, n := range g.Inputs {
		all = append(all, uniform(fmt.Sprint("input ", n.Path, seed), n.Shape, -1, 1))
	}
	return all
}

func uniform(name string, shape tensor.Shape, low, high float64) tensor.Tensor {
	h := fnv.New64a()
	h.Write([]byte(name))
	numbers := rand.New(rand.NewPCG(h.Sum64(), 1))
	t := tensor.New(shape...)
	for i := range t.Data {
		t.Data[i] = float32(low + (high-low)*numbers.Float64())
	}
	return t
}

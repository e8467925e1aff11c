package flat

import (
	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A Builder adds operations to a Net.
type Builder struct{ net Net }

// Build begins a net with a name, "" where the file has none.
func Build(name string) *Builder {
	return &Builder{Net{Graph: &graph.Graph{Name: name}}}
}

// Input adds an input; inputs come before all operations. Where there is one alone, its name may
// be "".
func (b *Builder) Input(name string, shape tensor.Shape) *graph.Node {
	n := b.add(&graph.Node{Path: name, Shape: shape}, About{})
	b.net.Graph.Inputs = append(b.net.Graph.Inputs, n)
	return n
}

// Op adds an operation on the results of others. The path is that of its tensors, or "". The error
// is the *ops.Fault of an operation that refuses its inputs.
func (b *Builder) Op(path string, op ops.Op, about About, in ...*graph.Node) (*graph.Node, error) {
	n := &graph.Node{Path: path, Op: op, In: in}
	shape, err := op.Infer(dim.Numbers{}, n.InDims())
	if err != nil {
		return nil, err
	}
	n.Shape = whole(shape)
	for _, p := range op.Params(n.InDims()) {
		n.Params = append(n.Params, graph.Param{Path: joined(path, p.Leaf), Shape: whole(p.Shape), Running: p.Running})
	}
	return b.add(n, about), nil
}

// About is what is known of a node, for more to be written into it.
func (b *Builder) About(n *graph.Node) *About { return &b.net.About[n.ID] }

// Output makes a node the next output.
func (b *Builder) Output(name string, n *graph.Node) {
	b.net.Graph.Outputs = append(b.net.Graph.Outputs, graph.Output{Name: name, Node: n})
}

// Net is what was built. The reader fills in its Format, Meta and Notes.
func (b *Builder) Net() *Net { return &b.net }

func (b *Builder) add(n *graph.Node, about About) *graph.Node {
	g := b.net.Graph
	n.ID = len(g.Nodes)
	g.Nodes = append(g.Nodes, n)
	b.net.About = append(b.net.About, about)
	return n
}

func joined(path, leaf string) string {
	if path == "" || leaf == "" {
		return path + leaf
	}
	return path + "." + leaf
}

func whole(s dim.Shape) tensor.Shape {
	shape := make(tensor.Shape, len(s))
	for i, d := range s {
		shape[i] = d.MustInt()
	}
	return shape
}

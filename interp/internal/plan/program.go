package plan

import (
	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A program is the instructions that compute a graph, in order. It begins with one
// instruction for each node; the passes change it.
type program struct {
	graph *graph.Graph
	list  []*instruction // in topological order, the inputs first
	// of is the instruction that holds the value of a node, in some layout; shown is the
	// one that holds a requested value in plain layout.
	of, shown map[*graph.Node]*instruction
}

// An instruction computes one value.
type instruction struct {
	id     int // its index in the list
	kind   kind
	nodes  []*graph.Node // whose work it does: several if they were fused
	op     ops.Op        // of a compute of one node
	in     []*instruction
	shape  tensor.Shape
	params []graph.Param
	// path and what are its path and description, if not those of the node.
	path, what string

	// perImage says that it computes one image of the batch.
	perImage bool
	// algorithm is how it is run, and layout that of its value.
	algorithm task.Algorithm
	layout    layout.Layout
	memory
}

// kind is what an instruction does.
type kind int

const (
	compute kind = iota // an op
	input               // copies an input of a session
	convert             // moves a value into another layout
	gather              // puts the images of a batch together
)

// moving is an instruction that gives the value of another in a new place, under the
// other's path.
func moving(k kind, what string, in *instruction, shape tensor.Shape, l layout.Layout) *instruction {
	return &instruction{kind: k, what: what, nodes: in.nodes, path: in.path, in: []*instruction{in}, shape: shape, layout: l, perImage: in.perImage}
}

// newProgram has one instruction for each node.
func newProgram(g *graph.Graph) *program {
	p := &program{graph: g, of: make(map[*graph.Node]*instruction, len(g.Nodes)), shown: map[*graph.Node]*instruction{}}
	for _, n := range g.Nodes {
		i := &instruction{nodes: []*graph.Node{n}, op: n.Op, shape: n.Shape, params: n.Params}
		if n.Op == nil {
			i.kind = input
		}
		if _, learned := n.Op.(*ops.Learned); !learned { // which reads no pixel of its input
			for _, in := range n.In {
				i.in = append(i.in, p.of[in])
			}
		}
		p.of[n] = i
		p.add(i)
	}
	return p
}

// inputs are the instructions of the graph's inputs, in their order.
func (p *program) inputs() []*instruction { return p.list[:len(p.graph.Inputs)] }

func (p *program) add(i *instruction) *instruction {
	i.id = len(p.list)
	p.list = append(p.list, i)
	return i
}

// rewrite rebuilds the list: each adds what replaces an instruction, or nothing.
func (p *program) rewrite(each func(i *instruction)) {
	old := p.list
	p.list = make([]*instruction, 0, len(old))
	for _, i := range old {
		each(i)
	}
}

// node is the last of the nodes, whose value the instruction computes.
func (i *instruction) node() *graph.Node { return i.nodes[len(i.nodes)-1] }

// step is the path of its step in the text, or the paths of several.
func (i *instruction) step() string {
	if i.path != "" {
		return i.path
	}
	return i.node().Path
}

// describe is what it does.
func (i *instruction) describe() string {
	if i.what != "" {
		return i.what
	}
	return graph.Describe(i.op)
}

func (i *instruction) blocked() bool { return !i.layout.Plain() }

// wants is the layout in which it reads input k.
func (i *instruction) wants(k int) layout.Layout {
	switch {
	case i.kind == gather, i.hosts():
		return i.layout
	case i.kind == compute:
		return i.algorithm.In[k]
	}
	return layout.Layout{}
}

// hosts reports whether the inputs can be computed in the memory of the result: a
// concatenation whose inputs, except the last, are whole blocks.
func (i *instruction) hosts() bool {
	_, ok := i.op.(*ops.Concat)
	return ok && i.blocked() && i.fillsBlocks()
}

func (i *instruction) fillsBlocks() bool {
	for _, in := range i.in[:len(i.in)-1] {
		if i.blocked() && in.shape[1]%i.layout.Block != 0 {
			return false
		}
	}
	return true
}

func (i *instruction) size() int { return i.layout.Floats(i.shape) }

// inShapes lists the shapes of the inputs.
func (i *instruction) inShapes() []tensor.Shape {
	shapes := make([]tensor.Shape, len(i.in))
	for k, in := range i.in {
		shapes[k] = in.shape
	}
	return shapes
}

// value describes the value to an algorithm.
func (i *instruction) value() layout.Value {
	return layout.Value{Shape: i.shape, Layout: i.layout, ImageStride: i.imageStride}
}

// prepare packs the parameters.
func (i *instruction) prepare(params []tensor.Tensor, m task.Memory) *task.Prepared {
	in := make([]layout.Value, len(i.in))
	for k, one := range i.in {
		in[k] = one.value()
	}
	return i.algorithm.Prepare(in, i.value(), params, m)
}

// Package gradient makes the graph of a step of training: the net's own operations, the losses of its
// outputs, and the gradients of its tensors. That is a graph like any other, which plans compute.
package gradient

import (
	"fmt"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A Head is a value that is compared with targets.
type Head struct {
	Node   *graph.Node // of the net
	Loss   ops.Loss
	Weight float64 // of its loss in the sum of all
}

// Options say what is learned from what.
type Options struct {
	Heads []Head
	// Learns reports whether a tensor changes.
	Learns func(graph.Param) bool
	// Stored reports whether a bn normalises with stored statistics instead of those of the batch; nil if none does.
	Stored func(*graph.Node) bool
}

// A Step is the graph of a step. Its inputs are those of the net, then the targets of each head, then
// the masks.
type Step struct {
	*graph.Graph
	Targets    []*graph.Node // by head
	Losses     []*graph.Node // by head: the loss of each image, [N]
	Masks      []Mask
	Gradients  []Gradient // of the tensors that learn, in the order of the net
	Statistics []Statistic
	// Values are the nodes that have the values of the net's.
	Values map[*graph.Node]*graph.Node
}

// A Mask is an input whose numbers are drawn anew for every step: 0 with probability P, else
// 1/(1-P).
type Mask struct {
	Input *graph.Node
	Path  string // of the dropout
	P     float64
	// Images says that it drops whole images, as drop_path does.
	Images bool
}

// A Gradient is that of a tensor: Node has as many numbers, in their order.
type Gradient struct {
	Param graph.Param
	Node  *graph.Node
}

// A Statistic is what moves the running statistics of a bn.
type Statistic struct {
	Path           string      // of the bn
	Node           *graph.Node // [2, C]: means and biased variances of the batch
	Mean, Variance graph.Param
	Elements       int // of each channel in the batch
}

// Of makes the step of a net. Its error says why there is none: nothing learns, or a bn has only one value
// for each channel.
func Of(net *graph.Graph, opts Options) (*Step, error) {
	b := newBuilder(net, opts)
	b.begin()
	for _, n := range b.needed() {
		if err := b.forward(n); err != nil {
			return nil, err
		}
	}
	b.losses()
	for _, n := range slices.Backward(b.copies) {
		b.backward(n)
	}
	b.end()
	if len(b.step.Gradients) == 0 {
		return nil, fmt.Errorf("gradient: no tensor of %s learns", net.Name)
	}
	return b.step, nil
}

// A builder is a step in the making.
type builder struct {
	net    *graph.Graph
	opts   Options
	step   *Step
	copies []*graph.Node // of the step: the nodes of the net's operations, in order
	nodes  []*graph.Node // all others but inputs, in order

	undropped bool // dropout does nothing, as in a run

	learning map[*graph.Node]bool        // nodes of the step that a tensor that learns has a part in
	sums     map[*graph.Node]*graph.Node // gradients of values of the step so far
	tensors  map[string]*graph.Node      // gradients of tensors so far, by path

	// Of nodes of the forward pass: how often they are read there, whether they take little time, whether the backward pass
	// computes them again, and by which nodes.
	reads           map[*graph.Node]int
	cheap, fleeting map[*graph.Node]bool
	repeats         map[*graph.Node]*graph.Node
}

func newBuilder(net *graph.Graph, opts Options) *builder {
	return &builder{net: net, opts: opts, step: &Step{Graph: &graph.Graph{Name: net.Name}, Values: map[*graph.Node]*graph.Node{}},
		sums: map[*graph.Node]*graph.Node{}, tensors: map[string]*graph.Node{}, learning: map[*graph.Node]bool{},
		reads: map[*graph.Node]int{}, cheap: map[*graph.Node]bool{}, fleeting: map[*graph.Node]bool{}, repeats: map[*graph.Node]*graph.Node{}}
}

// begin copies the inputs.
func (b *builder) begin() {
	for _, in := range b.net.Inputs {
		n := &graph.Node{Path: in.Path, Shape: in.Shape}
		b.step.Inputs = append(b.step.Inputs, n)
		b.step.Values[in] = n
	}
}

// needed are the nodes of the net on which the heads depend, in order.
func (b *builder) needed() (list []*graph.Node) {
	used := map[*graph.Node]bool{}
	for _, h := range b.opts.Heads {
		used[h.Node] = true
	}
	for _, n := range slices.Backward(b.net.Operations()) {
		if used[n] {
			list = append(list, n)
			for _, in := range n.In {
				used[in] = true
			}
		}
	}
	slices.Reverse(list)
	return list
}

// forward writes what a node of the net computes in training.
func (b *builder) forward(n *graph.Node) error {
	if _, same := n.Op.(*ops.Identity); same {
		b.step.Values[n] = b.step.Values[n.In[0]]
		return nil
	}
	at := &place{builder: b, op: n.Op, params: n.Params, path: n.Path}
	for _, in := range n.In {
		at.in = append(at.in, b.step.Values[in])
	}
	before := len(b.nodes)
	if b.trains(n) {
		b.step.Values[n] = node(n.Op.(ops.Trainee).Train(at))
		if at.err != nil {
			return at.err
		}
	} else {
		b.step.Values[n] = b.add(n.Op, n.Path, n.Params, at.in)
	}
	for _, made := range b.nodes[before:] {
		made.Shared = n.Shared
		b.copies = append(b.copies, made)
		learns := slices.ContainsFunc(made.Params, b.learns)
		for _, in := range made.In {
			learns = learns || b.learning[in]
		}
		b.learning[made] = learns
		b.consider(made)
	}
	return nil
}

// learns reports whether a tensor changes by its gradient.
func (b *builder) learns(p graph.Param) bool { return !p.Running && b.opts.Learns(p) }

// losses compares the heads with their targets, and writes the gradients of the heads.
func (b *builder) losses() {
	for i, h := range b.opts.Heads {
		value := b.step.Values[h.Node]
		target := &graph.Node{Path: fmt.Sprintf("target %d", i), Shape: value.Shape}
		b.step.Targets = append(b.step.Targets, target)
		loss := h.Loss
		b.step.Losses = append(b.step.Losses, b.add(&loss, fmt.Sprintf("loss %d", i), nil, []*graph.Node{value, target}))
		if h.Weight != 0 && b.learning[value] {
			factor := h.Weight / float64(value.Shape[0])
			b.give(value, b.add(&ops.LossGradient{Of: h.Loss, Factor: factor}, value.Path+"'", nil, []*graph.Node{value, target}))
		}
	}
}

// backward writes the gradients of what a node reads, once that of its value is complete.
func (b *builder) backward(n *graph.Node) {
	sum := b.sums[n]
	if sum == nil || !b.learning[n] {
		return
	}
	n.Op.(ops.Derivative).Derive(&place{builder: b, in: n.In, params: n.Params, path: n.Path + "'", node: n, gradient: sum})
}

// give adds to the gradient of a value.
func (b *builder) give(value, gradient *graph.Node) {
	if sum := b.sums[value]; sum != nil {
		gradient = b.add(&ops.Add{}, value.Path+"'", nil, []*graph.Node{sum, gradient})
	}
	b.sums[value] = gradient
}

// end puts the inputs first and lists what is shown.
func (b *builder) end() {
	s := b.step
	s.Inputs = append(s.Inputs, s.Targets...)
	for _, m := range s.Masks {
		s.Inputs = append(s.Inputs, m.Input)
	}
	s.Nodes = append(slices.Clone(s.Inputs), b.nodes...)
	for i, n := range s.Nodes {
		n.ID = i
	}
	s.Share()
	for i, n := range s.Losses {
		s.Outputs = append(s.Outputs, graph.Output{Name: fmt.Sprintf("loss %d", i), Node: n})
	}
	for _, p := range b.net.Params(true) {
		if n := b.tensors[p.Path]; n != nil {
			s.Gradients = append(s.Gradients, Gradient{p, n})
			s.Outputs = append(s.Outputs, graph.Output{Name: p.Path + "'", Node: n})
		}
	}
	for _, stat := range s.Statistics {
		s.Outputs = append(s.Outputs, graph.Output{Name: stat.Path + " statistics", Node: stat.Node})
	}
}

// add writes a node.
func (b *builder) add(op ops.Op, path string, params []graph.Param, in []*graph.Node) *graph.Node {
	n := &graph.Node{Path: path, Op: op, In: in, Params: params}
	shape, err := op.Infer(dim.Numbers{}, n.InDims())
	if err != nil {
		panic(fmt.Sprintf("gradient: %s of %s: %v", op.Name(), path, err))
	}
	for _, size := range shape {
		n.Shape = append(n.Shape, size.MustInt())
	}
	b.nodes = append(b.nodes, n)
	return n
}

func node(r ops.Ref) *graph.Node { return r.Node.(*graph.Node) }

func ref(n *graph.Node) ops.Ref { return ops.Ref{Node: n, Shape: tensor.Shape(n.Shape)} }

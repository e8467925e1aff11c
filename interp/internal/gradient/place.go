package gradient

import (
	"fmt"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// A place is where an op writes what it computes in training, or its gradients: it is an ops.Training and an
// ops.Step.
type place struct {
	*builder
	op       ops.Op
	in       []*graph.Node
	params   []graph.Param
	path     string
	node     *graph.Node // whose gradients are written
	gradient *graph.Node // of its value
	err      error
}

func (p *place) Input(i int) ops.Ref { return ref(p.in[i]) }
func (p *place) Inputs() int         { return len(p.in) }

func (p *place) Apply(op ops.Op, in ...ops.Ref) ops.Ref { return p.With(op, nil, in...) }

func (p *place) With(op ops.Op, tensors []int, in ...ops.Ref) ops.Ref {
	var params []graph.Param
	for _, i := range tensors {
		params = append(params, p.params[i])
	}
	var nodes []*graph.Node
	for _, r := range in {
		n := node(r)
		if p.gradient != nil {
			n = p.again(n)
		}
		nodes = append(nodes, n)
	}
	return ref(p.add(op, p.path, params, nodes))
}

func (p *place) Result() ops.Ref   { return ref(p.node) }
func (p *place) Gradient() ops.Ref { return ref(p.gradient) }

func (p *place) Wants(input int) bool   { return p.learning[p.in[input]] }
func (p *place) WantsTensor(i int) bool { return p.learns(p.params[i]) }

func (p *place) To(input int, gradient ops.Ref) { p.give(p.in[input], node(gradient)) }

func (p *place) ToTensor(i int, gradient ops.Ref) {
	of := p.params[i].Path
	n := node(gradient)
	if sum := p.tensors[of]; sum != nil {
		n = p.add(&ops.Add{}, p.path, nil, []*graph.Node{sum, n})
	}
	p.tensors[of] = n
}

func (p *place) Mask(probability float64, shape tensor.Shape) ops.Ref {
	n := &graph.Node{Path: "mask of " + p.path, Shape: shape}
	_, images := p.op.(*ops.DropPath)
	p.step.Masks = append(p.step.Masks, Mask{Input: n, Path: p.path, P: probability, Images: images})
	return ref(n)
}

func (p *place) Statistics(value ops.Ref, mean, variance, elements int) {
	if elements < 2 {
		p.err = fmt.Errorf("gradient: %s has one value for each channel, which has no variance; want a larger batch or image, or stored statistics", p.path)
	}
	p.step.Statistics = append(p.step.Statistics, Statistic{
		Path: p.path, Node: node(value), Mean: p.params[mean], Variance: p.params[variance], Elements: elements})
}

package main

import (
	"fmt"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// An exporter writes the main path of a graph as a model, node by node: nothing is folded
// or fused, so that other engines compute the same layers and may fuse them themselves.
type exporter struct {
	model   model
	tensors map[string]tensor.Tensor // by the path of the parameter
	values  map[*graph.Node]string   // the name of the value that a node makes
	held    map[string]bool          // the initializers that are there already
}

// export returns the model of a net's main path with these tensors.
func export(g *graph.Graph, tensors map[string]tensor.Tensor) (*model, error) {
	e := &exporter{tensors: tensors, values: map[*graph.Node]string{}, held: map[string]bool{}}
	e.model.name = g.Name
	e.model.input = value{"x", g.Input.Shape}
	e.values[g.Input] = "x"
	needed := leadingTo(g.Output)
	for _, n := range g.Nodes[1:] {
		if !needed[n] {
			continue
		}
		s := &step{exporter: e, node: n}
		for _, in := range n.In {
			s.in = append(s.in, e.values[in])
		}
		name, err := s.write()
		if err != nil {
			return nil, fmt.Errorf("onnx: %s: step %s: %w", g.Name, n.Path, err)
		}
		e.values[n] = name
	}
	// The output has a name of its own, whatever makes it.
	e.model.output = value{"y", g.Output.Shape}
	e.model.nodes = append(e.model.nodes, node{op: "Identity", inputs: []string{e.values[g.Output]}, output: "y", shape: g.Output.Shape})
	return &e.model, nil
}

func leadingTo(output *graph.Node) map[*graph.Node]bool {
	found := map[*graph.Node]bool{output: true}
	for open := []*graph.Node{output}; len(open) > 0; {
		n := open[len(open)-1]
		open = open[:len(open)-1]
		for _, in := range n.In {
			if !found[in] {
				found[in] = true
				open = append(open, in)
			}
		}
	}
	return found
}

// A step is one node of the graph being written.
type step struct {
	*exporter
	node *graph.Node
	in   []string // the values it reads
	made int      // how many nodes of the model it has produced so far
}

// write adds the nodes of the model that compute the step and returns the name
// of the value.
func (s *step) write() (string, error) {
	switch op := s.node.Op.(type) {
	case *ops.Conv:
		return s.conv(op), nil
	case *ops.Deconv:
		return s.deconv(op), nil
	case *ops.Linear:
		return s.linear(), nil
	case *ops.BatchNorm:
		return s.batchNorm(op), nil
	case *ops.LayerNorm:
		return s.layerNorm(op), nil
	case *ops.LRN:
		return s.lrn(op), nil
	case *ops.L2Normalize:
		return s.l2Normalize(op), nil
	case *ops.PReLU:
		return s.prelu(), nil
	case ops.Activator:
		return s.activation(op.Activation())
	case *ops.Softmax:
		return s.emit("Softmax", s.node.Shape, s.in, attribute{"axis", 1}), nil
	case *ops.MaxPool:
		return s.maxPool(op), nil
	case *ops.AvgPool:
		return s.avgPool(op), nil
	case *ops.AvgPoolTo:
		return s.avgPoolTo(op)
	case *ops.GlobalAvgPool:
		return s.emit("GlobalAveragePool", s.node.Shape, s.in), nil
	case *ops.Flatten:
		return s.emit("Flatten", s.node.Shape, s.in, attribute{"axis", 1}), nil
	case *ops.Dropout, *ops.Identity:
		return s.in[0], nil
	case *ops.Scale:
		return s.emit("Mul", s.node.Shape, []string{s.in[0], s.constant(float32(op.S.Float()))}), nil
	case *ops.Learned:
		return s.learned(), nil
	case *ops.ChannelAffine:
		return s.channelAffine(op), nil
	case *ops.Slice:
		return s.slice(op), nil
	case *ops.ChannelShuffle:
		return s.channelShuffle(op), nil
	case *ops.Add:
		return s.chain("Add"), nil
	case *ops.Mul:
		return s.chain("Mul"), nil
	case *ops.Max:
		return s.emit("Max", s.node.Shape, s.in), nil
	case *ops.Mean:
		return s.emit("Mean", s.node.Shape, s.in), nil
	case *ops.Concat:
		return s.emit("Concat", s.node.Shape, s.in, attribute{"axis", op.Axis.MustInt()}), nil
	}
	return "", fmt.Errorf("%s cannot be written as ONNX", s.node.Op.Name())
}

// emit adds a node and returns the name of its result.
func (s *step) emit(op string, shape tensor.Shape, inputs []string, attributes ...attribute) string {
	name := fmt.Sprintf("%d/%s", s.node.ID, s.node.Path)
	if s.made > 0 {
		name += fmt.Sprintf("/%d", s.made)
	}
	s.made++
	s.model.nodes = append(s.model.nodes, node{op, inputs, name, shape, attributes})
	return name
}

// param adds parameter i of the step as an initializer, in its own shape or
// another one of as many elements.
func (s *step) param(i int, shape ...int) string {
	p := s.node.Params[i]
	if len(shape) == 0 {
		shape = p.Shape
	}
	return s.hold(initializer{name: p.Path, shape: shape, data: s.tensors[p.Path].Data})
}

// constant adds a number that is not a parameter.
func (s *step) constant(v float32) string {
	return s.hold(initializer{name: fmt.Sprintf("constant/%v", v), data: []float32{v}})
}

// integers adds a list as an initializer, ONNX's form of shapes.
func (s *step) integers(v ...int64) string {
	return s.hold(initializer{name: fmt.Sprintf("integers/%v", v), shape: []int{len(v)}, data: v})
}

// hold adds an initializer unless there is one of its name.
func (s *step) hold(t initializer) string {
	if !s.held[t.name] {
		s.held[t.name] = true
		s.model.initializers = append(s.model.initializers, t)
	}
	return t.name
}

// chain applies an operator of two inputs to all of them from the left.
func (s *step) chain(op string) string {
	name := s.in[0]
	for _, in := range s.in[1:] {
		name = s.emit(op, s.node.Shape, []string{name, in})
	}
	return name
}

// perChannel is the shape of one number for each channel, to broadcast over the step's
// result.
func (s *step) perChannel() []int {
	shape := []int{1, s.node.Shape[1]}
	for len(shape) < len(s.node.Shape) {
		shape = append(shape, 1)
	}
	return shape
}

package interp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/diag"
	"cnnlang/ops/tensor"
)

// A net has one input and one output, or several, each by the name that its signature gives it.
// Those of a `repeat` in a signature are counted: scores.0, scores.1.

// Inputs are the tensors of a net's inputs, by name.
type Inputs map[string]tensor.Tensor

// InputNames are the names of the net's inputs, in the order of its signature: "input" where it
// gives none.
func (n *Net) InputNames() (names []string) {
	for _, node := range n.Graph.Inputs {
		names = append(names, node.Path)
	}
	return names
}

// OutputNames are the names of the net's outputs, in the order of its signature: "output" where
// it gives none.
func (n *Net) OutputNames() (names []string) {
	for _, o := range n.Graph.Outputs {
		names = append(names, o.Name)
	}
	return names
}

// input is the input with a name; the only one is called input, too, or nothing.
func (n *Net) input(name string) (*graph.Node, error) {
	all := n.Graph.Inputs
	if (name == "" || name == "input") && len(all) == 1 {
		return all[0], nil
	}
	for _, node := range all {
		if node.Path == name {
			return node, nil
		}
	}
	e := &InputError{Net: n.Name, Input: name}
	if name == "" {
		e.Problem = fmt.Sprintf("it has %d inputs, %s, and none is named", len(all), inQuotes(n.InputNames()))
		return nil, e
	}
	e.Problem = fmt.Sprintf("it has no input called %q", name)
	if near := diag.Nearest(name, n.InputNames()); near != "" {
		e.Problem += fmt.Sprintf("; did you mean %q?", near)
	} else {
		e.Problem += "; it has " + inQuotes(n.InputNames())
	}
	return nil, e
}

// takes refuses tensors that are not those of the net's inputs, or where times is not 0 so many
// times their images.
func (n *Net) takes(inputs []tensor.Tensor, times int) error {
	if want := n.Graph.Inputs; len(inputs) != len(want) {
		return &InputError{Net: n.Name, Want: want[0].Shape, Problem: fmt.Sprintf("there %s, want %d: %s",
			isAre(len(inputs), "input"), len(want), strings.Join(n.InputNames(), ", "))}
	}
	for i, node := range n.Graph.Inputs {
		x, want, images := &inputs[i], node.Shape, max(1, times)
		if len(x.Shape) != len(want) || x.Shape[0] != images*want[0] || !x.Shape[1:].Equal(want[1:]) || len(x.Data) != images*want.Elements() {
			return n.misfit(node, x, times)
		}
	}
	return nil
}

// isAre is a number of things with its verb.
func isAre(n int, what string) string {
	if n == 1 {
		return "is 1 " + what
	}
	return fmt.Sprintf("are %d %ss", n, what)
}

// misfit is the error of an input of the wrong shape.
func (n *Net) misfit(node *graph.Node, x *tensor.Tensor, times int) error {
	what, want, or := "the input", fmt.Sprint(node.Shape), ""
	if len(n.Graph.Inputs) > 1 {
		what += " " + node.Path
	}
	switch {
	case times > 1 && node != n.Graph.Input():
		want, or = fmt.Sprint(append(tensor.Shape{times * node.Shape[0]}, node.Shape[1:]...)), ", as many images as the first has"
	case times > 0:
		or = ", or a multiple of its images"
	}
	return &InputError{Net: n.Name, Input: node.Path, Want: node.Shape, Problem: fmt.Sprintf(
		"%s has the shape %v and %d elements, want %s%s", what, slices.Clone(x.Shape), len(x.Data), want, or)}
}

// order puts the tensors of Inputs into the order of the net's. Each of its inputs is there, and
// no other. The list has room for them.
func (n *Net) order(inputs Inputs, list []tensor.Tensor) error {
	for i, node := range n.Graph.Inputs {
		x, ok := inputs[node.Path]
		if !ok {
			return n.unnamed(inputs)
		}
		list[i] = x
	}
	if len(inputs) > len(n.Graph.Inputs) {
		return n.unnamed(inputs)
	}
	return nil
}

// unnamed is the error of inputs that have other names than those of the net.
func (n *Net) unnamed(inputs Inputs) error {
	names := make([]string, 0, len(inputs))
	for name := range inputs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if name == "" {
			return &InputError{Net: n.Name, Problem: "an input has no name; it has " + inQuotes(n.InputNames())}
		}
		if _, err := n.input(name); err != nil {
			return err
		}
	}
	for _, name := range n.InputNames() {
		if _, ok := inputs[name]; !ok {
			return &InputError{Net: n.Name, Input: name, Problem: fmt.Sprintf("there is nothing for its input %q", name)}
		}
	}
	return nil
}

// RunNamed computes the outputs for inputs by name. Each has the net's shape for it, or all a
// multiple of its images, which are then computed in groups of that size. The caller may keep
// what it returns: the outputs by name.
func (m *Model) RunNamed(ctx context.Context, inputs Inputs) (map[string]tensor.Tensor, error) {
	list := make([]tensor.Tensor, len(m.Net.Graph.Inputs))
	if err := m.Net.order(inputs, list); err != nil {
		return nil, err
	}
	all, err := m.run(ctx, list)
	if err != nil {
		return nil, err
	}
	outputs := make(map[string]tensor.Tensor, len(all))
	for i, o := range m.Net.Graph.Outputs {
		outputs[o.Name] = all[i]
	}
	return outputs, nil
}

// run computes all outputs, for as many groups of images as there are.
func (m *Model) run(ctx context.Context, inputs []tensor.Tensor) ([]tensor.Tensor, error) {
	images, times := m.Net.Graph.Images(), 1
	if len(inputs) > 0 && len(inputs[0].Shape) > 0 {
		times = max(1, inputs[0].Shape[0]/images)
	}
	if err := m.Net.takes(inputs, times); err != nil {
		return nil, err
	}
	s, err := m.borrow(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { m.sessions <- s }()
	results := make([]tensor.Tensor, len(m.Net.Graph.Outputs))
	for k := range results {
		shape := s.session.OutputAt(k).Shape
		results[k] = tensor.New(append([]int{times * shape[0]}, shape[1:]...)...)
	}
	group := make([]tensor.Tensor, len(inputs))
	for i := range times {
		for k, node := range m.Net.Graph.Inputs {
			size := node.Shape.Elements()
			group[k] = tensor.Tensor{Shape: node.Shape, Data: inputs[k].Data[i*size : (i+1)*size]}
		}
		if err := s.Run(ctx, group...); err != nil {
			return nil, err
		}
		for k, result := range results {
			out := s.session.OutputAt(k)
			copy(result.Data[i*len(out.Data):], out.Data)
		}
	}
	return results, nil
}

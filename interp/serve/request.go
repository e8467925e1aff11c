package serve

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cnnlang/interp/graph"
	"cnnlang/lang/diag"
	"cnnlang/ops/tensor"
)

// A Tensor is an input or output by name, in row-major order. Its first axis counts images.
type Tensor struct {
	Name  string
	Shape []int64
	Data  []float32
}

// A Request asks for the outputs of a model for some images.
type Request struct {
	Model, Version string // Version "" is the only one
	ID             string // the client's, for its own use
	Inputs         []Tensor
	Outputs        []string // nil for all
	// Timeout is how long the client waits, 0 for as long as its context.
	Timeout time.Duration

	held   *held // counts what the answer takes, nil for nobody
	answer int64 // bytes that are written for a number of it
}

// affords counts what the outputs for so many images take, and the answer that is made of them, before any of it is made.
func (r *Request) affords(e *engine, images int) error {
	if r.held == nil {
		return nil
	}
	const float32s = 4
	numbers := int64(0)
	for _, o := range e.net.Graph.Outputs {
		numbers += int64(images) * int64(o.Node.Shape[1:].Elements())
	}
	return r.held.more(numbers * (float32s + r.answer))
}

// A Response is what a model computed, for the images of a Request in their order.
type Response struct {
	Model, Version, ID string
	Outputs            []Tensor
	// Queued is how long the last of its images waited, and Ran how long it was computed.
	Queued, Ran time.Duration
}

// arranged checks the tensors of a request, and puts them into the order of the net's inputs.
func (e *engine) arranged(r *Request) (list []tensor.Tensor, images int, err error) {
	nodes := e.net.Graph.Inputs
	list = make([]tensor.Tensor, len(nodes))
	for _, t := range r.Inputs {
		i := slices.IndexFunc(nodes, func(n *graph.Node) bool { return n.Path == t.Name })
		switch {
		case i < 0:
			return nil, 0, invalid("the model %s has no input called %q%s", r.Model, t.Name, e.near(t.Name, e.net.InputNames()))
		case list[i].Data != nil:
			return nil, 0, invalid("the input %q is given twice", t.Name)
		}
		n, err := e.fits(t, nodes[i])
		if err != nil {
			return nil, 0, err
		}
		if images == 0 {
			images = n
		}
		if n != images {
			return nil, 0, invalid("the input %q has %d images and the input %q has %d; want as many", t.Name, n, r.Inputs[0].Name, images)
		}
		list[i] = tensor.Tensor{Shape: nodes[i].Shape, Data: t.Data}
	}
	for i, node := range nodes {
		if list[i].Data == nil {
			return nil, 0, invalid("there is nothing for the input %q of the model %s", node.Path, r.Model)
		}
	}
	if images > e.most {
		return nil, 0, &Error{Fault: TooLarge, Message: fmt.Sprintf("the request has %d images, want at most %d; send several requests", images, e.most)}
	}
	return list, images, nil
}

// fits counts the images of a tensor, whose other axes are those of an input.
func (e *engine) fits(t Tensor, node *graph.Node) (images int, err error) {
	want := node.Shape
	wrong := func() error {
		return invalid("the input %q has the shape %v, want [N%s] with at most %d images", t.Name, t.Shape, strings.Join(append([]string{""}, texts(want[1:])...), ", "), e.most)
	}
	if len(t.Shape) != len(want) || t.Shape[0] < 1 {
		return 0, wrong()
	}
	for i, size := range want[1:] {
		if t.Shape[i+1] != int64(size) {
			return 0, wrong()
		}
	}
	size := int64(want[1:].Elements())
	if t.Shape[0] > int64(e.most) {
		return 0, &Error{Fault: TooLarge, Message: wrong().Error() + "; send several requests"}
	}
	if t.Shape[0]*size != int64(len(t.Data)) {
		return 0, invalid("the input %q has the shape %v, which is %d numbers, and %d numbers", t.Name, t.Shape, t.Shape[0]*size, len(t.Data))
	}
	return int(t.Shape[0]), nil
}

func texts(sizes []int) (list []string) {
	for _, n := range sizes {
		list = append(list, fmt.Sprint(n))
	}
	return list
}

// chosen are the indices of the outputs that a request asks for.
func (e *engine) chosen(r *Request) (list []int, err error) {
	names := e.net.OutputNames()
	if r.Outputs == nil {
		for i := range names {
			list = append(list, i)
		}
		return list, nil
	}
	for k, name := range r.Outputs {
		i := slices.Index(names, name)
		switch {
		case i < 0:
			return nil, invalid("the model %s has no output called %q%s", r.Model, name, e.near(name, names))
		case slices.Contains(r.Outputs[:k], name):
			return nil, invalid("the output %q is asked for twice", name)
		}
		list = append(list, i)
	}
	return list, nil
}

// near names what a name may have been meant for, or all.
func (e *engine) near(name string, known []string) string {
	if near := diag.Nearest(name, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return "; it has " + strings.Join(known, ", ")
}

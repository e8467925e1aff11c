package onnx

import (
	"fmt"

	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// MACs counts the multiply-accumulates of the model, from its own nodes and not from the graph they
// were made of, so that a wrong stride or padding shows as a size that does not fit.
func (m *Model) MACs() (int, error) {
	shapes := map[string]tensor.Shape{}
	for _, in := range m.Inputs {
		shapes[in.Name] = in.Shape
	}
	for _, t := range m.Initializers {
		shapes[t.Name] = t.Shape
	}
	total := 0
	for _, n := range m.Nodes {
		shapes[n.Output] = n.Shape
		in := shapes[n.Inputs[0]]
		if err := n.fits(in); err != nil {
			return 0, err
		}
		if n.Op == "Conv" && len(shapes[n.Inputs[1]]) != len(in) {
			return 0, fmt.Errorf("onnx: Conv %s has the weight %v for the input %v", n.Name, shapes[n.Inputs[1]], in)
		}
		switch n.Op {
		case "Conv": // each output element sees a whole filter
			total += n.Shape.Elements() * shapes[n.Inputs[1]][1:].Elements()
		case "ConvTranspose": // each input element is seen by a whole filter
			total += in.Elements() * shapes[n.Inputs[1]][1:].Elements()
		case "MatMul":
			total += n.Shape.Elements() * in[len(in)-1]
		case "Gemm":
			total += n.Shape.Elements() * shapes[n.Inputs[1]][1]
		}
	}
	return total, nil
}

// same returns an error if the model does not do as many multiply-accumulates as the text has: it
// would not be the net's.
func (m *Model) same(want dim.Size) error {
	got, err := m.MACs()
	if err == nil && dim.Int(got) != want {
		err = fmt.Errorf("onnx: the nodes written for %s do %d MACs, the net does %v", m.Name, got, want)
	}
	return err
}

// fits checks the result's height and width by the rule of the operator.
func (n Node) fits(in tensor.Shape) error {
	kernel, pads := n.Ints("kernel_shape"), n.Ints("pads")
	if kernel == nil || pads == nil {
		return nil
	}
	strides, dilations := n.Ints("strides"), n.Ints("dilations")
	for axis := range 2 {
		k := kernel[axis]
		if dilations != nil {
			k = dilations[axis]*(k-1) + 1
		}
		pad := pads[axis] + pads[2+axis]
		want := (in[2+axis]+pad-k)/strides[axis] + 1
		if n.Op == "ConvTranspose" {
			want = (in[2+axis]-1)*strides[axis] + k - pad
			if more := n.Ints("output_padding"); more != nil {
				want += more[axis]
			}
		}
		if got := n.Shape[2+axis]; got != want {
			return fmt.Errorf("onnx: %s %s makes %d pixels along axis %d, and the net has %d", n.Op, n.Name, want, 2+axis, got)
		}
	}
	return nil
}

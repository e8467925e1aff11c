package main

import (
	"fmt"

	"cnnlang/ops/tensor"
)

// macs counts the multiply-accumulates of the model for one image, from its own nodes and
// not from the graph they were made of, so that a wrong stride or padding shows as a size
// that does not fit.
func (m *model) macs() (int, error) {
	shapes := map[string]tensor.Shape{m.input.name: m.input.shape}
	for _, t := range m.initializers {
		shapes[t.name] = t.shape
	}
	total := 0
	for _, n := range m.nodes {
		shapes[n.output] = n.shape
		in := shapes[n.inputs[0]]
		if err := n.fits(in); err != nil {
			return 0, err
		}
		if n.op == "Conv" && len(shapes[n.inputs[1]]) != len(in) {
			return 0, fmt.Errorf("onnx: Conv %s has the weight %v for the input %v", n.output, shapes[n.inputs[1]], in)
		}
		switch n.op {
		case "Conv": // each output element sees a whole filter
			total += n.shape.Elements() * shapes[n.inputs[1]][1:].Elements()
		case "ConvTranspose": // each input element is seen by a whole filter
			total += in.Elements() * shapes[n.inputs[1]][1:].Elements()
		case "Gemm":
			total += n.shape.Elements() * shapes[n.inputs[1]][1]
		}
	}
	return total, nil
}

// fits checks the result's height and width by the rule of the operator.
func (n node) fits(in tensor.Shape) error {
	kernel, pads := n.integers("kernel_shape"), n.integers("pads")
	if kernel == nil || pads == nil {
		return nil
	}
	strides, dilations := n.integers("strides"), n.integers("dilations")
	for axis := range 2 {
		k := kernel[axis]
		if dilations != nil {
			k = dilations[axis]*(k-1) + 1
		}
		pad := pads[axis] + pads[2+axis]
		want := (in[2+axis]+pad-k)/strides[axis] + 1
		if n.op == "ConvTranspose" {
			want = (in[2+axis]-1)*strides[axis] + k - pad
		}
		if got := n.shape[2+axis]; got != want {
			return fmt.Errorf("onnx: %s %s makes %d pixels along axis %d, and the net has %d", n.op, n.output, want, 2+axis, got)
		}
	}
	return nil
}

func (n node) integers(name string) []int {
	for _, a := range n.attributes {
		if list, ok := a.value.([]int); ok && a.name == name {
			return list
		}
	}
	return nil
}

package onnx

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// instanceNorm is an InstanceNormalization, which has both tensors.
func (s *step) instanceNorm() string {
	op := s.node.Op.(*ops.InstanceNorm)
	return s.emit("InstanceNormalization", []string{s.in[0], s.leaf("weight", 1), s.leaf("bias", 0)}, Attribute{"epsilon", float32(op.Eps.Float())})
}

// leaf is a tensor of the step, or one number for each channel where it has none.
func (s *step) leaf(leaf string, number float32) string {
	if i, ok := s.has(leaf); ok {
		return s.param(i)
	}
	c := s.node.Shape[1]
	return s.own(leaf, []int{c}, slices.Repeat([]float32{number}, c)...)
}

// has reports which of the step's tensors has a leaf.
func (s *step) has(leaf string) (i int, ok bool) {
	for i, p := range s.node.Op.Params(s.node.InDims()) {
		if p.Leaf == leaf {
			return i, true
		}
	}
	return 0, false
}

// groupNorm makes each group one channel and normalises that: GroupNormalization came with opset 18.
func (s *step) groupNorm() string {
	op, shape := s.node.Op.(*ops.GroupNorm), s.node.Shape
	groups := op.Groups.MustInt()
	x := s.helper("Reshape", tensor.Shape{shape[0], groups, shape[1:].Elements() / groups}, []string{s.in[0], s.integers(0, groups, -1)})
	ones, zeros := s.own("ones", []int{groups}, slices.Repeat([]float32{1}, groups)...), s.own("zeros", []int{groups}, make([]float32, groups)...)
	x = s.helper("InstanceNormalization", tensor.Shape{shape[0], groups, shape[1:].Elements() / groups}, []string{x, ones, zeros}, Attribute{"epsilon", float32(op.Eps.Float())})
	back := []string{x, s.integers(append([]int{0}, shape[1:]...)...)}
	if !op.Scale && !op.Shift {
		return s.emit("Reshape", back)
	}
	x = s.helper("Reshape", shape, back)
	each := append([]int{shape[1]}, slices.Repeat([]int{1}, len(shape)-2)...)
	if op.Scale {
		i, _ := s.has("weight")
		inputs := []string{x, s.param(i, each...)}
		if !op.Shift {
			return s.emit("Mul", inputs)
		}
		x = s.helper("Mul", shape, inputs)
	}
	i, _ := s.has("bias")
	return s.emit("Add", []string{x, s.param(i, each...)})
}

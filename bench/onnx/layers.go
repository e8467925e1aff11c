package main

import (
	"fmt"
	"math"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

func (s *step) conv(op *ops.Conv) string {
	w := windowOf(op.K, op.Stride, op.Dilation, op.Pad, s.node.In[0].Shape, s.node.Shape)
	inputs := []string{s.in[0], s.param(0)}
	if op.Bias {
		inputs = append(inputs, s.param(1))
	}
	return s.emit("Conv", s.node.Shape, inputs, append(w.attributes(), attribute{"group", op.Groups.MustInt()})...)
}

// deconv is a ConvTranspose, whose pads are what is cut off the result.
func (s *step) deconv(op *ops.Deconv) string {
	inputs := []string{s.in[0], s.param(0)}
	if op.Bias {
		inputs = append(inputs, s.param(1))
	}
	var w window
	in := s.node.In[0].Shape
	for axis, k := range pair(op.K) {
		stride := pair(op.Stride)[axis]
		cut := (in[2+axis]-1)*stride + k - s.node.Shape[2+axis]
		w[axis] = windowAxis{k: k, stride: stride, dilation: 1}
		if op.Pad.Mode == ops.Same {
			w[axis].before = (k - stride) / 2
		} else {
			w[axis].before = fixedBefore(op.Pad, axis, k)
		}
		w[axis].after = cut - w[axis].before
	}
	return s.emit("ConvTranspose", s.node.Shape, inputs, w.attributes()...)
}

// linear is a Gemm on vectors and a 1x1 Conv on images.
func (s *step) linear() string {
	operator, weight := "Gemm", s.node.Params[0].Shape
	attributes := []attribute{{"transB", 1}}
	if len(s.node.Shape) > 2 {
		operator, weight = "Conv", append(slices.Clone(weight), 1, 1)
		attributes = []attribute{{"kernel_shape", []int{1, 1}}}
	}
	inputs := []string{s.in[0], s.param(0, weight...)}
	if len(s.node.Params) > 1 {
		inputs = append(inputs, s.param(1))
	}
	return s.emit(operator, s.node.Shape, inputs, attributes...)
}

// learned is the tensor of param, for a batch of one image or expanded to more.
func (s *step) learned() string {
	name := s.param(0, append([]int{1}, s.node.Shape[1:]...)...)
	if s.node.Shape[0] == 1 {
		return name
	}
	var shape []int64
	for _, n := range s.node.Shape {
		shape = append(shape, int64(n))
	}
	return s.emit("Expand", s.node.Shape, []string{name, s.integers(shape...)})
}

func (s *step) batchNorm(op *ops.BatchNorm) string {
	inputs := []string{s.in[0], s.param(0), s.param(1), s.param(2), s.param(3)}
	return s.emit("BatchNormalization", s.node.Shape, inputs, attribute{"epsilon", float32(op.Eps.Float())})
}

// layerNorm moves the channels to the end and back, since LayerNormalization
// works on the last axes.
func (s *step) layerNorm(op *ops.LayerNorm) string {
	last := []int{0, 2, 3, 1}
	back := []int{0, 3, 1, 2}
	shape, x := s.node.Shape, s.in[0]
	if len(shape) == 4 {
		shape = tensor.Shape{shape[0], shape[2], shape[3], shape[1]}
		x = s.emit("Transpose", shape, s.in, attribute{"perm", last})
	}
	x = s.emit("LayerNormalization", shape, []string{x, s.param(0), s.param(1)},
		attribute{"axis", -1}, attribute{"epsilon", float32(op.Eps.Float())})
	if len(shape) == 4 {
		x = s.emit("Transpose", s.node.Shape, []string{x}, attribute{"perm", back})
	}
	return x
}

func (s *step) lrn(op *ops.LRN) string {
	return s.emit("LRN", s.node.Shape, s.in, attribute{"size", op.Size.MustInt()}, attribute{"alpha", float32(op.Alpha.Float())},
		attribute{"beta", float32(op.Beta.Float())}, attribute{"bias", float32(op.K.Float())})
}

// l2Normalize is written out: LpNormalization has no eps.
func (s *step) l2Normalize(op *ops.L2Normalize) string {
	shape := s.node.Shape
	one := append(tensor.Shape{shape[0], 1}, shape[2:]...)
	length := s.emit("ReduceL2", one, s.in, attribute{"axes", []int{1}}, attribute{"keepdims", 1})
	length = s.emit("Max", one, []string{length, s.constant(float32(op.Eps.Float()))})
	return s.emit("Div", shape, []string{s.in[0], length})
}

// prelu has its slopes along the channels.
func (s *step) prelu() string {
	slopes := slices.Clone(s.node.Params[0].Shape)
	for range s.node.Shape[2:] {
		slopes = append(slopes, 1)
	}
	return s.emit("PRelu", s.node.Shape, []string{s.in[0], s.param(0, slopes...)})
}

func (s *step) activation(a ops.Activation) (string, error) {
	x, shape := s.in[0], s.node.Shape
	switch a.Name() {
	case "leaky_relu":
		return s.emit("LeakyRelu", shape, s.in, attribute{"alpha", float32(a.Arg().Float())}), nil
	case "hard_sigmoid":
		return s.emit("HardSigmoid", shape, s.in, attribute{"alpha", float32(a.Arg().Float())}, attribute{"beta", float32(0.5)}), nil
	case "tanh":
		return s.emit("Tanh", shape, s.in), nil
	case "elu":
		return s.emit("Elu", shape, s.in, attribute{"alpha", float32(a.Arg().Float())}), nil
	case "softplus":
		return s.emit("Softplus", shape, s.in), nil
	case "mish":
		return s.emit("Mul", shape, []string{x, s.emit("Tanh", shape, []string{s.emit("Softplus", shape, s.in)})}), nil
	case "hard_swish":
		return s.emit("HardSwish", shape, s.in), nil
	case "relu":
		return s.emit("Relu", shape, s.in), nil
	case "relu6":
		return s.emit("Clip", shape, []string{x, s.constant(0), s.constant(6)}), nil
	case "sigmoid":
		return s.emit("Sigmoid", shape, s.in), nil
	case "silu":
		return s.emit("Mul", shape, []string{x, s.emit("Sigmoid", shape, s.in)}), nil
	case "gelu":
		// 0.5 * x * (1 + erf(x/sqrt(2))); the operator Gelu came with opset 20.
		part := s.emit("Div", shape, []string{x, s.constant(math.Sqrt2)})
		part = s.emit("Add", shape, []string{s.emit("Erf", shape, []string{part}), s.constant(1)})
		return s.emit("Mul", shape, []string{s.emit("Mul", shape, []string{x, part}), s.constant(0.5)}), nil
	}
	return "", fmt.Errorf("%s cannot be written as ONNX", s.node.Op.Name())
}

func (s *step) channelAffine(op *ops.ChannelAffine) string {
	scale, shift := make([]float32, len(op.Scale)), make([]float32, len(op.Shift))
	for i := range op.Scale {
		scale[i], shift[i] = float32(op.Scale[i].Float()), float32(op.Shift[i].Float())
	}
	path := fmt.Sprintf("%d/%s/", s.node.ID, s.node.Path)
	x := s.emit("Mul", s.node.Shape, []string{s.in[0], s.hold(initializer{name: path + "scale", shape: s.perChannel(), data: scale})})
	return s.emit("Add", s.node.Shape, []string{x, s.hold(initializer{name: path + "shift", shape: s.perChannel(), data: shift})})
}

func (s *step) slice(op *ops.Slice) string {
	from, to := int64(op.From.MustInt()), int64(op.To.MustInt())
	return s.emit("Slice", s.node.Shape, []string{s.in[0], s.integers(from), s.integers(to), s.integers(1)})
}

// channelShuffle splits the channels into two axes, swaps them and joins them
// again. 0 keeps the size of an axis.
func (s *step) channelShuffle(op *ops.ChannelShuffle) string {
	shape, groups := s.node.Shape, op.Groups.MustInt()
	each := shape[1] / groups
	split, swapped := []int64{0, int64(groups), int64(each)}, []int{0, 2, 1}
	joined := []int64{0, int64(shape[1])}
	for axis, size := range shape[2:] {
		split, swapped, joined = append(split, int64(size)), append(swapped, 3+axis), append(joined, int64(size))
	}
	grouped := append(tensor.Shape{shape[0], groups, each}, shape[2:]...)
	x := s.emit("Reshape", grouped, []string{s.in[0], s.integers(split...)})
	grouped = append(tensor.Shape{shape[0], each, groups}, shape[2:]...)
	x = s.emit("Transpose", grouped, []string{x}, attribute{"perm", swapped})
	return s.emit("Reshape", shape, []string{x, s.integers(joined...)})
}

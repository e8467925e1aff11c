package onnx

import (
	"math"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// writers have for every operation how it is written: what adds its nodes and returns the name of
// its value.
var writers = map[string]func(*step) string{
	"conv":          (*step).conv,
	"deconv":        (*step).deconv,
	"linear":        (*step).linear,
	"bn":            (*step).batchNorm,
	"layer_norm":    (*step).layerNorm,
	"group_norm":    (*step).groupNorm,
	"instance_norm": (*step).instanceNorm,
	"lrn":           (*step).lrn,

	"l2_normalize": (*step).l2Normalize,

	"prelu":        (*step).prelu,
	"leaky_relu":   func(s *step) string { return s.emit("LeakyRelu", s.in, Attribute{"alpha", s.argument()}) },
	"elu":          func(s *step) string { return s.emit("Elu", s.in, Attribute{"alpha", s.argument()}) },
	"softplus":     func(s *step) string { return s.emit("Softplus", s.in) },
	"tanh":         func(s *step) string { return s.emit("Tanh", s.in) },
	"hard_swish":   func(s *step) string { return s.emit("HardSwish", s.in) },
	"hard_sigmoid": (*step).hardSigmoid,
	"mish":         (*step).mish,

	"relu":    func(s *step) string { return s.emit("Relu", s.in) },
	"relu6":   func(s *step) string { return s.emit("Clip", []string{s.in[0], s.constant(0), s.constant(6)}) },
	"sigmoid": func(s *step) string { return s.emit("Sigmoid", s.in) },
	"silu": func(s *step) string {
		return s.emit("Mul", []string{s.in[0], s.helper("Sigmoid", s.node.Shape, s.in)})
	},
	"gelu": (*step).gelu,
	"softmax": func(s *step) string {
		return s.emit("Softmax", s.in, Attribute{"axis", s.node.Op.(*ops.Softmax).Axis.MustInt()})
	},

	"maxpool":     (*step).maxPool,
	"avgpool":     (*step).avgPool,
	"avgpool_to":  (*step).avgPoolTo,
	"reduce_mean": func(s *step) string { return s.reduce("ReduceMean") },
	"reduce_max":  func(s *step) string { return s.reduce("ReduceMax") },
	"gap":         func(s *step) string { return s.emit("GlobalAveragePool", s.in) },

	"flatten":   func(s *step) string { return s.emit("Flatten", s.in, Attribute{"axis", 1}) },
	"dropout":   func(s *step) string { return s.in[0] },
	"drop_path": func(s *step) string { return s.in[0] },
	"id":        func(s *step) string { return s.in[0] },

	"scale":           (*step).scale,
	"pow":             (*step).pow,
	"channel_affine":  (*step).channelAffine,
	"param":           (*step).learned,
	"slice":           (*step).slice,
	"channel_shuffle": (*step).channelShuffle,
	"pad":             (*step).pad,
	"crop":            (*step).crop,
	"pixel_shuffle":   (*step).pixelShuffle,
	"pixel_unshuffle": (*step).pixelUnshuffle,
	"resize":          (*step).resize,
	"reshape": func(s *step) string {
		return s.emit("Reshape", []string{s.in[0], s.integers(append([]int{0}, s.node.Shape[1:]...)...)})
	},
	"permute": func(s *step) string {
		return s.emit("Transpose", s.in, Attribute{"perm", ints(s.node.Op.(*ops.Permute).Axes)})
	},

	"add":    func(s *step) string { return s.chain("Add") },
	"mul":    func(s *step) string { return s.chain("Mul") },
	"max":    func(s *step) string { return s.emit("Max", s.in) },
	"mean":   func(s *step) string { return s.emit("Mean", s.in) },
	"matmul": func(s *step) string { return s.emit("MatMul", s.in) },
	"concat": func(s *step) string {
		return s.emit("Concat", s.in, Attribute{"axis", s.node.Op.(*ops.Concat).Axis.MustInt()})
	},
}

func (s *step) conv() string {
	op := s.node.Op.(*ops.Conv)
	w := windowOf(op.K, op.Stride, op.Dilation, op.Pad, s.node.In[0].Shape)
	return s.emit("Conv", s.weighted(op.Bias), append(w.attributes(), Attribute{"group", op.Groups.MustInt()})...)
}

// deconv is a ConvTranspose, whose pads are what is cut off the result. ONNX Runtime takes
// output_padding below the stride alone, and ours may be below the dilation: there less is cut off,
// and what is left of it is added by a Pad.
func (s *step) deconv() string {
	op := s.node.Op.(*ops.Deconv)
	var w window
	var apart [2]int
	in, more := s.node.In[0].Shape, pair(op.OutputPad)
	for axis, k := range pair(op.K) {
		stride, before := pair(op.Stride)[axis], op.Crop(spatial[axis])
		after := (in[2+axis]-1)*stride + op.Reach(spatial[axis]).MustInt() + more[axis] - s.node.Shape[2+axis] - before
		if more[axis] >= stride {
			uncut := min(more[axis], after)
			after, more[axis] = after-uncut, more[axis]-uncut
		}
		if more[axis] >= stride {
			apart[axis], more[axis] = more[axis], 0
		}
		w[axis] = windowAxis{k: k, stride: stride, dilation: pair(op.Dilation)[axis], before: before, after: after}
	}
	attributes := append(w.attributes(), Attribute{"group", op.Groups.MustInt()})
	if more != [2]int{} {
		attributes = append(attributes, Attribute{"output_padding", more[:]})
	}
	if apart != [2]int{} {
		return s.padded(apart, s.weighted(op.Bias), attributes)
	}
	return s.emit("ConvTranspose", s.weighted(op.Bias), attributes...)
}

// padded is a ConvTranspose with zeros behind its height and width, and then its bias.
func (s *step) padded(apart [2]int, inputs []string, attributes []Attribute) string {
	shape := slices.Clone(s.node.Shape)
	shape[2], shape[3] = shape[2]-apart[0], shape[3]-apart[1]
	x := s.helper("ConvTranspose", shape, inputs[:2], attributes...)
	end := []string{x, s.integers(0, 0, 0, 0, 0, 0, apart[0], apart[1])}
	if len(inputs) == 2 {
		return s.emit("Pad", end)
	}
	x = s.helper("Pad", s.node.Shape, end)
	each := tensor.Shape{shape[1], 1, 1}
	return s.emit("Add", []string{x, s.helper("Reshape", each, []string{inputs[2], s.integers(each...)})})
}

// linear is a Gemm on vectors and a 1x1 Conv on images, whose weight has two more axes.
func (s *step) linear() string {
	bias := s.node.Op.(*ops.Linear).Bias
	if len(s.node.Shape) == 2 {
		return s.emit("Gemm", s.weighted(bias), Attribute{"transB", 1})
	}
	return s.emit("Conv", s.weighted(bias, append(slices.Clone(s.node.Params[0].Shape), 1, 1)...), Attribute{"kernel_shape", []int{1, 1}})
}

// learned is the tensor of param, which is for one image: what merges with it repeats it for each.
// For others it is repeated for as many images as the step's input has.
func (s *step) learned() string {
	name := s.param(0)
	if s.repeatedByUsers() {
		return name
	}
	images := s.helper("Shape", tensor.Shape{1}, s.in, Attribute{"start", 0}, Attribute{"end", 1})
	shape := s.helper("Concat", tensor.Shape{len(s.node.Shape)}, []string{images, s.integers(s.node.Shape[1:]...)}, Attribute{"axis", 0})
	return s.emit("Expand", []string{name, shape})
}

// repeatedByUsers reports whether all that read the step merge it, element by element, with a value
// for each image.
func (s *step) repeatedByUsers() bool {
	whole := func(in *graph.Node) bool { return in.Op == nil || in.Op.Name() != "param" }
	return !slices.ContainsFunc(s.users[s.node], func(n *graph.Node) bool {
		return n == nil || n.Op.Name() != "add" && n.Op.Name() != "mul" || !slices.ContainsFunc(n.In, whole)
	})
}

func (s *step) batchNorm() string {
	n := len(s.node.Params)
	inputs := []string{s.in[0], s.leaf("weight", 1), s.leaf("bias", 0), s.param(n - 2), s.param(n - 1)}
	return s.emit("BatchNormalization", inputs, Attribute{"epsilon", float32(s.node.Op.(*ops.BatchNorm).Eps.Float())})
}

// layerNorm moves the channels to the end and back, since LayerNormalization works on the last
// axes.
func (s *step) layerNorm() string {
	shape, eps := s.node.Shape, Attribute{"epsilon", float32(s.node.Op.(*ops.LayerNorm).Eps.Float())}
	if len(shape) == 2 {
		return s.emit("LayerNormalization", []string{s.in[0], s.param(0), s.param(1)}, Attribute{"axis", -1}, eps)
	}
	last, back, moved := []int{0}, []int{0, len(shape) - 1}, tensor.Shape{shape[0]}
	for axis := 2; axis < len(shape); axis++ {
		last, back, moved = append(last, axis), append(back, axis-1), append(moved, shape[axis])
	}
	last, moved = append(last, 1), append(moved, shape[1])
	x := s.helper("Transpose", moved, s.in, Attribute{"perm", last})
	x = s.helper("LayerNormalization", moved, []string{x, s.param(0), s.param(1)}, Attribute{"axis", -1}, eps)
	return s.emit("Transpose", []string{x}, Attribute{"perm", back})
}

// lrn has images alone; vectors are images of one pixel.
func (s *step) lrn() string {
	op, shape := s.node.Op.(*ops.LRN), s.node.Shape
	attributes := []Attribute{{"size", op.Size.MustInt()}, {"alpha", float32(op.Alpha.Float())}, {"beta", float32(op.Beta.Float())}, {"bias", float32(op.K.Float())}}
	if len(shape) == 4 {
		return s.emit("LRN", s.in, attributes...)
	}
	image := append(slices.Clone(shape), 1, 1)[:4]
	x := s.helper("Reshape", image, []string{s.in[0], s.integers(append([]int{0}, image[1:]...)...)})
	x = s.helper("LRN", image, []string{x}, attributes...)
	return s.emit("Reshape", []string{x, s.integers(append([]int{0}, shape[1:]...)...)})
}

// l2Normalize is written out: LpNormalization has no eps.
func (s *step) l2Normalize() string {
	shape := s.node.Shape
	one := append(tensor.Shape{shape[0], 1}, shape[2:]...)
	length := s.helper("ReduceL2", one, s.in, Attribute{"axes", []int{1}}, Attribute{"keepdims", 1})
	length = s.helper("Max", one, []string{length, s.constant(float32(s.node.Op.(*ops.L2Normalize).Eps.Float()))})
	return s.emit("Div", []string{s.in[0], length})
}

// prelu has its slopes along the channels, or one for all.
func (s *step) prelu() string {
	return s.emit("PRelu", []string{s.in[0], s.param(0, append(slices.Clone(s.node.Params[0].Shape), slices.Repeat([]int{1}, len(s.node.Shape)-2)...)...)})
}

// argument is the number of an activation that has one.
func (s *step) argument() float32 {
	return float32(s.node.Op.(ops.Activator).Activation().Arg().Float())
}

func (s *step) hardSigmoid() string {
	return s.emit("HardSigmoid", s.in, Attribute{"alpha", s.argument()}, Attribute{"beta", float32(0.5)})
}

// mish is x * tanh(softplus(x)); the operator Mish came with opset 18.
func (s *step) mish() string {
	x := s.helper("Softplus", s.node.Shape, s.in)
	x = s.helper("Tanh", s.node.Shape, []string{x})
	return s.emit("Mul", []string{s.in[0], x})
}

// gelu is 0.5 * x * (1 + erf(x/sqrt(2))); the operator Gelu came with opset 20.
func (s *step) gelu() string {
	x, shape := s.in[0], s.node.Shape
	if s.node.Op.(ops.Activator).Activation() == ops.TanhGELU {
		return s.tanhGELU()
	}
	part := s.helper("Div", shape, []string{x, s.constant(math.Sqrt2)})
	part = s.helper("Erf", shape, []string{part})
	part = s.helper("Add", shape, []string{part, s.constant(1)})
	part = s.helper("Mul", shape, []string{x, part})
	return s.emit("Mul", []string{part, s.constant(0.5)})
}

// tanhGELU is 0.5 * x * (1 + tanh(sqrt(2/pi) * (x + 0.044715*x^3))).
func (s *step) tanhGELU() string {
	x, shape := s.in[0], s.node.Shape
	part := s.helper("Mul", shape, []string{x, x})
	part = s.helper("Mul", shape, []string{part, s.constant(0.044715)})
	part = s.helper("Add", shape, []string{part, s.constant(1)})
	part = s.helper("Mul", shape, []string{part, x})
	part = s.helper("Mul", shape, []string{part, s.constant(float32(math.Sqrt(2 / math.Pi)))})
	part = s.helper("Tanh", shape, []string{part})
	part = s.helper("Add", shape, []string{part, s.constant(1)})
	part = s.helper("Mul", shape, []string{x, part})
	return s.emit("Mul", []string{part, s.constant(0.5)})
}

func (s *step) scale() string {
	return s.emit("Mul", []string{s.in[0], s.own("scale", nil, float32(s.node.Op.(*ops.Scale).S.Float()))})
}

func (s *step) pow() string {
	return s.emit("Pow", []string{s.in[0], s.own("p", nil, float32(s.node.Op.(*ops.Pow).P.Float()))})
}

func (s *step) channelAffine() string {
	op := s.node.Op.(*ops.ChannelAffine)
	scale, shift := make([]float32, len(op.Scale)), make([]float32, len(op.Shift))
	for i := range op.Scale {
		scale[i], shift[i] = float32(op.Scale[i].Float()), float32(op.Shift[i].Float())
	}
	// One number for each channel, to be repeated over the rest of the shape.
	each := append([]int{1, s.node.Shape[1]}, slices.Repeat([]int{1}, len(s.node.Shape)-2)...)
	x := s.helper("Mul", s.node.Shape, []string{s.in[0], s.own("scale", each, scale...)})
	return s.emit("Add", []string{x, s.own("shift", each, shift...)})
}

func (s *step) slice() string {
	op := s.node.Op.(*ops.Slice)
	return s.emit("Slice", []string{s.in[0], s.integers(op.From.MustInt()), s.integers(op.To.MustInt()), s.integers(1)})
}

func ints(sizes []dim.Size) (list []int) {
	for _, size := range sizes {
		list = append(list, size.MustInt())
	}
	return list
}

// channelShuffle splits the channels into two axes, swaps them and joins them again. 0 keeps the
// size of an axis.
func (s *step) channelShuffle() string {
	shape, groups := s.node.Shape, s.node.Op.(*ops.ChannelShuffle).Groups.MustInt()
	each := shape[1] / groups
	split, swapped, joined := []int{0, groups, each}, []int{0, 2, 1}, []int{0, shape[1]}
	for axis, size := range shape[2:] {
		split, swapped, joined = append(split, size), append(swapped, 3+axis), append(joined, size)
	}
	grouped := append(tensor.Shape{shape[0], groups, each}, shape[2:]...)
	x := s.helper("Reshape", grouped, []string{s.in[0], s.integers(split...)})
	grouped = append(tensor.Shape{shape[0], each, groups}, shape[2:]...)
	x = s.helper("Transpose", grouped, []string{x}, Attribute{"perm", swapped})
	return s.emit("Reshape", []string{x, s.integers(joined...)})
}

// pad is a Pad, whose sides are numbers for all axes, first those before.
func (s *step) pad() string {
	op := s.node.Op.(*ops.Border)
	by, mode := op.By, map[string]string{ops.Zeros: "constant", ops.Reflect: "reflect", ops.Replicate: "edge"}[op.Mode]
	sides := s.integers(0, 0, by.Top.MustInt(), by.Left.MustInt(), 0, 0, by.Bottom.MustInt(), by.Right.MustInt())
	return s.emit("Pad", []string{s.in[0], sides}, Attribute{"mode", mode})
}

// crop is a Slice of height and width.
func (s *step) crop() string {
	by, out := s.node.Op.(*ops.Crop).By, s.node.Shape
	top, left := by.Top.MustInt(), by.Left.MustInt()
	return s.emit("Slice", []string{s.in[0], s.integers(top, left), s.integers(top+out[2], left+out[3]), s.integers(2, 3)})
}

// pixelShuffle is DepthToSpace with the channels of a square together.
func (s *step) pixelShuffle() string {
	return s.emit("DepthToSpace", s.in, Attribute{"blocksize", s.node.Op.(*ops.PixelShuffle).R.MustInt()}, Attribute{"mode", "CRD"})
}

// pixelUnshuffle splits height and width into squares and their pixels, and joins these with the
// channels: SpaceToDepth has another order.
func (s *step) pixelUnshuffle() string {
	in, out, r := s.node.In[0].Shape, s.node.Shape, s.node.Op.(*ops.PixelUnshuffle).R.MustInt()
	x := s.helper("Reshape", tensor.Shape{in[0], in[1], out[2], r, out[3], r}, []string{s.in[0], s.integers(0, in[1], out[2], r, out[3], r)})
	x = s.helper("Transpose", tensor.Shape{in[0], in[1], r, r, out[2], out[3]}, []string{x}, Attribute{"perm", []int{0, 1, 3, 5, 2, 4}})
	return s.emit("Reshape", []string{x, s.integers(0, out[1], out[2], out[3])})
}

// reduce combines the elements along axes, which stay with size 1.
func (s *step) reduce(operator string) string {
	var axes []int
	for axis := range s.node.Shape {
		if s.node.Op.(ops.Reducer).Reduces(axis) {
			axes = append(axes, axis)
		}
	}
	return s.emit(operator, s.in, Attribute{"axes", axes}, Attribute{"keepdims", 1})
}

// resize is a Resize to a size, its fourth input, of as many images and channels as there are.
func (s *step) resize() string {
	op := s.node.Op.(*ops.Resize)
	mode, place := "nearest", "asymmetric"
	switch {
	case op.Mode == ops.Bilinear:
		mode, place = "linear", "half_pixel"
	case op.Mode == ops.Bicubic:
		mode, place = "cubic", "half_pixel"
	}
	if op.AlignCorners {
		place = "align_corners"
	}
	kept := s.helper("Shape", tensor.Shape{2}, s.in, Attribute{"start", 0}, Attribute{"end", 2})
	size := s.helper("Concat", tensor.Shape{4}, []string{kept, s.integers(s.node.Shape[2:]...)}, Attribute{"axis", 0})
	return s.emit("Resize", []string{s.in[0], "", "", size}, Attribute{"mode", mode}, Attribute{"coordinate_transformation_mode", place},
		Attribute{"nearest_mode", "floor"}, Attribute{"cubic_coeff_a", float32(-0.75)})
}

// chain applies an operator of two inputs to all of them from the left.
func (s *step) chain(op string) string {
	name, shape := s.in[0], slices.Clone(s.node.In[0].Shape)
	for i := 1; i < len(s.in); i++ {
		for axis, size := range s.node.In[i].Shape {
			shape[axis] = max(shape[axis], size)
		}
		if i == len(s.in)-1 {
			return s.emit(op, []string{name, s.in[i]})
		}
		name = s.helper(op, slices.Clone(shape), []string{name, s.in[i]})
	}
	return name
}

// weighted are the inputs of a layer with a weight, in this shape if any is given, and a bias.
func (s *step) weighted(bias bool, shape ...int) []string {
	if norm := s.folded[s.node]; norm != nil {
		return s.foldedInto(norm, bias, shape)
	}
	inputs := []string{s.in[0], s.param(0, shape...)}
	if bias {
		inputs = append(inputs, s.param(1))
	}
	return inputs
}

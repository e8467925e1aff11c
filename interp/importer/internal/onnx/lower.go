package onnx

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// lower makes operations of the pieces that no idiom took.
func (t *tracer) lower() {
	for _, s := range slices.Clone(t.steps) {
		if len(s.shape) < 2 {
			continue // one number for each image
		}
		switch op := s.op.(type) {
		case affine:
			t.lowerAffine(s, op)
		case beside:
			t.lowerBeside(s, op)
		case power:
			if n := number(op.p); n.IsValid() {
				s.op = &ops.Pow{P: n}
			}
		case normalised:
			t.lowerNormalised(s, op)
		case channels:
			t.channelwise(s, op.mul, op.add)
		case clip:
			t.lowerClip(s, op)
		case elementwise:
			t.lowerElementwise(s, op)
		case reduction:
			t.lowerReduction(s, op)
		}
	}
}

// new is a step beside another, of the same node.
func (t *tracer) new(like *step, op any, shape []int, in ...*step) *step {
	return t.add(&step{op: op, in: in, node: like.node, shape: shape})
}

// scaled is a step times a number, beside another.
func (t *tracer) scaled(like, s *step, by int) *step {
	return t.new(like, &ops.Scale{S: dim.Int(by)}, s.shape, s)
}

// lowerAffine is scale, or with a summand channel_affine of few channels, and of more a norm that
// normalises nothing.
func (t *tracer) lowerAffine(s *step, op affine) {
	mul, add := number(widest(float32(op.mul))), number(widest(float32(op.add)))
	if !mul.IsValid() || !add.IsValid() {
		return
	}
	c := s.shape[1]
	switch {
	case op.add == 0:
		s.op = &ops.Scale{S: mul}
	case c <= mostConstants:
		s.op = &ops.ChannelAffine{Scale: slices.Repeat([]dim.Size{mul}, c), Shift: slices.Repeat([]dim.Size{add}, c)}
	default:
		t.unit(s, filled(float32(op.mul), c), filled(float32(op.add), c))
	}
}

// mostConstants is for how many channels numbers are written into the text.
const mostConstants = 4

// lowerNormalised is a norm without tensors of its own, or where it has some always one with ones
// and zeros.
func (t *tracer) lowerNormalised(s *step, n normalised) {
	norm := n.of(s.shape, false, false)
	if norm == nil {
		return
	}
	var params []*weight
	if _, layer := norm.(*ops.LayerNorm); layer {
		params = []*weight{filled(1, s.shape[1]), filled(0, s.shape[1])}
	}
	s.become(norm, params, s.in[0])
}

// unit makes a step a norm without statistics, which multiplies and adds.
func (t *tracer) unit(s *step, scale, shift *weight) {
	c := s.shape[1]
	s.params = nil
	bn := &ops.BatchNorm{Eps: dim.Int(0), Scale: scale != nil, Shift: shift != nil}
	s.params = append(tensors(scale, shift), filled(0, c), filled(1, c))
	if n := len(s.shape); n == 2 || n == 4 {
		s.op = bn
		return
	}
	image := t.new(s, &ops.Reshape{Shape: dim.Shaped(c, 1, elements(s.shape[2:]))}, []int{t.batch, c, 1, elements(s.shape[2:])}, s.in[0])
	normed := t.new(s, bn, image.shape, image)
	normed.params, s.params = s.params, nil
	s.op, s.in = &ops.Reshape{Shape: dim.Shaped(s.shape[1:]...)}, []*step{normed}
}

// lowerBeside is a sum or product with a learned tensor.
func (t *tracer) lowerBeside(s *step, op beside) {
	w := s.params[0]
	if len(w.shape) > 3 {
		return
	}
	if op.op == "Add" {
		if c := s.shape[1]; elements(w.shape) == c && w.shape[0] == c {
			t.channelwise(s, nil, w.reshaped(c))
			return
		}
		w = w.spread(s.shape[1:]...)
	}
	learned := t.new(s, &ops.Learned{Shape: dim.Shaped(w.shape...), Init: dim.Int(0)}, append([]int{t.batch}, w.shape...), s.in[0])
	learned.params, s.params = []*weight{w}, nil
	s.in = append(s.in, learned)
	if op.first {
		slices.Reverse(s.in)
	}
	if s.op = ops.Op(&ops.Mul{}); op.op == "Add" {
		s.op = &ops.Add{}
	}
}

// channelwise multiplies and adds a number for each channel: at the input of the network, of few
// channels, they are part of how pictures are prepared, and elsewhere tensors.
func (t *tracer) channelwise(s *step, mul, add *weight) {
	c := s.shape[1]
	if s.in[0].node == nil && c <= mostConstants || mul != nil && mul.constant {
		scale, shift := constants(mul, c, 1), constants(add, c, 0)
		if scale != nil && shift != nil {
			s.op, s.params = &ops.ChannelAffine{Scale: scale, Shift: shift}, nil
			return
		}
	}
	t.unit(s, mul, add)
}

// constants are the numbers of a tensor as the language writes them; nil if it cannot.
func constants(w *weight, c int, otherwise int) (list []dim.Size) {
	if w == nil {
		return slices.Repeat([]dim.Size{dim.Int(otherwise)}, c)
	}
	few, ok := w.numbers()
	for _, v := range few {
		n := number(widest(v))
		ok = ok && n.IsValid()
		list = append(list, n)
	}
	if !ok {
		return nil
	}
	return list
}

// lowerReduction makes reduce_mean or reduce_max of images, to which vectors and sequences become
// ones of a pixel or a row. A sum is a mean times its number, a length the root of one of
// squares, and a minimum the maximum of what is negated.
func (t *tracer) lowerReduction(s *step, op reduction) {
	x := s.in[0]
	if len(x.shape) > 4 || len(x.shape) < 2 || slices.Contains(op.axes, 0) && t.batch != 1 {
		return
	}
	axes := slices.DeleteFunc(slices.Clone(op.axes), func(a int) bool { return a == 0 })
	count := 1
	for _, a := range axes {
		count *= x.shape[a]
	}
	if len(axes) == 0 {
		s.op = passed{}
		return
	}
	image := append(slices.Clone(x.shape), 1, 1)[:4]
	switch op.op {
	case "ReduceL2", "ReduceSumSquare":
		x = t.new(s, &ops.Pow{P: dim.Int(2)}, x.shape, x)
	case "ReduceL1":
		x = t.new(s, &ops.Max{}, x.shape, x, t.scaled(s, x, -1))
	case "ReduceMin":
		x = t.scaled(s, x, -1)
	}
	if len(x.shape) < 4 {
		x = t.new(s, &ops.Reshape{Shape: dim.Shaped(image[1:]...)}, image, x)
	}
	for _, a := range axes {
		image[a] = 1
	}
	switch {
	case op.op == "ReduceMax" || op.op == "ReduceMin":
		x = t.new(s, &ops.ReduceMax{Axis: dim.Shaped(axes...)}, image, x)
	case slices.Equal(axes, []int{2, 3}):
		x = t.new(s, &ops.GlobalAvgPool{}, image, x)
	default:
		x = t.new(s, &ops.ReduceMean{Axis: dim.Shaped(axes...)}, image, x)
	}
	switch op.op {
	case "ReduceSum", "ReduceL1", "ReduceL2", "ReduceSumSquare":
		x = t.scaled(s, x, count)
	case "ReduceMin":
		x = t.scaled(s, x, -1)
	}
	if op.op == "ReduceL2" {
		x = t.new(s, &ops.Pow{P: dim.Ratio(1, 2)}, image, x)
	}
	if s.op, s.in = any(passed{}), []*step{x}; len(s.shape) != 4 {
		s.op = &ops.Reshape{Shape: dim.Shaped(s.shape[1:]...)}
	}
	if len(s.shape) == 2 {
		s.op = &ops.Flatten{}
	}
}

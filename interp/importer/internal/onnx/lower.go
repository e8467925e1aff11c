package onnx

import (
	"math"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// lower makes operations of the pieces that no idiom took.
func (t *tracer) lower() {
	for _, s := range slices.Clone(t.steps) {
		switch op := s.op.(type) {
		case affine:
			t.lowerAffine(s, op)
		case beside:
			t.lowerBeside(s, op)
		case power:
			if n := number(op.p); n.IsValid() {
				s.op = &ops.Pow{P: n}
			}
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

// scaled is a step times a number.
func (t *tracer) scaled(s *step, by int) *step {
	return t.new(s, &ops.Scale{S: dim.Int(by)}, s.shape, s)
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
		t.norm(s, filled(float32(op.mul), c), filled(float32(op.add), c))
	}
}

// mostConstants is for how many channels numbers are written into the text.
const mostConstants = 4

// norm makes a step a norm without statistics, which multiplies and adds.
func (t *tracer) norm(s *step, scale, shift *weight) {
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
			t.besideInput(s, w)
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

// besideInput adds a number for each channel.
func (t *tracer) besideInput(s *step, w *weight) {
	t.channelwise(s, nil, w.reshaped(s.shape[1]))
}

// channelwise multiplies and adds a number for each channel: at the input of the network, of few
// channels, they are part of how pictures are prepared, and elsewhere tensors.
func (t *tracer) channelwise(s *step, mul, add *weight) {
	c := s.shape[1]
	if s.in[0].node == nil && c <= mostConstants {
		scale, shift := listed4(mul, c, 1), listed4(add, c, 0)
		if scale != nil && shift != nil {
			s.op, s.params = &ops.ChannelAffine{Scale: scale, Shift: shift}, nil
			return
		}
	}
	t.norm(s, mul, add)
}

// listed4 are the numbers of a tensor as the language writes them; nil if it cannot.
func listed4(w *weight, c int, otherwise int) (list []dim.Size) {
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

// lowerElementwise writes operators by others.
func (t *tracer) lowerElementwise(s *step, op elementwise) {
	x := s.in[0]
	equal := !slices.ContainsFunc(s.in, func(in *step) bool { return !slices.Equal(in.shape, x.shape) })
	switch {
	case op.op == "Sqrt":
		s.op = &ops.Pow{P: dim.Ratio(1, 2)}
	case op.op == "Reciprocal":
		s.op = &ops.Pow{P: dim.Int(-1)}
	case op.op == "Abs":
		s.op, s.in = &ops.Max{}, []*step{x, t.scaled(x, -1)}
	case op.op == "Sub" && equal:
		s.op, s.in = &ops.Add{}, []*step{x, t.scaled(s.in[1], -1)}
	case op.op == "Div" && (equal || len(x.shape) == len(s.in[1].shape) && (within(x.shape, s.in[1].shape) || within(s.in[1].shape, x.shape))):
		y := t.new(s, &ops.Pow{P: dim.Int(-1)}, s.in[1].shape, s.in[1])
		s.op, s.in = &ops.Mul{}, []*step{x, y}
	case op.op == "Min" && equal:
		in := make([]*step, len(s.in))
		for i, one := range s.in {
			in[i] = t.scaled(one, -1)
		}
		s.op, s.in = &ops.Scale{S: dim.Int(-1)}, []*step{t.new(s, &ops.Max{}, s.shape, in...)}
	}
}

// lowerReduction writes a sum as a mean times its number, and a length as the root of one of
// squares.
func (t *tracer) lowerReduction(s *step, op reduction) {
	if slices.Contains(op.axes, 0) || len(s.shape) > 4 || op.op != "ReduceSum" && op.op != "ReduceL2" || len(op.axes) == 0 {
		return
	}
	x := s.in[0]
	count := 1
	for _, a := range op.axes {
		count *= x.shape[a]
	}
	if count > math.MaxInt32 {
		return
	}
	if op.op == "ReduceL2" {
		x = t.new(s, &ops.Pow{P: dim.Int(2)}, x.shape, x)
	}
	if len(x.shape) < 4 {
		image := append(slices.Clone(x.shape), 1, 1)[:4]
		x = t.new(s, &ops.Reshape{Shape: dim.Shaped(image[1:]...)}, image, x)
	}
	shape := slices.Clone(x.shape)
	for _, a := range op.axes {
		shape[a] = 1
	}
	x = t.new(s, &ops.ReduceMean{Axis: dim.Shaped(op.axes...)}, shape, x)
	x = t.scaled(x, count)
	if op.op == "ReduceL2" {
		x = t.new(s, &ops.Pow{P: dim.Ratio(1, 2)}, shape, x)
	}
	s.op, s.in = &ops.Reshape{Shape: dim.Shaped(s.shape[1:]...)}, []*step{x}
	if len(s.shape) == 4 {
		*s = step{op: x.op, in: x.in, shape: s.shape, node: s.node}
	}
}

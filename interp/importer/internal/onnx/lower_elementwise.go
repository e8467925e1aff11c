package onnx

import (
	"math"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// lowerElementwise writes operators by others. Of those of several values only a product repeats one; for the others
// resizing does that, along height and width.
func (t *tracer) lowerElementwise(s *step, op elementwise) {
	if merged(op.op) != nil || op.op == "Sub" || op.op == "Min" {
		s.in = slices.Clone(s.in)
		for i, in := range s.in {
			s.in[i] = t.repeated(s, in)
		}
	}
	x := s.in[0]
	equal := !slices.ContainsFunc(s.in, func(in *step) bool { return !slices.Equal(in.shape, x.shape) })
	switch {
	case merged(op.op) != nil && equal:
		s.op = merged(op.op)
	case op.op == "Sqrt":
		s.op = &ops.Pow{P: dim.Ratio(1, 2)}
	case op.op == "Reciprocal":
		s.op = &ops.Pow{P: dim.Int(-1)}
	case op.op == "Exp": // is sigmoid(x) / sigmoid(-x), without what is lost where one of them is near 1
		inverse := t.new(s, &ops.Pow{P: dim.Int(-1)}, x.shape, t.new(s, ops.Sigmoid.Op(), x.shape, t.scaled(s, x, -1)))
		s.op, s.in = &ops.Mul{}, []*step{t.new(s, ops.Sigmoid.Op(), x.shape, x), inverse}
	case op.op == "Abs":
		s.op, s.in = &ops.Max{}, []*step{x, t.scaled(s, x, -1)}
	case op.op == "Sub" && equal:
		s.op, s.in = &ops.Add{}, []*step{x, t.scaled(s, s.in[1], -1)}
	case op.op == "Div" && (equal || len(x.shape) == len(s.in[1].shape) && (within(x.shape, s.in[1].shape) || within(s.in[1].shape, x.shape))):
		y := t.new(s, &ops.Pow{P: dim.Int(-1)}, s.in[1].shape, s.in[1])
		s.op, s.in = &ops.Mul{}, []*step{x, y}
	case op.op == "Min" && equal:
		in := make([]*step, len(s.in))
		for i, one := range s.in {
			in[i] = t.scaled(s, one, -1)
		}
		s.op, s.in = &ops.Scale{S: dim.Int(-1)}, []*step{t.new(s, &ops.Max{}, s.shape, in...)}
	}
}

// merged is an operator on several values that the language has, nil for another.
func merged(op string) ops.Op {
	switch op {
	case "Add", "Sum":
		return &ops.Add{}
	case "Max":
		return &ops.Max{}
	case "Mean":
		return &ops.Mean{}
	}
	return nil
}

// repeated is a value of one row or column, or both, in the height and width of what it is merged to.
func (t *tracer) repeated(s, in *step) *step {
	if len(in.shape) != 4 || !slices.Equal(in.shape[:2], s.shape[:2]) || slices.Equal(in.shape, s.shape) {
		return in
	}
	return t.new(s, &ops.Resize{Size: pairOf([2]int(s.shape[2:])), Mode: ops.Nearest}, s.shape, in)
}

// lowerClip bounds a value: from 0 on by relu and relu6, and otherwise by the maximum of it and a constant, which every
// number to the power of 0 times the constant is. A minimum is the maximum of what is negated.
func (t *tracer) lowerClip(s *step, op clip) {
	low, high := number(op.low), number(-op.high)
	to6, from6 := number(6/op.high), number(op.high/6)
	bounded := !math.IsInf(op.high, 1)
	switch x := s.in[0]; {
	case !low.IsValid() && !math.IsInf(op.low, -1) || bounded && !high.IsValid():
	case op.low == 0 && op.high > 0 && to6.IsValid() && from6.IsValid():
		part := t.new(s, ops.ReLU6.Op(), s.shape, t.new(s, &ops.Scale{S: to6}, s.shape, x))
		s.op, s.in = &ops.Scale{S: from6}, []*step{part}
	case !bounded:
		s.op, s.in = &ops.Max{}, []*step{x, t.constant(s, low)}
	default:
		if low.IsValid() {
			x = t.new(s, &ops.Max{}, s.shape, x, t.constant(s, low))
		}
		most := t.new(s, &ops.Max{}, s.shape, t.scaled(s, x, -1), t.constant(s, high))
		s.op, s.in = &ops.Scale{S: dim.Int(-1)}, []*step{most}
	}
}

// constant is a number in the shape of a step.
func (t *tracer) constant(s *step, v dim.Size) *step {
	return t.new(s, &ops.Scale{S: v}, s.shape, t.new(s, &ops.Pow{P: dim.Int(0)}, s.shape, s.in[0]))
}

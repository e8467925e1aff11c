package onnx

import (
	"math"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// lowerElementwise writes operators by others.
func (t *tracer) lowerElementwise(s *step, op elementwise) {
	x := s.in[0]
	equal := !slices.ContainsFunc(s.in, func(in *step) bool { return !slices.Equal(in.shape, x.shape) })
	switch {
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

package onnx

import (
	"math"
	"slices"

	"cnnlang/ops"
)

// hardSigmoid is a line cut off at 0 and 1 that is 1/2 at 0.
func (t *tracer) hardSigmoid(s *step) bool {
	inner, mul, add := s.line()
	low, high, ok := inner.within()
	if !ok || low != 0 || add != 0 {
		return false
	}
	x, slope, half := inner.in[0].line()
	if !near(mul*high, 1) || !near(mul*half, 0.5) || !(mul*slope > 0) {
		return false
	}
	return s.become(&ops.HardSigmoid{Slope: number(widest(float32(mul * slope)))}, nil, x)
}

// factors are those of a product, with the numbers among them as one.
func (s *step) factors(depth int) (number float64, list []*step) {
	if depth == 0 {
		return 1, []*step{s}
	}
	if f, ok := s.op.(affine); ok && f.add == 0 {
		number, list = s.in[0].factors(depth - 1)
		return f.mul * number, list
	}
	if _, ok := s.op.(*ops.Mul); !ok || len(s.in) != 2 || !slices.Equal(s.in[0].shape, s.in[1].shape) {
		return 1, []*step{s}
	}
	a, left := s.in[0].factors(depth - 1)
	b, right := s.in[1].factors(depth - 1)
	return a * b, append(left, right...)
}

// product is an activation that is x times a function of x.
func (t *tracer) product(s *step) bool {
	for depth := 1; depth <= 3; depth++ { // x may be a product itself
		number, list := s.factors(depth)
		if len(list) != 2 {
			continue
		}
		for i, gate := range list {
			if op := gated(number, gate, list[1-i]); op != nil {
				return s.become(op, nil, list[1-i])
			}
		}
	}
	return false
}

// gated is the activation that is number * gate * x; nil if it is none.
func gated(number float64, gate, x *step) ops.Op {
	inner, mul, add := gate.line()
	switch gate.activation() {
	case ops.Sigmoid:
		if number == 1 && gate.in[0] == x {
			return ops.SiLU.Op()
		}
	case (&ops.HardSigmoid{Slope: sixth}).Activation():
		if number == 1 && gate.in[0] == x {
			return ops.HardSwish.Op()
		}
	case ops.ReLU6:
		if near(6*number, 1) && gate.in[0].lineOf(x, 1, 3) {
			return ops.HardSwish.Op()
		}
	case ops.Tanh:
		if soft := gate.in[0]; number == 1 && soft.activation() == ops.Softplus && soft.in[0] == x {
			return ops.Mish.Op()
		}
	}
	if !near(number*mul, 0.5) || !near(number*add, 0.5) {
		return nil
	}
	if erf, ok := inner.op.(elementwise); ok && erf.op == "Erf" {
		if inner.in[0].lineOf(x, 1/math.Sqrt2, 0) {
			return &ops.Gelu{}
		}
	}
	if inner.activation() == ops.Tanh {
		if p, ok := inner.in[0].polynomial(x, 8); ok && p[0] == 0 && near(p[1], math.Sqrt(2/math.Pi)) && p[2] == 0 && near(p[3], 0.044715*math.Sqrt(2/math.Pi)) {
			return &ops.Gelu{Approximate: true}
		}
	}
	return nil
}

var sixth = number(1.0 / 6)

// polynomial is a step as p[0] + p[1]*x + p[2]*x^2 + p[3]*x^3.
func (s *step) polynomial(x *step, depth int) (p [4]float64, ok bool) {
	if s == x {
		return [4]float64{1: 1}, true
	}
	if depth == 0 || len(s.in) == 0 {
		return p, false
	}
	a, ok := s.in[0].polynomial(x, depth-1)
	if !ok {
		return p, false
	}
	switch op := s.op.(type) {
	case affine:
		for i := range p {
			p[i] = op.mul * a[i]
		}
		p[0] += op.add
		return p, true
	case power:
		switch op.p {
		case 2:
			return multiplied(a, a)
		case 3:
			if square, ok := multiplied(a, a); ok {
				return multiplied(square, a)
			}
		}
		return p, false
	case *ops.Mul, *ops.Add:
		if len(s.in) != 2 {
			return p, false
		}
		b, ok := s.in[1].polynomial(x, depth-1)
		if _, product := s.op.(*ops.Mul); product && ok {
			return multiplied(a, b)
		}
		for i := range p {
			p[i] = a[i] + b[i]
		}
		return p, ok
	}
	return p, false
}

func multiplied(a, b [4]float64) (p [4]float64, ok bool) {
	for i, x := range a {
		for j, y := range b {
			if x*y == 0 {
				continue
			}
			if i+j > 3 {
				return p, false
			}
			p[i+j] += x * y
		}
	}
	return p, true
}

// norm is (x - mean) / sqrt(variance + eps).
func (t *tracer) norm(s *step) bool {
	if len(s.in) != 2 {
		return false
	}
	op, _ := s.op.(elementwise)
	_, product := s.op.(*ops.Mul)
	for i, root := range s.in {
		d := s.in[1-i]
		variance, exponent := root.rooted()
		if !(op.op == "Div" && i == 1 && exponent == 0.5 || product && exponent == -0.5) {
			continue
		}
		of, one, eps := variance.line()
		squares, ok := of.op.(reduction)
		x, axes := d.centred()
		if one != 1 || !ok || squares.op != "ReduceMean" || x == nil || !slices.Equal(axes, squares.axes) {
			continue
		}
		if again, other := of.in[0].squared().centred(); again == x && slices.Equal(axes, other) {
			return s.become(normalised{axes, widest(float32(eps))}, nil, x)
		}
	}
	return false
}

// rooted is a step as the power 1/2 or -1/2 of another; 0 if it is none.
func (s *step) rooted() (of *step, exponent float64) {
	switch op := s.op.(type) {
	case elementwise:
		if op.op == "Sqrt" {
			return s.in[0], 0.5
		}
		if of, e := s.in[0].rooted(); op.op == "Reciprocal" && e == 0.5 {
			return of, -0.5
		}
	case power:
		if op.p == 0.5 || op.p == -0.5 {
			return s.in[0], op.p
		}
	}
	return s, 0
}

// centred is what a step takes the mean of and away, along axes; nil if it does not.
func (s *step) centred() (x *step, axes []int) {
	if s == nil {
		return nil, nil
	}
	if op, ok := s.op.(elementwise); !ok || op.op != "Sub" || len(s.in) != 2 {
		return nil, nil
	}
	if mean, ok := s.in[1].op.(reduction); ok && mean.op == "ReduceMean" && s.in[1].in[0] == s.in[0] {
		return s.in[0], mean.axes
	}
	return nil, nil
}

// squared is what a step is the square of; nil if it is of nothing.
func (s *step) squared() *step {
	switch op := s.op.(type) {
	case power:
		if op.p == 2 {
			return s.in[0]
		}
	case *ops.Mul:
		if len(s.in) == 2 && s.in[0] == s.in[1] {
			return s.in[0]
		}
	}
	return nil
}

// unitLength divides vectors by their lengths, or by eps where that is larger.
func (t *tracer) unitLength(s *step) bool {
	if op, ok := s.op.(elementwise); !ok || op.op != "Div" || len(s.in) != 2 {
		return false
	}
	least, ok := s.in[1].op.(clip)
	if !ok || !math.IsInf(least.high, 1) || !(least.low > 0) {
		return false
	}
	length := s.in[1].in[0]
	if op, ok := length.op.(reduction); !ok || op.op != "ReduceL2" || !slices.Equal(op.axes, []int{1}) || length.in[0] != s.in[0] || len(length.shape) != len(s.shape) {
		return false
	}
	return s.become(&ops.L2Normalize{Eps: number(widest(float32(least.low)))}, nil, s.in[0])
}

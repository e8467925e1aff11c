package onnx

import (
	"math"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// An idiom is several nodes by which exporters write one operation. Its function looks at a step
// that may be the last of them, and makes the operation of it; what nothing reads then is left out.
type idiom func(*tracer, *step) bool

// idiomsInOrder are rounds of idioms: those of one round are tried until none is found any more.
var idiomsInOrder = [][]idiom{
	{apart, (*tracer).bounds, (*tracer).unexpanded, (*tracer).reduceTwice},
	{(*tracer).hardSigmoid, (*tracer).product, (*tracer).norm, (*tracer).unitLength},
	{together, (*tracer).permuteTwice, (*tracer).permuteInput, (*tracer).permuteBelow, (*tracer).permuteMerge, (*tracer).reshapeTwice, (*tracer).shuffle, (*tracer).groups},
	{(*tracer).lastAxis, (*tracer).permuteTwice, (*tracer).permuteBelow, (*tracer).permuteMerge},
	{(*tracer).padding, (*tracer).bias, (*tracer).eachChannel},
	{(*tracer).absorbed, (*tracer).gate},
	{(*tracer).prefix, (*tracer).chain},
}

// idioms undoes what exporters write of several nodes.
func (t *tracer) idioms() {
	const mostRounds = 64 // for chains that are found link by link
	for _, round := range idiomsInOrder {
		for again, n := true, 0; again && n < mostRounds; n++ {
			again = false
			for _, s := range slices.Clone(t.steps) {
				for _, find := range round {
					again = s.shape != nil && find(t, s) || again
				}
			}
			t.prune()
		}
	}
	t.lower()
	t.prune()
}

// become makes a step another operation.
func (s *step) become(op any, params []*weight, in ...*step) bool {
	s.op, s.params, s.in = op, params, in
	return true
}

// pass makes a step pass on a value of the same shape.
func (s *step) pass(x *step) bool { return s.become(passed{}, nil, x) }

// near compares constants, which exporters round.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Max(math.Abs(a), math.Abs(b)) }

// line is a step as x*mul + add.
func (s *step) line() (x *step, mul, add float64) {
	if f, ok := s.op.(affine); ok {
		return s.in[0], f.mul, f.add
	}
	return s, 1, 0
}

// lineOf reports whether a step is x*mul + add, also where x is a line itself and was made one with that.
func (s *step) lineOf(x *step, mul, add float64) bool {
	of, k, c := s.line()
	if of == x {
		return near(k, mul) && near(c, add)
	}
	from, a, b := x.line()
	return of == from && near(k, a*mul) && near(c, b*mul+add)
}

// apart is together but for products with a number, by which activations that are products are recognised.
func apart(t *tracer, s *step) bool {
	if _, line := s.op.(affine); line {
		if inner, ok := s.in[0].op.(affine); ok && inner.add == 0 {
			if _, product := s.in[0].in[0].op.(*ops.Mul); product {
				return false
			}
		}
	}
	return together(t, s)
}

// together makes one line of two.
func together(t *tracer, s *step) bool {
	outer, ok := s.op.(affine)
	if !ok {
		return false
	}
	if inner, ok := s.in[0].op.(affine); ok {
		return s.become(affine{outer.mul * inner.mul, outer.mul*inner.add + outer.add}, nil, s.in[0].in[0])
	}
	if outer == (affine{1, 0}) {
		return s.pass(s.in[0])
	}
	return false
}

// bounds makes one Clip of two, of which one may be a relu.
func (t *tracer) bounds(s *step) bool {
	low, high, ok := s.within()
	innerLow, innerHigh, ok2 := s.in0().within()
	if !ok || !ok2 || !isPiece(s) && !isPiece(s.in[0]) {
		return false
	}
	limit := func(v float64) float64 { return math.Min(math.Max(v, low), high) }
	return s.become(bounded(limit(innerLow), limit(innerHigh)), nil, s.in[0].in[0])
}

func isPiece(s *step) bool { _, is := s.op.(clip); return is }

// in0 is the first that a step reads, or the step itself where it reads nothing.
func (s *step) in0() *step {
	if len(s.in) == 0 {
		return s
	}
	return s.in[0]
}

// within are the bounds of a step that has any.
func (s *step) within() (low, high float64, ok bool) {
	if op, is := s.op.(clip); is {
		return op.low, op.high, true
	}
	switch s.activation() {
	case ops.ReLU:
		return 0, math.Inf(1), true
	case ops.ReLU6:
		return 0, 6, true
	}
	return 0, 0, false
}

// activation is that of a step, None if it has none.
func (s *step) activation() ops.Activation {
	if op, is := s.op.(ops.Activator); is {
		return op.Activation()
	}
	return ops.None
}

// bounded is the operation with these bounds, a piece where there is none.
func bounded(low, high float64) any {
	switch {
	case low == 0 && math.IsInf(high, 1):
		return ops.ReLU.Op()
	case low == 0 && high == 6:
		return ops.ReLU6.Op()
	}
	return clip{low, high}
}

// unexpanded leaves out the repetition of a value before an operation that repeats it itself.
func (t *tracer) unexpanded(s *step) bool {
	_, element := s.op.(elementwise)
	_, product := s.op.(*ops.Mul)
	if !element && !product || len(s.in) < 2 {
		return false
	}
	for i, in := range s.in {
		if _, repeated := in.op.(expanded); !repeated {
			continue
		}
		shorter := slices.Clone(s.in)
		shorter[i] = in.in[0]
		shape := shorter[0].shape
		for _, other := range shorter[1:] {
			shape, _ = joint(shape, other.shape)
		}
		if slices.Equal(shape, s.shape) && len(shorter[i].shape) == len(s.shape) {
			s.in = shorter
			return true
		}
	}
	return false
}

// reduceTwice makes one reduction of two of the same kind.
func (t *tracer) reduceTwice(s *step) bool {
	outer, ok := s.op.(reduction)
	if !ok {
		return false
	}
	x := s.in[0]
	if kept(x) { // with the axes left out that are 1
		x = x.in[0]
	}
	inner, ok := x.op.(reduction)
	if !ok || inner.op != outer.op || outer.op == "ReduceL2" {
		return false
	}
	from := x.in[0].shape
	axes := slices.Clone(inner.axes)
	if x == s.in[0] {
		axes = append(axes, outer.axes...)
	} else {
		var left, sizes []int // the axes of x that are there still
		for a, size := range from {
			if !slices.Contains(inner.axes, a) {
				left, sizes = append(left, a), append(sizes, size)
			}
		}
		if !slices.Equal(sizes, s.in[0].shape) {
			return false
		}
		for _, a := range outer.axes {
			axes = append(axes, left[a])
		}
	}
	slices.Sort(axes)
	axes = slices.Compact(axes)
	shape := slices.Clone(from)
	for _, a := range axes {
		shape[a] = 1
	}
	both := t.new(s, reduction{outer.op, axes}, shape, x.in[0])
	if slices.Equal(shape, s.shape) {
		return s.pass(both)
	}
	return s.become(reshaping(s.shape), nil, both)
}

// kept reports whether a step only changes the shape.
func kept(s *step) bool {
	switch s.op.(type) {
	case *ops.Reshape, *ops.Flatten:
		return true
	}
	return false
}

// reshaping is the operation that gives images a shape.
func reshaping(shape []int) ops.Op {
	if len(shape) == 2 {
		return &ops.Flatten{}
	}
	return &ops.Reshape{Shape: dim.Shaped(shape[1:]...)}
}

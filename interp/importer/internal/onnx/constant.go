package onnx

import (
	"math"
	"slices"
)

// A constant is a few numbers that are known while the network is read: sizes, axes, bounds.
type constant struct {
	shape   []int
	integer bool
	// nums are its elements. Integers beyond 2^53 are there as limits that stand for no limit, and
	// need not be exact.
	nums []float64
}

// Limits of what is folded: numbers of one constant, and of all.
const (
	mostFolded    = 4096
	mostAllFolded = 1 << 20
)

// ints are the elements as integers.
func (c *constant) ints() []int {
	list := make([]int, len(c.nums))
	for i, v := range c.nums {
		list[i] = whole(v)
	}
	return list
}

// whole is a number as an integer, cut off at what fits.
func whole(v float64) int {
	switch {
	case v >= math.MaxInt64:
		return math.MaxInt64
	case v <= math.MinInt64:
		return math.MinInt64
	case v != v:
		return 0
	}
	return int(v)
}

func integers(list ...int) *constant {
	c := &constant{shape: []int{len(list)}, integer: true, nums: make([]float64, len(list))}
	for i, v := range list {
		c.nums[i] = float64(v)
	}
	return c
}

// picked is a constant of another shape made of elements of this one.
func (c *constant) picked(shape []int, from []int) *constant {
	p := &constant{shape: slices.Clone(shape), integer: c.integer, nums: make([]float64, len(from))}
	for i, at := range from {
		p.nums[i] = c.nums[at]
	}
	return p
}

// reshaped is the constant in another shape.
func (c *constant) reshaped(shape ...int) *constant {
	return &constant{shape: slices.Clone(shape), integer: c.integer, nums: c.nums}
}

// binary are the operators on two constants; of truth values 1 is true.
var binary = map[string]func(a, b float64) float64{
	"Add":            func(a, b float64) float64 { return a + b },
	"Sub":            func(a, b float64) float64 { return a - b },
	"Mul":            func(a, b float64) float64 { return a * b },
	"Div":            func(a, b float64) float64 { return a / b },
	"Pow":            math.Pow,
	"Min":            math.Min,
	"Max":            math.Max,
	"Equal":          func(a, b float64) float64 { return truth(a == b) },
	"Less":           func(a, b float64) float64 { return truth(a < b) },
	"Greater":        func(a, b float64) float64 { return truth(a > b) },
	"LessOrEqual":    func(a, b float64) float64 { return truth(a <= b) },
	"GreaterOrEqual": func(a, b float64) float64 { return truth(a >= b) },
	"And":            func(a, b float64) float64 { return truth(a != 0 && b != 0) },
	"Or":             func(a, b float64) float64 { return truth(a != 0 || b != 0) },
}

// unary are those on one.
var unary = map[string]func(float64) float64{
	"Neg":        func(v float64) float64 { return -v },
	"Abs":        math.Abs,
	"Floor":      math.Floor,
	"Ceil":       math.Ceil,
	"Sqrt":       math.Sqrt,
	"Exp":        math.Exp,
	"Reciprocal": func(v float64) float64 { return 1 / v },
	"Not":        func(v float64) float64 { return truth(v == 0) },
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// comparing are the operators whose result is true or false.
var comparing = map[string]bool{"Equal": true, "Less": true, "Greater": true, "LessOrEqual": true, "GreaterOrEqual": true, "And": true, "Or": true, "Not": true}

// combined applies an operator to two constants; nil if they cannot be combined.
func combined(op string, a, b *constant) *constant {
	shape, ok := joint(a.shape, b.shape)
	if !ok || elements(shape) > mostFolded {
		return nil
	}
	atA, _ := broadcast(a.shape, shape)
	atB, _ := broadcast(b.shape, shape)
	c := &constant{shape: shape, integer: a.integer || comparing[op], nums: make([]float64, elements(shape))}
	for i := range c.nums {
		x, y := a.nums[atA(i)], b.nums[atB(i)]
		if c.integer && op == "Div" && y == 0 {
			return nil
		}
		v := binary[op](x, y)
		switch {
		case c.integer:
			v = math.Trunc(v)
		default:
			v = float64(float32(v))
		}
		c.nums[i] = v
	}
	return c
}

// joint is the shape to which two are repeated that are combined element by element.
func joint(a, b []int) ([]int, bool) {
	shape := make([]int, max(len(a), len(b)))
	for i := range shape {
		x, y := 1, 1
		if at := i - len(shape) + len(a); at >= 0 {
			x = a[at]
		}
		if at := i - len(shape) + len(b); at >= 0 {
			y = b[at]
		}
		if x != y && x != 1 && y != 1 {
			return nil, false
		}
		if shape[i] = x; x == 1 {
			shape[i] = y
		}
	}
	return shape, fits(shape)
}

package onnx

import (
	"fmt"
	"math"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// merge is Sum, Max, Min or Mean of values.
func (c *call) merge() *value {
	var steps []*step
	var known []*value
	for _, v := range c.in {
		switch {
		case v == nil:
			return c.fail("an input is left out", "")
		case v.computed():
			steps = append(steps, v.step)
		default:
			known = append(known, v)
		}
	}
	switch {
	case len(known) > 0:
		return c.bounded(steps, known)
	case len(steps) == 1:
		return &value{shape: steps[0].shape, step: steps[0]}
	case c.op == "Min":
		return c.pieceOf(steps)
	}
	for _, s := range steps {
		if !slices.Equal(s.shape, steps[0].shape) {
			return c.pieceOf(steps)
		}
	}
	return c.apply(merged(c.op), nil, steps...)
}

// bounded is Max or Min with a number, which is half of a Clip.
func (c *call) bounded(steps []*step, known []*value) *value {
	if len(steps) == 1 && len(known) == 1 && (c.op == "Max" || c.op == "Min") {
		if number, ok := known[0].scalar(); ok {
			if c.op == "Max" {
				return c.clipped(steps[0], number, math.Inf(1))
			}
			return c.clipped(steps[0], math.Inf(-1), number)
		}
	}
	return c.fail("it merges a value with a tensor of the file", "with a number, or other values")
}

// pieceOf is an operator on several values, repeated to one shape.
func (c *call) pieceOf(steps []*step) *value {
	shape := steps[0].shape
	for _, s := range steps[1:] {
		var ok bool
		if shape, ok = joint(shape, s.shape); !ok {
			return c.fail(fmt.Sprintf("it merges %v with %v", steps[0].shape, s.shape), "")
		}
	}
	return c.piece(elementwise{c.op}, shape, steps...)
}

// combine is Add, Sub, Mul or Div of two values, or of one and numbers.
func (c *call) combine() *value {
	a, b := c.in[0], c.in[1]
	if c.opset < 7 && c.int("broadcast", 0) != 0 && b.asWeight() != nil {
		b = c.placed(a, b)
	}
	switch {
	case !a.computed():
		return c.withNumbers(b.step, a, true)
	case !b.computed():
		return c.withNumbers(a.step, b, false)
	}
	x, y := a.step, b.step
	if _, ok := joint(x.shape, y.shape); !ok {
		return c.fail(fmt.Sprintf("it combines %v with %v", x.shape, y.shape), "")
	}
	equal := slices.Equal(x.shape, y.shape)
	switch {
	case c.op == "Add" && equal:
		return c.apply(&ops.Add{}, nil, x, y)
	case c.op == "Mul" && len(x.shape) == len(y.shape) && (within(x.shape, y.shape) || within(y.shape, x.shape)):
		return c.apply(&ops.Mul{}, nil, x, y)
	}
	return c.pieceOf([]*step{x, y})
}

// within reports whether one shape is that of a gate for another: the same, or 1, but for the
// batch.
func within(gate, full []int) bool {
	for a, size := range gate {
		if size != full[a] && (a == 0 || size != 1) {
			return false
		}
	}
	return true
}

// placed puts the axes of the second operand where the operators before opset 7 say: from `axis`
// on.
func (c *call) placed(a, b *value) *value {
	at, ok := axis(c.int("axis", len(a.shape)-len(b.shape)), len(a.shape)+1)
	if !ok || at+len(b.shape) > len(a.shape) {
		return b
	}
	w := b.asWeight().reshaped(append(slices.Clone(b.shape), slices.Repeat([]int{1}, len(a.shape)-len(b.shape)-at)...)...)
	return &value{shape: w.shape, weight: w}
}

// withNumbers is a value combined with numbers of the file; first says that they are the left
// operand.
func (c *call) withNumbers(x *step, v *value, first bool) *value {
	if n, ok := v.scalar(); ok && len(v.shape) <= len(x.shape) {
		switch {
		case c.op == "Add":
			return c.piece(affine{1, n}, x.shape, x)
		case c.op == "Mul":
			return c.piece(affine{n, 0}, x.shape, x)
		case c.op == "Sub" && first:
			return c.piece(affine{-1, n}, x.shape, x)
		case c.op == "Sub":
			return c.piece(affine{1, -n}, x.shape, x)
		case c.op == "Div" && !first:
			return c.piece(affine{1 / n, 0}, x.shape, x)
		case n == 1:
			return c.piece(elementwise{"Reciprocal"}, x.shape, x)
		}
		r := c.piece(elementwise{"Reciprocal"}, x.shape, x)
		return c.piece(affine{n, 0}, x.shape, r.step)
	}
	w := v.asWeight()
	switch {
	case w.strange != "":
		return c.fail("its numbers are of type "+w.strange, "export the model in floats")
	case len(w.shape) > len(x.shape) || len(w.shape) == len(x.shape) && w.shape[0] != 1:
		return c.fail(fmt.Sprintf("numbers of shape %v for %v, which differ from image to image", w.shape, x.shape), "the same for all")
	}
	w = w.reshaped(append(slices.Repeat([]int{1}, len(x.shape)-len(w.shape)), w.shape...)[1:]...)
	if w.spread(x.shape[1:]...) == nil {
		return c.fail(fmt.Sprintf("numbers of shape %v for %v", v.shape, x.shape), "")
	}
	op := beside{op: c.op, first: first}
	switch {
	case c.op == "Sub" && first:
		x = c.piece(affine{-1, 0}, x.shape, x).step
		op.op = "Add"
	case c.op == "Sub":
		w, op.op = w.times(-1), "Add"
	case c.op == "Div" && first:
		x = c.piece(elementwise{"Reciprocal"}, x.shape, x).step
		op.op = "Mul"
	case c.op == "Div":
		w, op.op = w.each(func(v float64) float64 { return 1 / v }), "Mul"
	}
	s := c.add(&step{op: op, in: []*step{x}, node: c.node, shape: x.shape, params: []*weight{w}})
	return &value{shape: s.shape, step: s}
}

// raise is Pow with a number.
func (c *call) raise() *value {
	p, ok := c.in[1].scalar()
	x := c.data(0)
	if !ok || x == nil {
		return c.fail("its exponent is computed", "a number")
	}
	return c.piece(power{widest(float32(p))}, x.shape, x)
}

func (c *call) concat() *value {
	var steps []*step
	for _, v := range c.in {
		if v == nil || !v.computed() {
			return c.fail("it joins a tensor of the file with values", "values of the network")
		}
		steps = append(steps, v.step)
	}
	a, ok := axis(c.int("axis", 1), len(steps[0].shape))
	switch {
	case !ok || a == 0:
		return c.fail(fmt.Sprintf("it joins along axis %d of %v", c.int("axis", 1), steps[0].shape), "concat is within an image")
	case len(steps) == 1:
		return &value{shape: steps[0].shape, step: steps[0]}
	}
	return c.apply(&ops.Concat{Axis: dim.Int(a)}, nil, steps...)
}

// expand repeats a value along axes.
func (c *call) expand() *value {
	x, target := c.data(0), c.input(1)
	if x == nil || target == nil || target.known == nil {
		return c.fail("its shape is computed", "")
	}
	shape, ok := joint(x.shape, target.known.ints())
	switch {
	case !ok:
		return c.fail(fmt.Sprintf("it repeats %v to %v", x.shape, target.known.ints()), "")
	case slices.Equal(shape, x.shape):
		return &value{shape: x.shape, step: x}
	}
	return c.piece(expanded{}, shape, x)
}

package onnx

import (
	"math"
	"slices"
	"strings"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// padding makes pixels around images the padding of the layer that alone reads them: of a
// convolution if they are zeros, of a mean that counts its padding, and of a maximum if they never
// win.
func (t *tracer) padding(s *step) bool {
	pad := s.in0()
	if pad == s || pad.users != 1 {
		return false
	}
	var by ops.Padding
	zeros, lowest := false, false
	switch op := pad.op.(type) {
	case *ops.Border:
		by, zeros = op.By, op.Mode == ops.Zeros
	case constantPad:
		by, lowest = sides(op.rows, op.columns), op.number <= -math.MaxFloat32
	}
	var wider ops.Op
	switch op := s.op.(type) {
	case *ops.Conv:
		if zeros && op.Pad.Mode == ops.Explicit && t.m.producer != own {
			wider = op.Around(by)
		}
	case *ops.AvgPool:
		if zeros && op.CountPad && op.Pad.Mode == ops.Explicit {
			again := *op
			again.Pad = added(op.Pad, by)
			wider = &again
		}
	case *ops.MaxPool:
		if (lowest || zeros && pad.in[0].positive()) && op.Pad.Mode == ops.Explicit && t.m.producer != own {
			again := *op
			again.Pad = added(op.Pad, by)
			wider = &again
		}
	}
	if wider == nil {
		return false
	}
	x := pad.in[0]
	shape, err := wider.Infer(dim.Numbers{}, []dim.Shape{dim.Shaped(append([]int{1}, x.shape[1:]...)...)})
	if err != nil || !slices.Equal(sizesOf(shape)[1:], s.shape[1:]) {
		return false
	}
	return s.become(wider, s.params, x)
}

func added(a, b ops.Padding) ops.Padding {
	return ops.Padding{Top: a.Top.Add(b.Top), Bottom: a.Bottom.Add(b.Bottom), Left: a.Left.Add(b.Left), Right: a.Right.Add(b.Right)}
}

// positive reports whether a step gives no number below 0.
func (s *step) positive() bool {
	low, _, ok := s.within()
	return ok && low >= 0 || s.activation() == ops.Sigmoid
}

// bias makes one number added to each channel the bias of the layer before.
func (t *tracer) bias(s *step) bool {
	op, ok := s.op.(beside)
	layer := s.in0()
	if !ok || op.op != "Add" || layer.users != 1 || !eachChannel(s.params[0], s.shape) {
		return false
	}
	var with ops.Op
	switch op := layer.op.(type) {
	case *ops.Conv:
		again := *op
		again.Bias = true
		with, ok = &again, !op.Bias
	case *ops.Deconv:
		again := *op
		again.Bias = true
		with, ok = &again, !op.Bias
	case *ops.Linear:
		with, ok = &ops.Linear{Out: op.Out, Bias: true}, !op.Bias
	default:
		ok = false
	}
	if !ok {
		return false
	}
	layer.op, layer.params = with, append(layer.params, s.params[0].reshaped(s.shape[1]))
	return s.pass(layer)
}

// each is a step as x*mul + add with numbers for each channel, of which one may be nil.
func (s *step) each() (mul, add *weight, ok bool) {
	c := 0
	if len(s.shape) >= 2 {
		c = s.shape[1]
	}
	switch op := s.op.(type) {
	case affine:
		if op.mul != 1 {
			mul = filled(float32(op.mul), c)
		}
		if op.add != 0 {
			add = filled(float32(op.add), c)
		}
		return mul, add, true
	case channels:
		return op.mul, op.add, true
	case beside:
		if !eachChannel(s.params[0], s.shape) {
			return nil, nil, false
		}
		if w := s.params[0].reshaped(c); op.op == "Mul" {
			return w, nil, true
		}
		return nil, s.params[0].reshaped(c), true
	}
	return nil, nil, false
}

// eachChannel makes one of two steps that multiply and add a number for each channel.
func (t *tracer) eachChannel(s *step) bool {
	before := s.in0()
	_, line := s.op.(affine)
	_, lineBefore := before.op.(affine)
	if before == s || before.users != 1 || line && lineBefore {
		return false
	}
	mul, add, ok := s.each()
	mulBefore, addBefore, ok2 := before.each()
	if !ok || !ok2 {
		return false
	}
	if addBefore != nil && mul != nil {
		addBefore = combination(addBefore, mul, func(a, b float64) float64 { return a * b })
	}
	if addBefore != nil && add != nil {
		addBefore, add = combination(addBefore, add, func(a, b float64) float64 { return a + b }), nil
	}
	if mulBefore != nil && mul != nil {
		mulBefore, mul = combination(mulBefore, mul, func(a, b float64) float64 { return a * b }), nil
	}
	if mulBefore == nil {
		mulBefore = mul
	}
	if addBefore == nil {
		addBefore = add
	}
	return s.become(channels{mulBefore, addBefore}, nil, before.in[0])
}

// combination is a tensor computed from two of its shape, in float64.
func combination(a, b *weight, f func(a, b float64) float64) *weight {
	if a.read == nil || b.read == nil {
		return a
	}
	w := &weight{shape: a.shape, within: a.within, work: a.work + b.work + 1, made: true}
	w.read = func() ([]float32, error) {
		x, err := a.read()
		if err != nil {
			return nil, err
		}
		y, err := b.read()
		if err != nil {
			return nil, err
		}
		out := make([]float32, min(len(x), len(y)))
		for i := range out {
			out[i] = float32(f(float64(x[i]), float64(y[i])))
		}
		return out, nil
	}
	return w
}

// absorbed makes numbers for each channel those of the norm before.
func (t *tracer) absorbed(s *step) bool {
	mul, add, ok := s.each()
	before := s.in0()
	if _, line := s.op.(affine); !ok || line || before.users != 1 || before == s {
		return false
	}
	scaled := mul != nil
	switch op := before.op.(type) {
	case *ops.GroupNorm:
		if op.Scale || op.Shift {
			return false
		}
		again := *op
		again.Scale, again.Shift = scaled, add != nil
		return s.become(&again, tensors(mul, add), before.in[0])
	case normalised:
		if norm := op.of(s.shape, scaled, add != nil); norm != nil {
			if _, layer := norm.(*ops.LayerNorm); layer {
				mul, add = orFilled(mul, 1, s.shape[1]), orFilled(add, 0, s.shape[1])
			}
			return s.become(norm, tensors(mul, add), before.in[0])
		}
	}
	return false
}

func orFilled(w *weight, number float32, c int) *weight {
	if w == nil {
		return filled(number, c)
	}
	return w
}

// of is the norm of values of some shape; nil if there is none along these axes.
func (n normalised) of(shape []int, scale, shift bool) ops.Op {
	eps := number(n.eps)
	switch {
	case !eps.IsValid():
	case slices.Equal(n.axes, []int{1}):
		return &ops.LayerNorm{Eps: eps}
	case len(shape) == 4 && slices.Equal(n.axes, []int{2, 3}):
		return &ops.InstanceNorm{Eps: eps, Scale: scale, Shift: shift}
	case len(shape) > 2 && slices.Equal(n.axes, upTo(1, len(shape))):
		return &ops.GroupNorm{Groups: dim.Int(1), Eps: eps, Scale: scale, Shift: shift}
	}
	return nil
}

// gate leaves out that images of one pixel are made vectors for linear layers, and images again.
func (t *tracer) gate(s *step) bool {
	if _, ok := s.op.(*ops.Reshape); !ok || len(s.shape) != 4 || s.shape[2] != 1 || s.shape[3] != 1 || t.m.producer == own {
		return false
	}
	at := s.in[0]
	var between []*step
	for {
		if at.users != 1 || len(at.shape) != 2 {
			return false
		}
		if _, flat := at.op.(*ops.Flatten); flat {
			break
		}
		switch at.op.(type) {
		case *ops.Linear, *ops.BatchNorm:
		default:
			if !at.alone() {
				return false
			}
		}
		between = append(between, at)
		at = at.in[0]
	}
	x := at.in[0]
	if len(between) == 0 || len(x.shape) != 4 || x.shape[2] != 1 || x.shape[3] != 1 {
		return false
	}
	for _, b := range between {
		b.shape = append(slices.Clone(b.shape), 1, 1)
	}
	between[len(between)-1].in = []*step{x}
	return s.pass(between[0])
}

// mostCompared is how many steps a file's Concats are compared with.
const mostCompared = 1 << 22

// prefix has a Concat that begins with the parts of an earlier one take that one itself.
func (t *tracer) prefix(s *step) bool {
	op, ok := s.op.(*ops.Concat)
	if !ok || t.m.producer == own {
		return false
	}
	var longest *step
	for _, before := range t.steps {
		if t.compared++; before == s || t.compared > mostCompared {
			break
		}
		other, ok := before.op.(*ops.Concat)
		if !ok || other.Axis != op.Axis || len(before.in) >= len(s.in) || !slices.Equal(before.in, s.in[:len(before.in)]) {
			continue
		}
		if longest == nil || len(before.in) > len(longest.in) {
			longest = before
		}
	}
	if longest == nil {
		return false
	}
	s.in = append([]*step{longest}, s.in[len(longest.in):]...)
	return true
}

// chain makes one sum or product of several of which each is the first part of the next.
func (t *tracer) chain(s *step) bool {
	_, sum := s.op.(*ops.Add)
	_, product := s.op.(*ops.Mul)
	first := s.in0()
	if !sum && !product || first.users != 1 || len(first.in) < 2 || len(s.in) != 2 {
		return false
	}
	_, sumBefore := first.op.(*ops.Add)
	_, productBefore := first.op.(*ops.Mul)
	if sum != sumBefore || product != productBefore || len(first.in)+1 > mostInputs {
		return false
	}
	if t.m.producer == own && !helps(first.node.name, s.node.name) {
		return false
	}
	if product && !slices.Equal(first.shape, s.shape) {
		return false
	}
	s.in = append(slices.Clone(first.in), s.in[1])
	return true
}

// helps reports whether a node is one that this program writes before another of the same step.
func helps(helper, node string) bool {
	of := stepOf(helper)
	return of != helper && (of == node || of == stepOf(node))
}

// stepOf is the name of a node without the number that it has as one before the last of a step.
func stepOf(node string) string {
	at := strings.LastIndexByte(node, '/')
	if at < 0 || strings.Trim(node[at+1:], "0123456789") != "" {
		return node
	}
	return node[:at]
}

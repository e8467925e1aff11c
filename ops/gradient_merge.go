package ops

import (
	"cnnlang/ops/dim"
)

// Derive gives every input the gradient.
func (o *Add) Derive(s Step) {
	for i := range s.Inputs() {
		if s.Wants(i) {
			s.To(i, s.Gradient())
		}
	}
}

// Derive gives every input its share.
func (o *Mean) Derive(s Step) {
	var share Ref
	for i := range s.Inputs() {
		if s.Wants(i) {
			if share.Node == nil {
				share = s.Apply(&Scale{dim.Ratio(1, int64(s.Inputs()))}, s.Gradient())
			}
			s.To(i, share)
		}
	}
}

// Derive writes for every input the gradient times the other inputs, and sums for gates. It never
// divides, so that a factor may be 0.
func (o *Mul) Derive(s Step) {
	for i := range s.Inputs() {
		if !s.Wants(i) {
			continue
		}
		factors := []Ref{s.Gradient()}
		for k := range s.Inputs() {
			if k != i {
				factors = append(factors, s.Input(k))
			}
		}
		g := s.Gradient()
		if len(factors) > 1 {
			g = s.Apply(&Mul{}, factors...)
		}
		var axes []int
		for axis, size := range s.Input(i).Shape {
			if size != g.Shape[axis] {
				axes = append(axes, axis)
			}
		}
		if axes != nil {
			g = s.Apply(&AxisSums{axes}, g)
		}
		s.To(i, g)
	}
}

// Derive gives the gradient to the largest input, and to several in equal parts.
func (o *Max) Derive(s Step) {
	all := []Ref{s.Gradient()}
	for i := range s.Inputs() {
		all = append(all, s.Input(i))
	}
	for i := range s.Inputs() {
		if s.Wants(i) {
			s.To(i, s.Apply(&MaxShare{i}, all...))
		}
	}
}

// Derive gives every input its part of the gradient.
func (o *Concat) Derive(s Step) {
	axis, from := o.Axis.MustInt(), 0
	for i := range s.Inputs() {
		to := from + s.Input(i).Shape[axis]
		if s.Wants(i) && axis == 1 {
			s.To(i, s.Apply(&Slice{From: dim.Int(from), To: dim.Int(to)}, s.Gradient()))
		} else if s.Wants(i) {
			s.To(i, s.Apply(&Part{Axis: axis, From: from, To: to}, s.Gradient()))
		}
		from = to
	}
}

// Derive writes products with the other factor turned.
func (o *Matmul) Derive(s Step) {
	turned := func(v Ref) Ref {
		n := len(v.Shape)
		axes := dim.Shaped(upTo(n)...)
		axes[n-1], axes[n-2] = axes[n-2], axes[n-1]
		return s.Apply(&Permute{Axes: axes}, v)
	}
	if s.Wants(0) {
		s.To(0, s.Apply(o, s.Gradient(), turned(s.Input(1))))
	}
	if s.Wants(1) {
		s.To(1, s.Apply(o, turned(s.Input(0)), s.Gradient()))
	}
}

package ops

import (
	"slices"

	"cnnlang/ops/dim"
)

// ReduceMean is the mean of [N, C, H, W] along axes, 1 being the channels, each of which
// becomes 1.
//
// Cost: 1 FLOP for each element of the input, so for each result as many as it is made of.
//
// The gradient of an element is that of its result by as many.
type ReduceMean struct{ Axis []dim.Size }

func (*ReduceMean) Name() string { return "reduce_mean" }

// Infer makes the axes 1.
func (o *ReduceMean) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	return begin(f, o, in, 1).reduce(o.Axis)
}

// Reduces reports whether an axis becomes 1.
func (o *ReduceMean) Reduces(axis int) bool { return slices.Contains(o.Axis, dim.Int(axis)) }

func (o *ReduceMean) Params(in []dim.Shape) []Param           { return nil }
func (o *ReduceMean) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(in[0], 1) }

// ReduceMax is the maximum of [N, C, H, W] along axes, 1 being the channels, each of which
// becomes 1. NaN wins.
//
// Cost: 1 FLOP for each element of the input, as of reduce_mean.
//
// The gradient of a result is that of its largest element, and of several in equal parts.
type ReduceMax struct{ Axis []dim.Size }

func (*ReduceMax) Name() string { return "reduce_max" }

// Infer makes the axes 1.
func (o *ReduceMax) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	return begin(f, o, in, 1).reduce(o.Axis)
}

// Reduces reports whether an axis becomes 1.
func (o *ReduceMax) Reduces(axis int) bool { return slices.Contains(o.Axis, dim.Int(axis)) }

func (o *ReduceMax) Params(in []dim.Shape) []Param           { return nil }
func (o *ReduceMax) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(in[0], 1) }

// A Reducer is an op that combines all elements along some axes.
type Reducer interface {
	Op
	Reduces(axis int) bool
}

// reduce gives the image with 1 along these axes, each of which is given once.
func (r *rule) reduce(axes []dim.Size) (dim.Shape, error) {
	if !r.rank(0, 4) {
		return r.end(nil)
	}
	if len(axes) == 0 {
		r.bad("axis", "1 is the channels, [2, 3] height and width", "`axis` of `%s` names no axis", r.op.Name())
	}
	out := r.in[0].Clone()
	var done []int
	for _, a := range axes {
		axis := r.axis(a, "1 is the channels, 2 the height, 3 the width")
		if r.ok() && slices.Contains(done, axis) {
			r.bad("axis", "each axis once", "`axis` of `%s` names the %v twice, got %v", r.op.Name(), dim.Axis(axis), dim.Shape(axes))
		}
		if !r.ok() {
			break
		}
		out[axis], done = dim.Int(1), append(done, axis)
	}
	return r.end(out)
}

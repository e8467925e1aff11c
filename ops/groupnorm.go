package ops

import (
	"cnnlang/ops/dim"
)

// GroupNorm normalises groups of neighbouring channels of each image to mean 0 and variance 1, over
// all their pixels (Wu and He 2018), then scales and shifts each channel:
// (x - mean) / sqrt(var + eps) * weight + bias. One NaN or infinity makes its whole group NaN.
//
// Cost: 8 FLOPs for each element: the sums of the mean and of the variance take four, subtracting
// the mean, scaling, weight and bias one each.
//
// The gradient needs the input, and of each group the mean and the deviation.
type GroupNorm struct {
	Groups dim.Size
	Eps    dim.Size
	Scale  bool
	Shift  bool
}

func (g *GroupNorm) Name() string { return "group_norm" }

// Infer keeps the shape.
func (g *GroupNorm) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, g, in, 1)
	r.between("eps", g.Eps, dim.Int(0), nil)
	if r.whole("groups", g.Groups, 1) && r.channelled() {
		r.divides(g.Groups, in[0][1], "input")
	}
	return r.end(in[0])
}

// Params are weight and bias, each [C], as far as there are any.
func (g *GroupNorm) Params(in []dim.Shape) []Param { return scaleAndShift(in[0][1], g.Scale, g.Shift) }

func (g *GroupNorm) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 8) }

// Grouping is how many groups there are, and eps.
func (g *GroupNorm) Grouping(channels int) (groups int, eps float64) {
	return g.Groups.MustInt(), g.Eps.Float()
}

// InstanceNorm normalises each channel of each image to mean 0 and variance 1 (Ulyanov et al. 2016),
// then scales and shifts it: a group norm with a group for each channel.
//
// Cost: 8 FLOPs for each element, as of group_norm.
//
// The gradient is that of group_norm.
type InstanceNorm struct {
	Eps   dim.Size
	Scale bool
	Shift bool
}

func (n *InstanceNorm) Name() string { return "instance_norm" }

// Infer keeps the shape.
func (n *InstanceNorm) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, n, in, 1)
	r.between("eps", n.Eps, dim.Int(0), nil)
	r.rank(0, 4)
	return r.end(in[0])
}

// Params are weight and bias, each [C], as far as there are any.
func (n *InstanceNorm) Params(in []dim.Shape) []Param {
	return scaleAndShift(in[0][1], n.Scale, n.Shift)
}

func (n *InstanceNorm) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 8) }

// Grouping is how many groups there are, and eps.
func (n *InstanceNorm) Grouping(channels int) (groups int, eps float64) {
	return channels, n.Eps.Float()
}

// A Grouper is an op that normalises groups of channels.
type Grouper interface {
	Op
	Grouping(channels int) (groups int, eps float64)
}

// scaleAndShift are the tensors of a normalisation of c channels.
func scaleAndShift(c dim.Size, scale, shift bool) (list []Param) {
	if scale {
		list = append(list, Param{Leaf: "weight", Shape: dim.Shape{c}})
	}
	if shift {
		list = append(list, Param{Leaf: "bias", Shape: dim.Shape{c}})
	}
	return list
}

package ops

import (
	"slices"

	"cnnlang/ops/dim"
)

// ChannelSums are the sums of each channel of [N, C, …] over all images and pixels, [C]: the gradient
// of a bias.
//
// Cost: 1 FLOP for each element of the input.
type ChannelSums struct{}

func (*ChannelSums) Name() string { return "channel sums" }

// Infer gives [C].
func (o *ChannelSums) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	if !r.channelled() {
		return r.end(nil)
	}
	return r.end(dim.Shape{in[0][1]})
}

func (o *ChannelSums) Params(in []dim.Shape) []Param           { return nil }
func (o *ChannelSums) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(in[0], 1) }

// AxisSums are the sums along axes other than the batch, each of which becomes 1: the gradient of a
// gate of mul.
//
// Cost: 1 FLOP for each element of the input.
type AxisSums struct{ Axes []int }

func (*AxisSums) Name() string { return "axis sums" }

// Infer makes the axes 1.
func (o *AxisSums) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	out := in[0].Clone()
	for _, axis := range o.Axes {
		out[axis] = one
	}
	return r.end(out)
}

// Reduces reports whether an axis becomes 1.
func (o *AxisSums) Reduces(axis int) bool                   { return slices.Contains(o.Axes, axis) }
func (o *AxisSums) Params(in []dim.Shape) []Param           { return nil }
func (o *AxisSums) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(in[0], 1) }

// ImageSums are the sums over all images, without the axis of the batch: the gradient of a learned
// tensor that all images share.
//
// Cost: 1 FLOP for each element of the input.
type ImageSums struct{}

func (*ImageSums) Name() string { return "image sums" }

// Infer gives the shape of one image.
func (o *ImageSums) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	return r.end(in[0][1:])
}

func (o *ImageSums) Params(in []dim.Shape) []Param           { return nil }
func (o *ImageSums) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(in[0], 1) }

// Row is row I of a matrix [rows, n], as [n].
//
// Cost: none, it only moves.
type Row struct {
	I int
	moving
}

func (*Row) Name() string { return "row" }

// Infer gives [n].
func (o *Row) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	return r.end(in[0][1:])
}

// Spread repeats a value along the axes where its size is 1 and that of Shape, which is that of one image, is
// more: the gradient of a sum.
//
// Cost: none, it only moves.
type Spread struct {
	Shape []int
	moving
}

func (*Spread) Name() string { return "spread" }

// Infer gives [N] and the shape.
func (o *Spread) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	return r.end(append(dim.Shape{in[0][0]}, dim.Shaped(o.Shape...)...))
}

// Part is what lies from From to To, which is exclusive, along an axis after the batch: the
// gradient of an input of concat.
//
// Cost: none, it only moves.
type Part struct {
	Axis, From, To int
	moving
}

func (*Part) Name() string { return "part" }

// Infer gives the shape with To - From along the axis.
func (o *Part) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	out := in[0].Clone()
	out[o.Axis] = dim.Int(o.To - o.From)
	return r.end(out)
}

// Place puts channels into an image of Channels channels, from channel From on; the others are 0: the
// gradient of slice.
//
// Cost: none, it only moves.
type Place struct {
	From, Channels int
	moving
}

func (*Place) Name() string { return "place" }

// Infer gives [N, Channels, …].
func (o *Place) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	out := in[0].Clone()
	out[1] = dim.Int(o.Channels)
	return r.end(out)
}

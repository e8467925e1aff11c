package ops

import (
	"cnnlang/ops/dim"
)

// Scale multiplies every value by the constant S.
//
// Cost: 1 FLOP for each element.
type Scale struct{ S dim.Size }

func (s *Scale) Name() string { return "scale" }

// Infer keeps the shape.
func (s *Scale) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return keep(f, s, in) }

func (s *Scale) Params(in []dim.Shape) []Param           { return nil }
func (s *Scale) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 1) }

// ChannelAffine is x * scale + shift with one constant pair per channel.
//
// Cost: 2 FLOPs for each element, a multiplication and an addition.
type ChannelAffine struct {
	Scale []dim.Size
	Shift []dim.Size
}

func (a *ChannelAffine) Name() string { return "channel_affine" }

// Infer keeps the shape.
func (a *ChannelAffine) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, a, in, 1)
	if !r.channelled() {
		return r.end(nil)
	}
	a.length(r, "scale", a.Scale)
	a.length(r, "shift", a.Shift)
	return r.end(in[0])
}

func (a *ChannelAffine) length(r *rule, arg string, list []dim.Size) {
	if r.ok() && !dim.Equal(r, r.in[0][1], dim.Int(len(list))) {
		r.unfit(arg, "one number for each channel", "`%s` of `channel_affine` must have one value for each of the %v channels, got %d",
			arg, r.in[0][1], len(list))
	}
}

func (a *ChannelAffine) Params(in []dim.Shape) []Param           { return nil }
func (a *ChannelAffine) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 2) }

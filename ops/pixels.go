package ops

import (
	"fmt"

	"cnnlang/ops/dim"
)

// PixelShuffle makes r x r pixels of each pixel's r*r channels (Shi et al. 2016), in PyTorch's
// order: channel c*r*r + i*r + j of pixel y, x becomes channel c of pixel y*r + i, x*r + j.
//
// Cost: none, it only moves.
//
// The gradient is moved back, by PixelUnshuffle.
type PixelShuffle struct {
	R dim.Size
	moving
}

func (*PixelShuffle) Name() string { return "pixel_shuffle" }

// Infer gives [N, C/(r*r), H*r, W*r].
func (o *PixelShuffle) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	r.whole("r", o.R, 1)
	if !r.rank(0, 4) {
		return r.end(nil)
	}
	x, area := in[0], o.R.Mul(o.R)
	if !area.IsValid() {
		r.bad("r", "", "`r` of `pixel_shuffle` is too large, got %v", o.R)
	}
	r.multiple(dim.Channels, x[1], area)
	return r.end(dim.Shape{x[0], x[1].Quo(area), x[2].Mul(o.R), x[3].Mul(o.R)})
}

// PixelUnshuffle is PixelShuffle backwards: r x r pixels become the channels of one.
//
// Cost: none, it only moves.
//
// The gradient is moved back, by PixelShuffle.
type PixelUnshuffle struct {
	R dim.Size
	moving
}

func (*PixelUnshuffle) Name() string { return "pixel_unshuffle" }

// Infer gives [N, C*r*r, H/r, W/r].
func (o *PixelUnshuffle) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	r.whole("r", o.R, 1)
	if !r.rank(0, 4) {
		return r.end(nil)
	}
	x := in[0]
	for _, a := range dim.Spatial {
		r.multiple(a, x[a], o.R)
	}
	return r.end(dim.Shape{x[0], x[1].Mul(o.R).Mul(o.R), x[2].Quo(o.R), x[3].Quo(o.R)})
}

// multiple requires the input's size along an axis to be a multiple of n.
func (r *rule) multiple(a dim.Axis, size, n dim.Size) {
	if !r.ok() || r.Require(size.Quo(n), dim.Whole) {
		return
	}
	help := "another `r`, or another size"
	if below := size.FloorDiv(n).Mul(n); below.Known() {
		help = fmt.Sprintf("the next multiples are %v and %v", below, below.Add(n))
		if below == dim.Int(0) {
			help = fmt.Sprintf("the least is %v", n)
		}
	}
	r.fail(&Fault{Kind: NotDivisible, Arg: "r", Input: 0, Axis: int(a),
		Msg: fmt.Sprintf("the %v of `%s` must be a multiple of %v, got %v", a, r.op.Name(), n, size), Help: help})
}

package ops

import "cnnlang/ops/dim"

// Border puts pixels around images: zeros, or with "reflect" those inside, mirrored at the
// pixel at the border, or with "replicate" that pixel.
//
//	1 2 3 by 2    zeros 0 0 1 2 3 0 0    reflect 3 2 1 2 3 2 1    replicate 1 1 1 2 3 3 3
//
// Cost: none, it only moves.
//
// The gradient of a pixel is the sum of those of the pixels that have its value; of zeros it
// is cropped.
type Border struct {
	By   Padding
	Mode string
	moving
}

// The modes of Border.
const (
	Zeros     = "zeros"
	Reflect   = "reflect"
	Replicate = "replicate"
)

func (*Border) Name() string { return "pad" }

// Infer gives [N, C, H + top + bottom, W + left + right].
func (o *Border) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	r.sides("by", o.By)
	if o.Mode != Zeros && o.Mode != Reflect && o.Mode != Replicate {
		r.bad("mode", "`\"zeros\"`, `\"reflect\"` or `\"replicate\"`", "`mode` of `pad` must be \"zeros\", \"reflect\" or \"replicate\", got %q", o.Mode)
	}
	if !r.rank(0, 4) {
		return r.end(nil)
	}
	out := in[0].Clone()
	for _, a := range dim.Spatial {
		before, after := o.By.fixed(a, dim.Int(1))
		for _, side := range []dim.Size{before, after} {
			if r.ok() && o.Mode == Reflect && !dim.AtLeast(r, out[a], side.Add(dim.Int(1))) {
				r.unfit("by", "less, or mode=\"replicate\"", "`by` of `pad` must be less than the %v that it reflects, got %v of %v pixels", a, side, out[a])
			}
		}
		out[a] = out[a].Add(before).Add(after)
	}
	return r.end(out)
}

// From is the pixel of an axis of so many that stands at a place of it, which may lie beyond
// its ends; false where a zero does.
func (o *Border) From(place, size int) (pixel int, ok bool) {
	inside := min(max(place, 0), size-1)
	if o.Mode == Reflect {
		return 2*inside - place, true
	}
	return inside, o.Mode == Replicate || place == inside
}

// Crop takes pixels away at the sides of images.
//
// Cost: none, it only moves.
//
// The gradient is padded with zeros.
type Crop struct {
	By Padding
	moving
}

func (*Crop) Name() string { return "crop" }

// Infer gives [N, C, H - top - bottom, W - left - right].
func (o *Crop) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	r.sides("by", o.By)
	if !r.rank(0, 4) {
		return r.end(nil)
	}
	out := in[0].Clone()
	for _, a := range dim.Spatial {
		before, after := o.By.fixed(a, dim.Int(1))
		out[a] = out[a].Sub(before).Sub(after)
		if r.ok() && out[a].IsValid() && !dim.AtLeast(r, out[a], dim.Int(1)) {
			r.unfit("by", "less", "`by` of `crop` takes the whole %v away: %v and %v of %v pixels", a, before, after, in[0][a])
		}
	}
	return r.end(out)
}

// sides requires an argument to say how many pixels each side has.
func (r *rule) sides(arg string, p Padding) {
	if p.Mode != Explicit {
		r.bad(arg, "`1`, `[1, 2]` for height and width, or `[[1, 0], [1, 0]]`",
			"`%s` of `%s` must be numbers of pixels, got %v, which follows from a window", arg, r.op.Name(), p)
		return
	}
	r.explicit(arg, p)
}

package ops

import (
	"cnnlang/ops/dim"
)

// Resize computes each channel of [N, C, H, W] at another size. Pixel y of the result looks at
//
//	(y + 1/2) * H/H' - 1/2    between the centres of pixels, or with AlignCorners
//	y * (H - 1)/(H' - 1)      so that the first and the last stay where they are
//
// "nearest" takes pixel floor(y * H/H'), "bilinear" weighs the two around that place by
// nearness, "bicubic" four, by Keys' cubic with a = -3/4 (Keys 1981). Pixels beyond the border
// are those at the border. A weight of 0 still multiplies, so that there infinity is NaN, as in
// PyTorch; but where "bilinear" keeps the size of an axis, pixels see no neighbours along it.
//
// Cost: none of nearest, 8 FLOPs for each element of bilinear, 32 of bicubic: a product and a
// sum for each pixel that is weighed.
//
// The gradient is the transpose: each pixel gets those of the pixels that it is weighed for.
type Resize struct {
	Size         dim.Pair
	Mode         string
	AlignCorners bool
}

// The modes of Resize.
const (
	Nearest  = "nearest"
	Bilinear = "bilinear"
	Bicubic  = "bicubic"
)

func (*Resize) Name() string { return "resize" }

// Infer gives [N, C, H', W'].
func (o *Resize) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	r.pair("size", o.Size, 1)
	if o.taps() < 0 {
		r.bad("mode", "`\"nearest\"`, `\"bilinear\"` or `\"bicubic\"`", "`mode` of `resize` must be \"nearest\", \"bilinear\" or \"bicubic\", got %q", o.Mode)
	}
	if o.AlignCorners && o.Mode == Nearest {
		r.bad("align_corners", "leave it out, or another mode", "`align_corners` of `resize` has no meaning where the nearest pixel is taken")
	}
	if !r.rank(0, 4) {
		return r.end(nil)
	}
	return r.end(dim.Shape{in[0][0], in[0][1], o.Size.H, o.Size.W})
}

func (o *Resize) Params(in []dim.Shape) []Param { return nil }

func (o *Resize) Cost(in []dim.Shape, out dim.Shape) Cost {
	if n := o.taps(); n > 1 {
		return elementCost(out, 2*n*n)
	}
	return elementCost(out, 0)
}

// Looks is the first and the last pixel, of so many along an axis, that pixel i of a result of
// size to depends on. Those beyond the border stand for the one at the border.
func (o *Resize) Looks(i, from, to int) (first, last int) {
	num, den := (2*i+1)*from-to, 2*to
	switch {
	case o.Mode == Nearest:
		return i * from / to, i * from / to
	case o.AlignCorners && to == 1:
		return 0, 0
	case o.AlignCorners:
		num, den = i*(from-1), to-1
	}
	first = num / den
	if num < 0 { // above -den
		first = -1
	}
	if num%den == 0 {
		return first, first
	}
	more := o.taps()/2 - 1
	return first - more, first + 1 + more
}

// taps is how many pixels are weighed along an axis, -1 of an unknown mode.
func (o *Resize) taps() int {
	switch o.Mode {
	case Nearest:
		return 1
	case Bilinear:
		return 2
	case Bicubic:
		return 4
	}
	return -1
}

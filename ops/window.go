package ops

import (
	"fmt"

	"cnnlang/ops/dim"
)

// A Window is what an op slides along the height and the width, and how.
type Window struct {
	K, Stride, Dilation dim.Pair
	Pad                 Padding
}

// WindowOf is the window of an op, and false for those that have none. A deconvolution spreads
// its own over its result.
func WindowOf(op Op) (Window, bool) {
	once := dim.Pair{H: dim.Int(1), W: dim.Int(1)}
	switch op := op.(type) {
	case *Conv:
		return Window{op.K, op.Stride, op.Dilation, op.Pad}, true
	case *Deconv:
		return Window{op.K, op.Stride, op.Dilation, op.Pad}, true
	case *MaxPool:
		return Window{op.K, op.Stride, once, op.Pad}, true
	case *AvgPool:
		return Window{op.K, op.Stride, once, op.Pad}, true
	}
	return Window{}, false
}

// padding requires explicit padding to be whole and not negative.
func (r *rule) padding(p Padding) bool {
	if p.Mode != Explicit {
		return r.ok()
	}
	return r.explicit("pad", p)
}

// explicit requires the sides of explicit padding to be whole and not negative.
func (r *rule) explicit(arg string, p Padding) bool {
	for _, v := range []dim.Size{p.Top, p.Bottom, p.Left, p.Right} {
		if r.ok() && !r.wholeAtLeast(v, 0) {
			if p.Top == p.Bottom && p.Top == p.Left && p.Top == p.Right {
				r.bad(arg, "", "`%s` of `%s` must be a whole number of at least 0, got %v", arg, r.op.Name(), p.Top)
			}
			r.bad(arg, "", "`%s` of `%s` must be whole numbers of at least 0, got %v", arg, r.op.Name(), p.Written())
		}
	}
	return r.ok()
}

// slide returns how many places a window has along an axis of size pixels:
//
//	floor((size + before + after - dilation*(k - 1) - 1) / stride) + 1
//
// and ceil(size / stride) for Same padding. It faults where the window is larger
// than the padded image.
func (r *rule) slide(a dim.Axis, size, k, stride, dilation dim.Size, pad Padding) dim.Size {
	if pad.Mode == Same {
		return size.CeilDiv(stride)
	}
	return r.span(a, size, k, dilation, pad).FloorDiv(stride).Add(dim.Int(1))
}

// slideCeil is slide rounding up. A last window that would start beyond the
// image, in the padding after it, is dropped.
func (r *rule) slideCeil(a dim.Axis, size, k, stride dim.Size, pad Padding) dim.Size {
	if pad.Mode == Same {
		return size.CeilDiv(stride)
	}
	steps := r.span(a, size, k, dim.Int(1), pad).CeilDiv(stride)
	if !r.ok() {
		return steps
	}
	before, after := pad.fixed(a, k)
	// The last start is at most size + before + after - k + stride - 1, which is
	// inside whenever k >= after + stride; a proof need not ask further.
	if r.Decide(k.Sub(after).Sub(stride), dim.NonNegative) {
		return steps.Add(dim.Int(1))
	}
	last := steps.Mul(stride)
	if r.Decide(size.Add(before).Sub(dim.Int(1)).Sub(last), dim.NonNegative) {
		return steps.Add(dim.Int(1))
	}
	return steps
}

// span returns how far a window can move along a padded axis.
func (r *rule) span(a dim.Axis, size, k, dilation dim.Size, pad Padding) dim.Size {
	before, after := pad.fixed(a, k)
	padded := size.Add(before).Add(after)
	span := padded.Sub(dilation.Mul(k.Sub(dim.Int(1)))).Sub(dim.Int(1))
	switch {
	case !r.ok():
	case !span.IsValid():
		r.fail(&Fault{Kind: TooLarge, Input: 0, Axis: int(a),
			Msg: fmt.Sprintf("the padded %v of `%s` is beyond the limit of %d", a, r.op.Name(), MaxElements)})
	case !dim.AtLeast(r, span, dim.Int(0)):
		reach := dilation.Mul(k.Sub(dim.Int(1))).Add(dim.Int(1))
		r.fail(&Fault{Kind: WindowTooBig, Arg: "k", Input: 0, Axis: int(a),
			Msg: fmt.Sprintf("the window of `%s` spans %v pixels, but the %v is %v (%v + %v + %v with padding)",
				r.op.Name(), reach, a, padded, before, size, after),
			Help: "a smaller kernel, more padding, or a larger input"})
	}
	return span
}

// touches requires every window to see some of the image: with padding as wide as the
// window, one could miss it altogether.
func (r *rule) touches(k dim.Pair, pad Padding) {
	for _, a := range dim.Spatial {
		if pad.Mode != Explicit || !r.ok() {
			return
		}
		before, after := pad.fixed(a, k.Along(a))
		for _, v := range []dim.Size{before, after} {
			if r.ok() && !dim.AtLeast(r.OfArgument(), k.Along(a), v.Add(dim.Int(1))) {
				r.bad("pad", "padding of at most half the window is usual",
					"`pad` of `%s` must be smaller than its window %v, or a window sees only padding; got %v", r.op.Name(), k, pad.Written())
			}
		}
	}
}

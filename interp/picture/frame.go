package picture

import (
	"cmp"
	"context"
	"fmt"
	"math"
)

// maxSide bounds the sides that an image is resized to.
const maxSide = 1 << 20

// A frame is the part of a resized image that the network sees.
//
//	  ┌───────────── width ─────────────┐
//	  │        ┊ top                    │
//	  │┄┄left┄┄┌─────── w ───────┐      │
//	height     │                 h      │   the resized image, of which only
//	  │        │                 │      │   the inner rectangle is computed
//	  │        └─────────────────┘      │
//	  └─────────────────────────────────┘
//
// Top and left are negative where the frame begins outside of the image; the pixels outside
// it are black.
type frame struct {
	width, height int // of the whole resized image
	top, left     int
	h, w          int
}

// The values of Preprocess.Fit.
const (
	fitShort  = "short"
	fitSquash = "squash"
	fitPad    = "pad"
)

// frame chooses the size after resizing and where the network's input is cut out.
func (p Preprocess) frame(width, height, h, w int) (frame, error) {
	high, wide := cmp.Or(p.Resize[0], h), cmp.Or(p.Resize[1], w)
	f := frame{width: wide, height: high, h: h, w: w}
	if wide > maxSide || high > maxSide {
		return f, fmt.Errorf("is to be resized to %d x %d pixels, the limit is %d for a side", wide, high, maxSide)
	}
	wider := width*high > height*wide // than the size to resize to
	switch p.fit() {
	case fitShort:
		// The image covers the size, with one side exact and the other in its own
		// proportion, rounded down: torchvision's Resize.
		if wider {
			f.width = high * width / height
		} else {
			f.height = wide * height / width
		}
		if f.width > maxSide || f.height > maxSide {
			return f, fmt.Errorf("has %d x %d pixels and becomes %d x %d when resized, the limit is %d for a side; crop it first",
				width, height, f.width, f.height, maxSide)
		}
	case fitPad:
		// The image lies in the middle of the size, with one side exact and the other rounded:
		// Pillow's ImageOps.pad, from whose order of operations the rounding follows.
		if wider {
			f.height = max(1, even(float64(height)/float64(width)*float64(wide)))
		} else {
			f.width = max(1, even(float64(width)/float64(height)*float64(high)))
		}
	}
	f.top, f.left = margin(f.height, h), margin(f.width, w)
	if p.fit() == fitPad {
		f.top = margin(high, h) - even(float64(high-f.height)/2)
		f.left = margin(wide, w) - even(float64(wide-f.width)/2)
	}
	return f, nil
}

// margin is where a crop begins: in the middle, as in torchvision's CenterCrop. If the image
// is smaller than the crop, the smaller half of the border goes before it.
func margin(image, crop int) int {
	if image < crop {
		return -((crop - image) / 2)
	}
	return even(float64(image-crop) / 2)
}

// even rounds halves to even numbers, as Python does.
func even(x float64) int { return int(math.RoundToEven(x)) }

// cut resizes the image and cuts the frame out of it.
func (f frame) cut(ctx context.Context, image pixels, k filter) pixels {
	top, left := max(0, f.top), max(0, f.left)
	columns := newAxis(image.width, f.width, left, min(f.width, f.left+f.w), k)
	rows := newAxis(image.height, f.height, top, min(f.height, f.top+f.h), k)
	seen := rows.vertical(ctx, columns.horizontal(ctx, image, rows.first, rows.last))
	if seen.width == f.w && seen.height == f.h {
		return seen
	}
	framed := newPixels(f.w, f.h)
	for y := range seen.height {
		copy(framed.row(top - f.top + y)[3*(left-f.left):], seen.row(y))
	}
	return framed
}

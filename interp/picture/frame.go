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
// Top and left are negative where the image is smaller than the network's
// input; the pixels outside it are black.
type frame struct {
	width, height int // of the whole resized image
	top, left     int
	h, w          int
}

// frame chooses the size so that the resized image covers h x w in the proportion of Resize
// to Crop, with one side exact and the other in the image's own proportion, rounded down.
// For a square input the shorter side becomes Resize, as with torchvision's Resize and
// CenterCrop.
func (p Preprocess) frame(width, height, h, w int) (frame, error) {
	cover := func(side int) int { return side }
	if p.Resize > 0 {
		crop := cmp.Or(p.Crop, min(h, w))
		cover = func(side int) int { return max(1, int(math.Round(float64(p.Resize)*float64(side)/float64(crop)))) }
	}
	f := frame{width: cover(w), height: cover(h), h: h, w: w}
	if f.width > maxSide || f.height > maxSide {
		return f, fmt.Errorf("is to be resized to cover %d x %d pixels, the limit is %d for a side", f.width, f.height, maxSide)
	}
	if width*f.height <= height*f.width {
		f.height = f.width * height / width
	} else {
		f.width = f.height * width / height
	}
	if f.width > maxSide || f.height > maxSide {
		return f, fmt.Errorf("has %d x %d pixels and becomes %d x %d when resized, the limit is %d for a side; crop it first",
			width, height, f.width, f.height, maxSide)
	}
	f.top, f.left = margin(f.height, h), margin(f.width, w)
	return f, nil
}

// margin is where a crop begins: in the middle, halves rounded to even as Python does. If
// the image is smaller than the crop, the smaller half of the border goes before it.
func margin(image, crop int) int {
	if image < crop {
		return -((crop - image) / 2)
	}
	return int(math.RoundToEven(float64(image-crop) / 2))
}

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

// Package resample resizes images as Pillow does, bit for bit, and makes the numbers that a
// network gets of them.
//
// The columns are resized first, the result is rounded to bytes, then the rows follow:
//
//	image              window                 row                 planes
//	[h, w] pixels ───▶ the rows that one ───▶ one row of what ──▶ float32, [c, H, W]
//	          columns  of the result   rows   the view shows
//	                   needs
//
// Only what the view shows is computed, and each row goes all the way before the next one
// begins, so that all but the image and the planes stay in a near cache. An image whose side
// is thousands of times as long as the result's is averaged to a smaller one before.
package resample

import (
	"context"

	"cnnlang/interp/picture/resample/internal/kernel"
)

// An Image is in RGB, of 8 bits a channel.
type Image struct {
	Width, Height int
	Pix           []uint8 // [Height, Width, 3]
}

// A View is the part of a resized image that the network sees.
//
//	  ┌───────────── Width ─────────────┐
//	  │        ┊ Top                    │
//	  │┄┄Left┄┄┌─────── W ───────┐      │
//	Height     │                 H      │   the resized image, of which only
//	  │        │                 │      │   the inner rectangle is computed
//	  │        └─────────────────┘      │
//	  └─────────────────────────────────┘
//
// Top and Left are negative where the view begins outside of the image; the pixels outside
// it are black. Some of the image must lie in the view.
type View struct {
	Width, Height int // of the whole resized image
	Top, Left     int
	H, W          int
}

// rows and columns are those of the resized image that lie in the view: [from, to).
func (v View) rows() (from, to int)    { return max(0, v.Top), min(v.Height, v.Top+v.H) }
func (v View) columns() (from, to int) { return max(0, v.Left), min(v.Width, v.Left+v.W) }

// A Plane says how the numbers of one plane follow from a channel: (x/full - mean)/std in
// float32, for each brightness x.
type Plane struct {
	channel int
	scale   *kernel.Scale
}

// NewPlane returns a plane. If the image is made grey there is only channel 0.
func NewPlane(channel int, full, mean, std float32) Plane {
	return Plane{channel, kernel.NewScale(full, mean, std)}
}

// Planes resizes an image, made grey first if that is wanted, and sets dst,
// [len(planes), v.H, v.W], to what the view shows. Once ctx has ended it returns, with dst
// undefined.
func (w *Workspace) Planes(ctx context.Context, dst []float32, image Image, v View, f Filter, grey bool, planes []Plane) {
	w.run(ctx, image, v, f, grey, func(y int, row []uint8) {
		channels := len(row) / v.W
		row = row[:len(row)+kernel.Slack]
		for i, p := range planes {
			kernel.Plane(dst[(i*v.H+y)*v.W:][:v.W], row, channels, p.channel, p.scale)
		}
	})
}

// Bytes is Planes for the pixels themselves: dst is [v.H, v.W, 3], or [v.H, v.W] if grey.
func (w *Workspace) Bytes(ctx context.Context, dst []uint8, image Image, v View, f Filter, grey bool) {
	w.run(ctx, image, v, f, grey, func(y int, row []uint8) { copy(dst[y*len(row):], row) })
}

// run calls do with each row of what the view shows, [v.W, channels], with kernel.Slack
// bytes behind it.
func (w *Workspace) run(ctx context.Context, image Image, v View, f Filter, grey bool, do func(y int, row []uint8)) {
	w.begin(w.reduce(ctx, image, v, f), v, f, grey)
	defer w.end()
	top, bottom := v.rows()
	left, right := v.columns()
	framed := w.framed[:w.channels*v.W]
	clear(framed)
	for y := range v.H {
		switch at := v.Top + y; {
		case ctx.Err() != nil:
			return
		case at < top || at >= bottom:
			clear(framed)
			do(y, framed)
		case right-left == v.W:
			do(y, w.result(ctx, at-top)[:len(framed)])
		default:
			copy(framed[w.channels*(left-v.Left):], w.result(ctx, at-top)[:w.channels*(right-left)])
			do(y, framed)
		}
	}
}

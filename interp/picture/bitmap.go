package picture

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"math"

	"cnnlang/interp/picture/codec"
	"cnnlang/interp/picture/resample"
)

// A Bitmap is a picture of 8 bits a channel.
type Bitmap struct {
	Width, Height int
	Channels      int     // 3, red first, or 1, grey
	Pix           []uint8 // [Height, Width, Channels]
}

// Bitmap decodes a picture, upright if that is wanted, and as it is otherwise. It uses at most so
// many bytes of memory beside the content, 0 for no limit. Its error is as that of Read.
func (p Preprocess) Bitmap(ctx context.Context, name string, content []byte, most int64) (Bitmap, error) {
	return awaited(ctx, func() (Bitmap, error) {
		s, err := inspect(ctx, name, bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return Bitmap{}, err
		}
		s.upright = p.Upright
		decoded, err := p.decoded(ctx, s, s.needDecoded(), most)
		if err != nil {
			return Bitmap{}, err
		}
		return Bitmap{decoded.width, decoded.height, 3, decoded.rgb}, nil
	})
}

// Recognise says what is wrong with the first bytes of a file that is no picture which can be
// read, "" if it is one.
func Recognise(head []byte) (problem string) {
	_, problem = recognise(head[:min(len(head), headLength)])
	return problem
}

// Shown is the part of a picture that a network with an input of h by w sees, before its
// numbers are scaled and normalised: what Load makes a tensor of. It may be the picture itself.
func (p Preprocess) Shown(ctx context.Context, b Bitmap, h, w int) (Bitmap, error) {
	if err := p.fits(h, w); err != nil {
		return Bitmap{}, err
	}
	s := &source{path: "the picture", Header: codec.Header{Width: int64(b.Width), Height: int64(b.Height)}}
	if err := s.checkSize(); err != nil {
		return Bitmap{}, err
	}
	f, err := p.frame(b.Width, b.Height, h, w)
	if err != nil {
		return Bitmap{}, &LimitError{Path: s.path, Problem: err.Error()}
	}
	if f == (resample.View{Width: b.Width, Height: b.Height, W: b.Width, H: b.Height}) && b.Channels == p.channels() {
		return b, ctx.Err()
	}
	return p.seen(ctx, b, f)
}

// Shrunk is a picture as small as it can be without a side becoming shorter than h or w, in its
// own proportion; one that has a shorter side already stays as large as it is. It may be the picture itself.
func (p Preprocess) Shrunk(ctx context.Context, b Bitmap, h, w int) (Bitmap, error) {
	if err := p.fits(h, w); err != nil {
		return Bitmap{}, err
	}
	f := resample.View{Width: b.Width, Height: b.Height}
	if b.Width > w && b.Height > h {
		if b.Width*h > b.Height*w { // wider than what is wanted
			f.Width, f.Height = max(w, round(b.Width, h, b.Height)), h
		} else {
			f.Width, f.Height = w, max(h, round(b.Height, w, b.Width))
		}
	}
	f.W, f.H = f.Width, f.Height
	if f.W == b.Width && f.H == b.Height && b.Channels == p.channels() {
		return b, ctx.Err()
	}
	return p.seen(ctx, b, f)
}

// round is side*to/from to the nearest pixel.
func round(side, to, from int) int { return (side*to + from/2) / from }

// seen is what a view of a resized picture shows.
func (p Preprocess) seen(ctx context.Context, b Bitmap, f resample.View) (Bitmap, error) {
	out := Bitmap{f.W, f.H, p.channels(), make([]uint8, f.W*f.H*p.channels())}
	w := workspaces.Get().(*resample.Workspace)
	defer workspaces.Put(w)
	w.Bytes(ctx, out.Pix, b.coloured().resampled(), f, resample.Filters[p.interpolation()], p.Grey)
	return out, ctx.Err()
}

// coloured is the picture in RGB; the brightness of what was grey is the same again.
func (b Bitmap) coloured() pixels {
	if b.Channels == 3 {
		return pixels{b.Width, b.Height, b.Pix}
	}
	p := newPixels(b.Width, b.Height)
	for i, v := range b.Pix {
		p.rgb[3*i], p.rgb[3*i+1], p.rgb[3*i+2] = v, v, v
	}
	return p
}

// Cut resizes a rectangle of a picture, which must lie in it, to the network's input of h by w, and
// sets dst, [channels, h, w], to its brightness from 0 to 255, red first. Scratch is memory that
// calls one after the other may share.
func (p Preprocess) Cut(ctx context.Context, dst []float32, b Bitmap, box image.Rectangle, h, w int, scratch *[]uint8) error {
	part := pixels{width: box.Dx(), height: box.Dy()}
	if n := 3 * part.width * part.height; cap(*scratch) < n {
		*scratch = make([]uint8, n)
	}
	part.rgb = (*scratch)[:3*part.width*part.height]
	for y := range part.height {
		line, out := b.Pix[((box.Min.Y+y)*b.Width+box.Min.X)*b.Channels:], part.row(y)
		if b.Channels == 3 {
			copy(out, line)
			continue
		}
		for x, v := range line[:part.width] {
			out[3*x], out[3*x+1], out[3*x+2] = v, v, v
		}
	}
	ws := workspaces.Get().(*resample.Workspace)
	defer workspaces.Put(ws)
	view := resample.View{Width: w, Height: h, W: w, H: h}
	ws.Planes(ctx, dst, part.resampled(), view, resample.Filters[p.interpolation()], p.Grey, bright[:p.channels()])
	return ctx.Err()
}

// bright are planes of the brightness itself.
var bright = []resample.Plane{resample.NewPlane(0, 1, 0, 1), resample.NewPlane(1, 1, 0, 1), resample.NewPlane(2, 1, 0, 1)}

// Planes sets dst, [channels, height, width], to the brightness of a picture from 0 to 255, red first.
func (b Bitmap) Planes(dst []float32) {
	size := b.Width * b.Height
	for c := range b.Channels {
		plane := dst[c*size:][:size]
		for i := range plane {
			plane[i] = float32(b.Pix[b.Channels*i+c])
		}
	}
}

// Normalise makes the numbers that the network gets of brightness from 0 to 255, [channels, size], red first, in
// place: each as Load has it of a byte.
func (p Preprocess) Normalise(planes []float32) {
	size := len(planes) / p.channels()
	full := float32(math.MaxUint8 / cmp.Or(p.Scale, 1))
	if p.Order == "bgr" && !p.Grey {
		for i := range size {
			planes[i], planes[2*size+i] = planes[2*size+i], planes[i]
		}
	}
	for c := range p.channels() {
		plane, mean, std := planes[c*size:][:size], pick(p.Mean, c, 0), pick(p.Std, c, 1)
		for i, x := range plane {
			plane[i] = (x/full - mean) / std
		}
	}
}

// Brightness sets dst to what Normalise made numbers of, black 0 and white 1, with the channels in the order of the numbers.
func (p Preprocess) Brightness(dst []float64, planes []float32) {
	size, white := len(planes)/p.channels(), cmp.Or(p.Scale, 1)
	for i, x := range planes {
		mean, std := float64(pick(p.Mean, i/size, 0)), float64(pick(p.Std, i/size, 1))
		dst[i] = (float64(x)*std + mean) / white
	}
}

// Middle is the brightness of which Normalise makes 0 in a channel, red first.
func (p Preprocess) Middle(channel int) float32 {
	if p.Order == "bgr" && !p.Grey {
		channel = 2 - channel
	}
	return pick(p.Mean, channel, 0) * float32(math.MaxUint8/cmp.Or(p.Scale, 1))
}

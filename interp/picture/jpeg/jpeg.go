// Package jpeg decodes JPEG images as libjpeg-turbo does, and so as Pillow does, to the same
// bytes: its integer transform, its interpolation of colour planes ("fancy upsampling"), and
// its conversion of colours. The standard leaves all three open, and the standard library's
// decoder has others.
//
// It reads baseline, extended sequential and progressive files of 8 bits: grey, YCbCr and
// RGB, CMYK and YCCK. Beside the pixels it has the samples of a few rows; for a file of
// several scans it has all coefficients.
//
//	file ─ input ─ segments ─┬ bits ─ sequential ── coefficients ─ kernel.IDCT ─ planes ─ lines ─ RGB
//	                         └ bits ─ progressive ─ coefficients of all blocks ┘
package jpeg

import (
	"context"
	"errors"
	"io"
)

// A FormatError says what is wrong with a file.
type FormatError string

func (e FormatError) Error() string { return "invalid JPEG: " + string(e) }

// An UnsupportedError says what a file needs that is not decoded.
type UnsupportedError string

func (e UnsupportedError) Error() string { return "unsupported JPEG: " + string(e) }

// A Header is what a file says of its image before any of it is decoded.
type Header struct {
	Width, Height int
	Scans         int64
	frame         frame
	stored        bool // whether all coefficients are stored
}

// Inspect reads a file up to its first scan, or if there are more to its end, of which it
// looks only for the scans. If the file is damaged after the first of them, it counts those
// before, and Decode reports the damage. The error is a FormatError, an UnsupportedError,
// io.ErrUnexpectedEOF, that of ctx or that of r.
func Inspect(ctx context.Context, r io.ReaderAt, size int64) (*Header, error) {
	d := decoder{in: input{ctx: ctx, file: r, size: size}}
	h := &Header{}
	err := d.segments(func() error {
		if h.Scans++; h.Scans > 1 {
			return d.in.skipSegment()
		}
		s, err := d.scan()
		if err != nil {
			return err
		}
		h.Width, h.Height, h.frame, h.stored = d.width, d.height, d.frame, d.isStored(&s)
		if !h.stored {
			return errEnough
		}
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case h.Width > 0:
		return h, nil
	case err == nil:
		err = FormatError("it has no scan")
	}
	return nil, err
}

// errEnough ends the reading of headers.
var errEnough = errors.New("enough")

// Samples is how many samples of all components the scans have to visit at most.
func (h *Header) Samples() int64 { return h.Scans * h.frame.samples() }

// Cost is how many bytes Decode allocates beside the pixels.
func (h *Header) Cost() int64 {
	cost := int64(pieceBytes + entropyBytes)
	for i := range h.frame.count {
		cost += int64(h.frame.planeBytes(&h.frame.component[i]))
	}
	if h.stored {
		cost += 2 * h.frame.samples()
	}
	return cost
}

// Decode decodes a file whose header was read, to [Height, Width, 3] bytes. It returns soon
// after ctx has ended. Errors are those of Inspect.
func (h *Header) Decode(ctx context.Context, r io.ReaderAt, size int64) ([]uint8, error) {
	d := decoder{in: input{ctx: ctx, file: r, size: size}}
	scans := int64(0)
	err := d.segments(func() error {
		scans++
		if scans > h.Scans {
			return FormatError("it has a scan after the last one")
		}
		if d.frame != h.frame {
			return FormatError("it was changed while it was read")
		}
		s, err := d.scan()
		if err != nil {
			return err
		}
		return d.decode(&s)
	})
	if err == nil && scans < h.Scans {
		err = FormatError("it was changed while it was read")
	}
	if err == nil && h.stored {
		err = d.reconstruct()
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return d.output.pixels, nil
}

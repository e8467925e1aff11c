// Package jpeg decodes JPEG images as libjpeg-turbo does, and so as Pillow does, to the same
// bytes: its integer transform, its interpolation of colour planes ("fancy upsampling"), and
// its conversion of colours. The standard leaves all three open, and the standard library's
// decoder has others.
//
// It reads baseline, extended sequential and progressive files of 8 bits: grey, YCbCr and
// RGB, CMYK and YCCK. Beside the pixels it has the samples of a few rows; for a file of
// several scans it has all coefficients.
//
// Unlike libjpeg it refuses damaged data instead of making something of them, and arithmetic
// coding, where an image of one scan may lack the marker of its end; and it does not smooth a progressive image whose last scans are missing.
//
//	file ─ input ─ segments ─┬ bits ─ sequential ── coefficients ─ kernel.IDCT ─ planes ─ lines ─ RGB
//	                         └ bits ─ progressive ─ coefficients of all blocks ┘
package jpeg

import (
	"context"
	"errors"

	"cnnlang/interp/picture/codec"
	"cnnlang/interp/picture/exif"
)

// damage says what is wrong with a file.
type damage string

func (d damage) Error() string { return string(d) }

// Inspect reads a file up to its first scan, or if there are more to its end, of which it
// reads only the headers of scans. If the file is damaged after the first of them, it counts those
// before, and Decode reports the damage.
func Inspect(ctx context.Context, file codec.File) (h codec.Header, err error) {
	d := decoder{in: input{ctx: ctx, file: file}, inspects: true}
	scans := int64(0)
	err = d.segments(func() error {
		s, err := d.scan()
		if err != nil {
			return err
		}
		d.sent.add(&s)
		if scans++; scans > 1 {
			return nil
		}
		h = d.header(&s)
		h.Orientation = exif.Orientation(d.exif)
		if !d.isStored(&s) {
			return errEnough
		}
		return nil
	})
	h.Scans, h.Unfinished = scans, d.progressive && d.sent.lacks(d.count)
	switch {
	case ctx.Err() != nil:
		return h, ctx.Err()
	case h.Cost > 0:
		return h, nil
	case err == nil:
		err = damage("it has no scan")
	}
	return h, err
}

// errEnough ends the reading of headers.
var errEnough = errors.New("enough")

// header is what is known at the first scan.
func (d *decoder) header(s *scan) codec.Header {
	h := codec.Header{Width: int64(d.width), Height: int64(d.height)}
	h.Least = h.Width * h.Height / 64 / 8 // each block of 8 x 8 pixels takes at least a bit
	h.PerScan = 64 * int64(d.unitsWide*d.wide) * int64(d.unitsHigh*d.high)
	h.Cost = int64(pieceBytes + entropyBytes)
	for i := range d.count {
		h.Cost += int64(d.planeBytes(&d.component[i]))
	}
	if d.isStored(s) {
		h.Cost += 2 * d.samples()
	}
	return h
}

// Decode decodes a file whose headers were read to pixels, [height, width, 3].
func Decode(ctx context.Context, file codec.File, h codec.Header, rgb []uint8) error {
	d := decoder{in: input{ctx: ctx, file: file}}
	scans := int64(0)
	err := d.segments(func() error {
		s, err := d.scan()
		if err != nil {
			return err
		}
		now := d.header(&s)
		switch scans++; {
		case scans > h.Scans:
			return damage("it has a scan after the last one")
		case scans > 1:
		case now.Width != h.Width || now.Height != h.Height || now.Cost != h.Cost:
			return codec.ErrChanged
		default:
			d.begin(rgb, d.isStored(&s))
		}
		return d.decode(&s)
	})
	if err == nil && scans < h.Scans {
		err = codec.ErrChanged
	}
	if err == nil && d.coefficients != nil {
		err = d.reconstruct()
	}
	if err == nil {
		err = ctx.Err()
	}
	return err
}

package picture

import (
	"fmt"
	"image/color"
)

// The limits on an image are in this file. What a picture takes is known from its headers,
// before any of it is decoded:
//
//   - the pixels are at most MaxPixels;
//   - the pixels of all scans of a JPEG together are at most mostScanned, for a scan costs
//     a visit of every block and takes two hundred bytes of the file;
//   - the memory, which cost and need add up from what each decoder allocates, is at most
//     what the caller allows.

// MaxPixels is the largest number of pixels of an image. It is the same as Pillow's,
// 2*(2^30/4/3), rounded the same way.
const MaxPixels = 178_956_970

// MaxBytes is how many bytes are read of an image that is not in a file.
const MaxBytes = 256 << 20

// mostScanned is the largest number of pixels of all scans of a JPEG together: 24 scans of
// the largest image, where 10 are usual, and hundreds for smaller ones.
const mostScanned = 4 << 30

// bytesRGB is the size of a pixel in pixels.rgb.
const bytesRGB = 3

func (s *source) checkPixels() error {
	if s.height > 0 && s.width > MaxPixels/s.height {
		return &LimitError{Path: s.path, Problem: fmt.Sprintf("has %d x %d pixels, the limit is %d in all; scale it down first", s.width, s.height, MaxPixels)}
	}
	return nil
}

func (s *source) checkScans(j *jpegHeader) error {
	if most := mostScanned / (64 * j.units(s.width, s.height) * j.horizontal[0] * j.vertical[0]); j.scans > most {
		return &LimitError{Path: s.path, Problem: fmt.Sprintf("has %d scans of %d x %d pixels, the limit is %d scans for so many pixels; save it again in a plain form",
			j.scans, s.width, s.height, most)}
	}
	return nil
}

// cost is what the JPEG decoder allocates: planes of whole blocks; for a progressive image
// all coefficients, of 4 bytes; and for colours other than YCbCr another image of 4 bytes a
// pixel.
func (j *jpegHeader) cost(width, height int64, model color.Model) int64 {
	units := j.units(width, height)
	perSample, sum := int64(1), int64(0)
	if j.progressive {
		perSample += 4
	}
	for i := range j.components {
		sum += 64 * units * j.horizontal[i] * j.vertical[i] * perSample
	}
	if model == color.RGBAModel || model == color.CMYKModel {
		sum += 4 * width * height
	}
	return sum
}

// units is how many minimum coded units, of blocks of every component, an image has.
func (j *jpegHeader) units(width, height int64) int64 {
	return ceilDiv(width, 8*j.horizontal[0]) * ceilDiv(height, 8*j.vertical[0])
}

// cost is what the PNG decoder allocates: an image of 1 to 8 bytes a pixel, two lines, and
// for an interlaced image every pass as an image of its own.
func (g *pngHeader) cost(width, height int64) int64 {
	perPixel := map[byte]int64{pngGray: 1, pngRGB: 4, pngPalette: 1, pngGrayAlpha: 4, pngRGBA: 4}[g.colour]
	if g.colour == pngGray && g.transparent {
		perPixel = 4
	}
	if g.depth == 16 {
		perPixel *= 2
	}
	sum := perPixel * width * height
	if g.interlaced {
		sum *= 2
	}
	return sum + 2*(1+width*perPixel)
}

// need is the memory to decode the image and make a tensor of so many channels of it.
func (s *source) need(f frame, k filter, channels int) int64 {
	_, wide := resizing(s.width, int64(f.width), int64(f.w), k)
	lines, high := resizing(s.height, int64(f.height), int64(f.h), k)
	width, height := min(int64(f.w), int64(f.width)), min(int64(f.h), int64(f.height))
	seen := int64(f.w) * int64(f.h)
	return s.cost + bytesRGB*s.width*s.height +
		wide + high + bytesRGB*(width*min(lines, s.height)+width*height+seen) + 4*int64(channels)*seen
}

// resizing is about how many source pixels along one side are needed for a frame, and the
// bytes of the weights.
func resizing(source, result, wanted int64, k filter) (pixels, bytes int64) {
	const perWeight = 4 + 2*8 // and the exact ones they are rounded from
	wanted = min(wanted, result)
	ratio := float64(source) / float64(result)
	each := int64(2*k.support*max(ratio, 1)) + 3
	return int64(float64(wanted)*ratio) + each, wanted * (each*perWeight + 48)
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }

package picture

import (
	"context"
	"image"
)

// A JPEG mostly holds colour (Cb, Cr) at half the resolution of brightness. The
// standard library repeats each colour sample over its pixels; the library that
// nearly all training data went through, libjpeg, interpolates between them
// with a triangle filter, and at edges the difference reaches a hundred of 255.
// So the interpolation is done here:
//
//	samples       a       b       c         full resolution
//	pixels      a . | . b . | . c . |       each pixel: 3/4 of the sample it lies
//	            0 1   2 3     4 5           in, 1/4 of the next nearest one
//
// In two dimensions the weights multiply to 9, 3, 3 and 1 sixteenths. The
// rounding alternates between neighbours, so that it does not shift the image.

// fromYCbCr converts with the interpolation, and by the JFIF equations.
func fromYCbCr(ctx context.Context, p pixels, m *image.YCbCr) {
	cb, cr := make([]uint8, p.width+1), make([]uint8, p.width+1)
	plane := chroma{width: p.width, height: p.height, stride: m.CStride, ratio: m.SubsampleRatio}
	for y := range lines(ctx, p.height) {
		plane.row(cb, m.Cb, y)
		plane.row(cr, m.Cr, y)
		line, out := m.Y[y*m.YStride:], p.row(y)
		for x := range p.width {
			blue, red, luma := int32(cb[x])-128, int32(cr[x])-128, int32(line[x])
			out[3*x] = clip(luma + (91881*red+1<<15)>>16)               // 1.402
			out[3*x+1] = clip(luma + (-22554*blue-46802*red+1<<15)>>16) // 0.344136, 0.714136
			out[3*x+2] = clip(luma + (116130*blue+1<<15)>>16)           // 1.772
		}
	}
}

func clip(x int32) uint8 { return uint8(min(max(x, 0), 255)) }

// chroma describes a colour plane of an image of width x height.
type chroma struct {
	width, height int
	stride        int
	ratio         image.YCbCrSubsampleRatio
}

// row computes row y of the plane at full resolution. Out is one pixel longer than the
// image is wide.
func (c chroma) row(out, plane []uint8, y int) {
	samples := (c.width + 1) / 2
	// Planes of one or two columns are repeated, as libjpeg does.
	narrow := samples <= 2
	switch {
	case c.ratio == image.YCbCrSubsampleRatio444:
		copy(out[:c.width], plane[y*c.stride:])
	case c.ratio == image.YCbCrSubsampleRatio440:
		near, far, rounding := c.lines(plane, y, c.width)
		for x := range near {
			out[x] = uint8((3*int32(near[x]) + int32(far[x]) + rounding) >> 2)
		}
	case c.ratio == image.YCbCrSubsampleRatio422 && !narrow:
		line := plane[y*c.stride:][:samples]
		widen(out, samples, 2, 1, 2, func(i int) int32 { return int32(line[i]) })
	case c.ratio == image.YCbCrSubsampleRatio420 && !narrow:
		near, far, _ := c.lines(plane, y, samples)
		widen(out, samples, 4, 8, 7, func(i int) int32 { return 3*int32(near[i]) + int32(far[i]) })
	default:
		c.repeat(out, plane, y)
	}
}

// lines are the row of samples that contains row y and the next nearest one, with the
// rounding of this row.
func (c chroma) lines(plane []uint8, y, samples int) (near, far []uint8, rounding int32) {
	last := (c.height+1)/2 - 1
	other, rounding := y/2-1, int32(1)
	if y%2 == 1 {
		other, rounding = y/2+1, 2
	}
	other = min(max(other, 0), last)
	return plane[y/2*c.stride:][:samples], plane[other*c.stride:][:samples], rounding
}

// widen makes two pixels of each sample. The samples are sums of weight 1<<(shift-2); even
// and odd are added before the division for the left and the right pixel.
func widen(out []uint8, samples int, shift uint, even, odd int32, sample func(int) int32) {
	for i := range samples {
		here := sample(i)
		left, right := here, here
		if i > 0 {
			left = sample(i - 1)
		}
		if i < samples-1 {
			right = sample(i + 1)
		}
		out[2*i] = uint8((3*here + left + even) >> shift)
		out[2*i+1] = uint8((3*here + right + odd) >> shift)
	}
}

// repeat gives each pixel the sample that it lies in.
func (c chroma) repeat(out, plane []uint8, y int) {
	wide, high := 1, 1
	switch c.ratio {
	case image.YCbCrSubsampleRatio422:
		wide = 2
	case image.YCbCrSubsampleRatio420:
		wide, high = 2, 2
	case image.YCbCrSubsampleRatio411:
		wide = 4
	case image.YCbCrSubsampleRatio410:
		wide, high = 4, 2
	}
	line := plane[y/high*c.stride:]
	for x := range c.width {
		out[x] = line[x/wide]
	}
}

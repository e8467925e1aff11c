package webp

import (
	"context"
	"image"

	"cnnlang/interp/picture/codec"
)

// A lossy picture has its colours, U and V, at half the width and half the height. A pixel
// takes 9/16 of the sample that it lies in, 3/16 of each of the two next to it and 1/16 of
// the one across, in the steps of libwebp, which round each time:
//
//	near     N . | . n . |      near and far: the two rows of samples next to the row of
//	              0   1         pixels; pixels 0 and 1 lie between the columns N, F and n, f
//	far      F . | . f . |
//
// At the edges the outer sample stands for the one that is missing.

// convert converts a decoded frame.
func (c *canvas) convert(ctx context.Context, m *image.YCbCr) error {
	width, height := c.frame.Dx(), c.frame.Dy()
	columns, rows := (width+1)/2, (height+1)/2
	u, v := make([]uint8, width+1), make([]uint8, width+1)
	return codec.Rows(ctx, int64(height), func(y int) error {
		near, far := y/2, y/2-1
		if y%2 == 1 {
			far = y/2 + 1
		}
		far = min(max(far, 0), rows-1)
		widen(u, m.Cb[near*m.CStride:][:columns], m.Cb[far*m.CStride:][:columns])
		widen(v, m.Cr[near*m.CStride:][:columns], m.Cr[far*m.CStride:][:columns])
		out, luma := c.row(y), m.Y[y*m.YStride:]
		for x := range width {
			pixel(out[3*x:3*x+3], int32(luma[x]), int32(u[x]), int32(v[x]))
		}
		return nil
	})
}

// widen makes a row of pixels of two rows of samples.
func widen(out, near, far []uint8) {
	last := len(near) - 1
	end := func(i int) uint8 { return uint8((3*uint32(near[i]) + uint32(far[i]) + 2) >> 2) }
	out[0] = end(0)
	for i := range last {
		N, n, F, f := uint32(near[i]), uint32(near[i+1]), uint32(far[i]), uint32(far[i+1])
		sum := N + n + F + f + 8
		out[2*i+1] = uint8(((sum+2*(n+F))>>3 + N) >> 1)
		out[2*i+2] = uint8(((sum+2*(N+f))>>3 + n) >> 1)
	}
	out[2*last+1] = end(last)
}

// pixel converts by ITU-R BT.601 with Y from 16 to 235, in the fixed point of libwebp: 14
// bits, of which 8 go before the sum.
func pixel(out []uint8, y, u, v int32) {
	y = 19077 * y >> 8                               // 255/219
	out[0] = clip(y + 26149*v>>8 - 14234)            // 1.596 v, less that of 128, and 16 of y
	out[1] = clip(y - 6419*u>>8 - 13320*v>>8 + 8708) // 0.392 u, 0.813 v
	out[2] = clip(y + 33050*u>>8 - 17685)            // 2.017 u
}

func clip(x int32) uint8 { return uint8(min(max(x>>6, 0), 255)) }

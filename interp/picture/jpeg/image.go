package jpeg

import (
	"context"
	"image"
)

// Convert converts a picture that the standard library has decoded to pixels, [height,
// width, 3], with the interpolation and the colours of Decode. Its bounds begin at 0, 0.
func Convert(ctx context.Context, m *image.YCbCr, pixels []uint8) error {
	across, down := 1, 1
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		across = 2
	case image.YCbCrSubsampleRatio420:
		across, down = 2, 2
	case image.YCbCrSubsampleRatio440:
		down = 2
	case image.YCbCrSubsampleRatio411:
		across = 4
	case image.YCbCrSubsampleRatio410:
		across, down = 4, 2
	}
	f := frame{width: m.Rect.Dx(), height: m.Rect.Dy(), count: 3, wide: across, high: down}
	f.component = [4]component{{wide: across, high: down}, {wide: 1, high: 1}, {wide: 1, high: 1}}
	if err := f.measure(); err != nil {
		return err
	}
	var o output
	o.begin(&f, fromYCbCr, pixels)
	for unit := range f.unitsHigh {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, samples := range [][]uint8{m.Y, m.Cb, m.Cr} {
			p, stride := &o.planes[i], m.YStride
			if i > 0 {
				stride = m.CStride
			}
			for y := unit * 8 * p.high; y < min((unit+1)*8*p.high, p.height); y++ {
				copy(p.held(y), samples[y*stride:])
			}
		}
		o.emit(unit)
	}
	return nil
}

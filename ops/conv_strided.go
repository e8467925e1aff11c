package ops

import (
	"cnnlang/ops/dim"
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// A 1x1 convolution with a stride sees every second pixel of every second row, say. Lines
// two apart share half the sets of a cache, and what is fetched ahead of them is of no
// use, again and again for every filter; so the pixels that it sees are put together
// first, and the convolution of those has no stride.
type seenPixels struct {
	from, to     grid
	skipH, skipW int // from a pixel to the next
	top, left    int // padding
	all          int // float32 of to
}

// How many float32 may be put together, and of how many filters each must be read to be
// worth moving.
const (
	mostSeen     = 2 << 20
	leastReaders = 96
)

// seesPixels are the pixels that a 1x1 convolution with a stride sees, if they are put
// together. Narrow kernels do so, which read each pixel more often; wide ones were not
// measured. A stride of rows alone leaves neighbours in a row.
func (c *Conv) seesPixels(x tensor.Shape, in, out grid) *seenPixels {
	if c.K != dim.Square(dim.Int(1)) || c.Groups != dim.Int(1) || c.Stride.W.MustInt() == 1 || in.Block != Lanes || kernel.TilePixels >= wideTile {
		return nil
	}
	to := Layout{Block: Lanes}.grid(tensor.Shape{in.n, in.c, out.h, out.w})
	s := &seenPixels{from: in, to: to, skipH: c.Stride.H.MustInt(), skipW: c.Stride.W.MustInt(),
		top: c.before(vertical, x), left: c.before(horizontal, x), all: to.n * to.image}
	if s.all > mostSeen || out.c < leastReaders {
		return nil
	}
	return s
}

// compact is the task that puts them together.
func (s *seenPixels) compact(to, from []float32) Task {
	return s.to.eachRow(func(image, block, y, _ int) {
		row := s.to.row(to, image, block, y)
		line := from[s.from.at(image, block, y*s.skipH-s.top, -s.left):]
		for x := range s.to.w {
			*(*[Lanes]float32)(row[x*Lanes:]) = *(*[Lanes]float32)(line[x*s.skipW*Lanes:])
		}
	})
}

package conv

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A 1x1 convolution with a stride sees every second pixel of every second row, say. Lines
// two apart share half the sets of a cache, and what is fetched ahead of them is of no
// use, again and again for every filter; so the pixels that it sees are put together
// first, and the convolution of those has no stride.
type compacted struct {
	from, to     layout.Grid
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

// fitsCompacted: narrow kernels, which read each pixel more often; wide ones were not
// measured. A stride of rows alone leaves neighbours in a row.
func fitsCompacted(p *problem) bool {
	if !p.isPointwise() || p.w.stride == 1 || kernel.TilePixels >= wideTile || p.filters < leastReaders || !fitsDirect(p) {
		return false
	}
	to := p.seen()
	return to.N*to.Image <= mostSeen
}

// seen are the pixels that the filters see, put together.
func (p *problem) seen() layout.Grid {
	return layout.Blocked(layout.Float32).Grid(tensor.Shape{p.x[0], p.channels, p.h.out, p.w.out})
}

func prepareCompacted(p *problem, v values) *task.Prepared {
	b := newTiled(p, "direct-"+kernel.ISA()+"-compacted", denseKernel, v)
	to := p.seen()
	b.compacted = &compacted{from: b.in, to: to, skipH: p.h.stride, skipW: p.w.stride, top: p.h.before, left: p.w.before, all: to.N * to.Image}
	b.in, b.step = to, Lanes
	f := p.packing(v)
	b.bias = f.biases(b.out.Blocks * Lanes)
	p.denseUnits(b, f)
	b.cut(layout.Windows{StrideH: 1, StrideW: 1, Breaks: true})
	return b.prepare()
}

// compact is the task that puts them together.
func (s *compacted) compact(to, from []float32) task.Task {
	return task.EachRow(&s.to, func(image, block, y, _ int) {
		row := s.to.Row(to, image, block, y)
		line := from[s.from.At(image, block, y*s.skipH-s.top, -s.left):]
		for x := range s.to.W {
			*(*[Lanes]float32)(row[x*Lanes:]) = *(*[Lanes]float32)(line[x*s.skipW*Lanes:])
		}
	})
}

package conv

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A strided 1x1 convolution may read, for example, every second pixel of every second row.
// Lines two apart share half the sets of a cache, and prefetching is wasted, again for
// every filter; so the pixels that it reads are compacted first, and then convolved without
// stride.
type compacted struct {
	from, to     layout.Grid
	skipH, skipW int // from a pixel to the next
	top, left    int // padding
	all          int // float32 of to
}

// How many float32 may be compacted, and how many filters must read each for it to pay.
const (
	mostSeen     = 2 << 20
	leastReaders = 96
)

// fitsCompacted: narrow kernels, which read each pixel more often; wide ones were not
// measured. With a stride of rows only, pixels of a row are still neighbours.
func fitsCompacted(p *problem) bool {
	if !p.isPointwise() || p.w.stride == 1 || kernel.TilePixels >= wideTile || p.filters < leastReaders || !fitsDirect(p) {
		return false
	}
	to := p.seen()
	return to.N*to.Image <= mostSeen
}

// seen is the grid of the compacted pixels.
func (p *problem) seen() layout.Grid {
	return layout.Blocked(layout.Float32).Grid(tensor.Shape{p.x[0], p.channels, p.h.out, p.w.out})
}

func prepareCompacted(p *problem, v values) *task.Prepared {
	b := newTiled(p, "direct-"+kernel.ISA()+"-compacted", denseKernel, v)
	to := p.seen()
	b.compacted = &compacted{from: b.in, to: to, skipH: p.h.stride, skipW: p.w.stride, top: p.h.before, left: p.w.before, all: to.N * to.Image}
	b.in, b.step = to, Lanes
	f := p.packing(v)
	b.bias, b.act = f.behind(b.out.Blocks * Lanes)
	p.denseUnits(b, f)
	b.cut(layout.Windows{StrideH: 1, StrideW: 1, Breaks: true})
	return b.prepare()
}

// compact is the task that copies the pixels.
func (s *compacted) compact(to, from []float32) task.Task {
	return task.EachRow(&s.to, func(image, block, y, _ int) {
		row := s.to.Row(to, image, block, y)
		line := from[s.from.At(image, block, y*s.skipH-s.top, -s.left):]
		for x := range s.to.W {
			*(*[Lanes]float32)(row[x*Lanes:]) = *(*[Lanes]float32)(line[x*s.skipW*Lanes:])
		}
	})
}

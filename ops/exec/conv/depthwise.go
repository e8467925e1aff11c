package conv

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
)

// Depthwise: each filter sees one channel, and the 16 of a block are computed together.

func fitsDepthwise(p *problem) bool {
	return hasTiles() && p.isDepthwise() && p.fitsAlone(p.layout(layout.Float32))
}

// fitsAlone is fitsBlocks for filters that share no channels, so that nothing is multiplied
// by zeros.
func (p *problem) fitsAlone(l layout.Layout) bool {
	return p.filters >= leastChannels && !p.isWhole() && !l.MostlyHalo(p.x) && p.each()*p.taps() <= mostSummed
}

func prepareDepthwise(p *problem, v values) *task.Prepared {
	b := newTiled(p, "depthwise-"+kernel.ISA(), depthwiseKernel, v)
	f := p.packing(v)
	b.bias, b.act = f.behind(b.out.Blocks * Lanes)
	p.depthwiseUnits(b, f)
	b.cut(p.windows())
	return b.prepare()
}

// depthwiseUnits packs weights as [tap][filter].
func (p *problem) depthwiseUnits(b *tiled, f *packing) {
	taps := kernel.NewTaps(p.offsets(&b.in, 1), chunkTaps)
	for block := range b.out.Blocks {
		weights := f.depthwise(block*Lanes, taps.Len())
		b.units = append(b.units, unit{block: block, blocks: 1, inBlock: block, taps: taps, weights: weights})
	}
}

// depthwise packs Lanes filters of one channel each, beginning with first: [tap][filter].
func (p *packing) depthwise(first, taps int) []float32 {
	copying := p.copies(order{filter: 1, taps: evenly(taps, Lanes)})
	lanes := min(Lanes, p.filters-first)
	return p.floats(taps*Lanes, taps*lanes, func(dst []float32) {
		f := p.fold()
		for lane := range lanes {
			copying.copy(dst[lane:], f, part{first + lane, 1, 0, 1})
		}
	})
}

package conv

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
)

// Grouped: windows three wide, and groups of 2 to 16 channels with as many filters. Lines
// permuted once for each channel of a group serve three taps.

func fitsGrouped(p *problem) bool {
	each := p.each()
	switch {
	case p.channels != p.filters || each < 2 || each > kernel.GroupedChannels || Lanes%each != 0:
		return false
	case p.w.k != 3 || p.w.dilation != 1 || p.w.stride > 2 || p.add:
		return false
	}
	return hasTiles() && p.channels >= leastChannels && p.fitsAlone(p.layout(layout.Float32))
}

// prepareGrouped packs weights as [kh][channel of the group][kw][filter].
func prepareGrouped(p *problem, v values) *task.Prepared {
	b := newTiled(p, "grouped-"+kernel.ISA(), groupedKernel, v)
	b.grouped = p.each()
	f := p.packing(v)
	b.bias, b.act = f.behind(b.out.Blocks * Lanes)
	kh, kw, each := p.h.k, p.w.k, p.each()
	rows := make([]int, kh)
	for y := range rows {
		rows[y] = y * p.h.dilation * b.in.Pitch
	}
	taps := kernel.NewTaps(rows, kh)
	to := order{filter: 1, channel: kw * Lanes}
	for t := range kh * kw {
		to.taps = append(to.taps, (t/kw*each*kw+t%kw)*Lanes)
	}
	copying := f.copies(to)
	for block := range b.out.Blocks {
		first := block * Lanes
		end := min(first+Lanes, b.out.C)
		weights := f.floats(kh*each*kw*Lanes, kh*each*kw*(end-first), func(dst []float32) {
			w := f.fold()
			p.inGroups(first, end, Lanes, func(o, n int) { copying.copy(dst[o-first:], w, part{o, n, 0, each}) })
		})
		b.units = append(b.units, unit{block: block, blocks: 1, inBlock: block, taps: taps, weights: weights})
	}
	windows := p.windows()
	windows.OneRow = true
	b.cut(windows)
	return b.prepare()
}

package conv

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
)

// Filters of several groups in one unit have weights of 0 for the channels that they do not
// see, but 0 times infinity is NaN. So where such a unit gives NaN, the sum is taken again
// over the channels of the filter's group only. NaN is detected in the sum of everything
// that a part has computed, while it is cached.
type mixedGroups struct {
	each, filters int   // channels and filters of a group
	window        int   // pixels of a window
	at            []int // offsets of the window in each block of the input, from a pixel's place
}

// mixed returns how to separate the groups of a unit, which sees so many blocks of the
// input; nil if its filters see all channels of these.
func (p *problem) mixed(b *tiled, u unit, inBlocks int) *mixedGroups {
	each, filters := p.each(), p.filters/p.groups
	group := u.block * Lanes / filters
	last := (min((u.block+u.blocks)*Lanes, b.out.C) - 1) / filters
	from, to := u.inBlock*Lanes, min((u.inBlock+inBlocks)*Lanes, p.channels)
	if p.groups == 1 || group == last && from == group*each && to == (group+1)*each {
		return nil
	}
	pixelStacks() // made now, so that a run allocates nothing
	return &mixedGroups{each, filters, p.taps(), p.offsets(&b.in, inBlocks)}
}

// unmix computes again the results of a unit that are NaN.
func (w *tiledPart) unmix(u *unit, k *kernel.Tile) {
	from, to := w.tiles[w.from].Out, w.tiles[w.to-1].End()
	for block := range u.blocks {
		var sums [Lanes]float32
		sumPixels(sums[:], k.Out[block*k.OutBlock:][from:to])
		if kernel.Sum(sums[:]) == kernel.Sum(sums[:]) {
			continue
		}
		for i := w.from; i < w.to; i++ {
			w.unmixTile(u, k, block, &w.tiles[i])
		}
	}
}

func (w *tiledPart) unmixTile(u *unit, k *kernel.Tile, block int, t *layout.Tile) {
	for p := range t.Pixels {
		in, out := t.In+p*w.step, t.Out+p*Lanes
		if row := t.FirstRow(); p >= row {
			in, out = t.In+t.Next+(p-row)*w.step, t.Out+t.OutNext+(p-row)*Lanes
		}
		line := k.Out[block*k.OutBlock+out:][:min(Lanes, w.out.C-(u.block+block)*Lanes)]
		for lane, v := range line {
			if v != v {
				line[lane] = w.sumOfGroup(u, k.In[in:], block*Lanes+lane)
				w.act.Channel((u.block+block)*Lanes+lane, line[lane:lane+1], line[lane:lane+1])
			}
		}
	}
}

// sumOfGroup is the result of one filter of a unit at a pixel's place.
func (w *tiledPart) sumOfGroup(u *unit, in []float32, filter int) float32 {
	m, across := u.mixed, u.blocks*Lanes
	first := (u.block*Lanes+filter)/m.filters*m.each - u.inBlock*Lanes
	sum := float64(w.bias[u.block*Lanes+filter])
	for c := first; c < first+m.each; c++ {
		for tap := c / Lanes * m.window; tap < (c/Lanes+1)*m.window; tap++ {
			sum += float64(in[m.at[tap]+c%Lanes]) * float64(u.weights[(tap*Lanes+c%Lanes)*across+filter])
		}
	}
	return float32(sum)
}

package conv

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
)

// Direct: dense sums over the taps of the window; groups that share blocks are padded with
// zeros.

func fitsDirect(p *problem) bool {
	l := p.layout(layout.Float32)
	if !hasTiles() || p.channels < leastChannels || !p.fitsBlocks(l, mostZeros) {
		return false
	}
	// unmix cannot undo an addition to the result.
	return p.groups == 1 || !p.add || p.each()%Lanes == 0 && p.filters/p.groups%Lanes == 0
}

// fitsImage: too few channels for a block. The input then has blocks of one channel, and a
// tap is a row of the window, or a pixel.
func fitsImage(p *problem) bool {
	return hasTiles() && p.channels < leastChannels && p.fitsBlocks(wantsImage(p), mostZeros)
}

func wantsImage(p *problem) layout.Layout {
	l := p.layout(layout.Float32)
	l.Block = 1
	return l
}

func prepareDirect(p *problem, v values) *task.Prepared {
	name := "direct-" + kernel.ISA()
	if v.in[0].Layout.Block == 1 {
		name += "-image"
	}
	b := newTiled(p, name, denseKernel, v)
	f := p.packing(v)
	b.bias, b.act = f.behind(b.out.Blocks * Lanes)
	p.denseUnits(b, f)
	windows := p.windows()
	windows.Breaks = true
	b.cut(windows)
	return b.prepare()
}

func (p *problem) denseUnits(b *tiled, f *packing) {
	sums := map[[2]int]*tapSum{} // by the blocks of input and the channels of the last, 0 for all
	lines := b.in.Block == Lanes
	for block := 0; block < b.out.Blocks; {
		u := unit{block: block, blocks: min(kernel.TileBlocks, b.out.Blocks-block)}
		from, to := 0, b.in.Blocks
		if lines {
			from, to = p.sees(Lanes, block, u.blocks)
			if u.blocks > 1 {
				one, end := p.sees(Lanes, block, 1)
				if end-one < to-from { // other groups: separately they have fewer zeros
					u.blocks, from, to = 1, one, end
				}
			}
		}
		u.inBlock = from
		last := 0
		if lines && to == b.in.Blocks {
			last = p.channels % Lanes
		}
		key := [2]int{to - from, last}
		if sums[key] == nil {
			at, channels := p.lines(&b.in, to-from)
			sums[key] = newTapSum(at, p.taps(), channels, last)
		}
		u.sum = sums[key]
		u.mixed = p.mixed(b, u, to-from)
		u.weights = p.packDense(b, u, to-from, f)
		b.units = append(b.units, u)
		block += u.blocks
	}
}

// lines are the offsets of a dense convolution and how many channels there are at each. In
// an image with few channels these are the pixels of a row of the window, if the kernels
// take so many: to them pixels and channels are the same.
func (p *problem) lines(in *layout.Grid, blocks int) (at []int, channels int) {
	all := p.offsets(in, blocks)
	switch {
	case in.Block == Lanes:
		return all, Lanes
	case !kernel.TileRuns || p.w.dilation != 1:
		return all, 1
	}
	for i := 0; i < len(all); i += p.w.k {
		at = append(at, all[i])
	}
	return at, p.w.k
}

// packDense packs the weights of a unit: [block of input][kh][kw][channel][filter].
func (p *problem) packDense(b *tiled, u unit, inBlocks int, f *packing) []float32 {
	taps, each, filters := p.taps(), p.each(), p.filters/p.groups
	deep, across, first := b.in.Block, u.blocks*Lanes, u.block*Lanes
	copying := f.acrossUnit(across, deep)
	end := min(first+across, b.out.C)
	return f.floats(inBlocks*taps*deep*across, (end-first)*each*taps, func(dst []float32) {
		w := f.fold()
		p.inGroups(first, end, across, func(o, n int) {
			seen := o/filters*each - u.inBlock*deep // the first channel that they see
			for c := 0; c < each; {
				block, channel := (seen+c)/deep, (seen+c)%deep
				m := min(each-c, deep-channel)
				copying.copy(dst[(block*taps*deep+channel)*across+o-first:], w, part{o, n, c, m})
				c += m
			}
		})
	})
}

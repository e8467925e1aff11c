package conv

import (
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
)

// wantsBF16 is an input with as many zeros around it as the windows see, or the lines of an
// image.
func wantsBF16(p *problem) layout.Layout {
	l := p.layout(layout.BFloat16)
	if p.channels <= layout.ImageBF16 && p.groups == 1 && p.w.dilation == 1 {
		l.Block = layout.ImageBF16
		beyond := (p.w.out-1)*p.w.stride - p.w.before + p.linesOfRow()*layout.PixelsOfLine
		l.HaloW = max(l.HaloW, beyond-p.w.in)
	}
	return l
}

// linesOfRow is how many lines of an image a row of the window sees.
func (p *problem) linesOfRow() int { return task.CeilDiv(p.w.k, layout.PixelsOfLine) }

// evenBlocks reports whether blocks of 16 channels come in pairs, so that 32 channels of a
// result can be stored as float32.
func evenBlocks(filters int) bool { return task.CeilDiv(filters, Lanes)%2 == 0 }

func fitsBF16(p *problem) bool { return !p.isDepthwise() && p.fitsBlocks(wantsBF16(p), 2*mostZeros) }

func fitsDepthwiseBF16(p *problem) bool { return p.isDepthwise() && p.fitsAlone(wantsBF16(p)) }

// prepareBF16 rounds and packs the weights.
func prepareBF16(p *problem, v values) *task.Prepared {
	name := "direct-" + kernel.BF16ISA()
	if v.in[0].Layout.Block == layout.ImageBF16 {
		name += "-image"
	}
	b := newTiledBF16(p, name, v.in[0].Grid(), v)
	p.denseUnitsBF16(b, p.packing(v))
	b.cut(p.windows())
	return b.prepare()
}

func prepareDepthwiseBF16(p *problem, v values) *task.Prepared {
	b := newTiledBF16(p, "depthwise-"+kernel.BF16ISA(), v.in[0].Grid(), v)
	b.depthwise = true
	f := p.packing(v)
	b.bias, b.act = f.behind(task.RoundUp(b.out.C, lanesBF16))
	at := p.offsets(&b.in, 1)
	taps := kernel.NewTaps(at, len(at))
	for block := range task.CeilDiv(b.out.C, lanesBF16) {
		u := unitBF16{inBlock: block, taps: taps}
		for half := range u.halves {
			u.halves[half] = f.depthwise(block*lanesBF16+half*Lanes, len(at))
		}
		b.units = append(b.units, u)
	}
	b.cut(p.windows())
	return b.prepare()
}

func (p *problem) denseUnitsBF16(b *tiledBF16, f *packing) {
	b.bias, b.act = f.behind(task.RoundUp(b.out.C, lanesBF16))
	taps := map[int]*kernel.Taps{}
	for block := range task.CeilDiv(b.out.C, lanesBF16) {
		from, to := 0, 1
		if b.in.Block == lanesBF16 {
			from, to = p.sees(lanesBF16, block, 1)
		}
		if taps[to-from] == nil {
			at := b.split.taps(p.linesSeen(&b.in, to-from))
			taps[to-from] = kernel.NewTaps(at, len(at))
		}
		u := unitBF16{inBlock: from, taps: taps[to-from]}
		u.weights = p.packBF16(b, u, block, f)
		b.units = append(b.units, u)
	}
}

// linesSeen are the offsets of the lines that a window sees.
func (p *problem) linesSeen(in *layout.Grid, blocks int) []int {
	if in.Block == lanesBF16 {
		return p.offsets(in, blocks)
	}
	var at []int
	for y := range p.h.k {
		for i := range p.linesOfRow() {
			at = append(at, y*p.h.dilation*in.Pitch+i*Lanes)
		}
	}
	return at
}

// packBF16 packs the weights of a block of filters: [line][pair of channels] [filter],
// words of two.
func (p *problem) packBF16(b *tiledBF16, u unitBF16, block int, f *packing) []float32 {
	taps, each, filters := p.taps(), p.each(), p.filters/p.groups
	lines := u.taps.Len() / b.split.parts()
	size, lanes := u.taps.Len()*Lanes, min(lanesBF16, b.out.C-block*lanesBF16)
	return f.floats(size*lanesBF16, size*lanes, func(dst []float32) {
		w, line := f.fold(), make([]float32, lines*lanesBF16) // line is of one filter
		for lane := range lanes {
			o := block*lanesBF16 + lane
			clear(line)
			for i := range each {
				channel := o/filters*each + i - u.inBlock*lanesBF16
				at := channel/lanesBF16*taps*lanesBF16 + channel%lanesBF16
				for t := range taps {
					if b.in.Block == lanesBF16 {
						line[at+t*lanesBF16] = w.at(o, i, t)
					} else {
						line[t/p.w.k*p.linesOfRow()*lanesBF16+t%p.w.k*layout.ImageBF16+channel] = w.at(o, i, t)
					}
				}
			}
			for pair := range len(line) / 2 {
				b.split.pack(dst[lane:], pair, line[2*pair], line[2*pair+1])
			}
		}
	})
}

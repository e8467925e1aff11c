package conv

import (
	"context"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// The gradient of weights of blocked values, without any copy of them: for 16 filters, some channels of the input and
// each place of the window it is a sum of outer products over pixels, which lie where the window of a
// pixel begins and as far apart as the stride says, or of a stride along rows where they are copied to first
// (weights_phases.go). A unit is a block of filters, or some for windows of one pixel, with the channels that are summed
// together, so that these pixels stay in a near cache; a part is a unit and a split of the sum.
//
// Of an image with few channels, in blocks of one channel, the lines of a sum are not channels but neighbouring
// places of the window.
type stripWeights struct {
	*problem
	in, dy       layout.Grid
	phases       *phaseCopies // nil where pixels are read from in
	at           []int        // by place of the window: what the first pixel sees
	stepH, stepW int          // from what a pixel sees to what the next one does
	depthwise    bool
	grouped      bool // whether groups are small and have as many filters as channels
	units        []weightUnit
	strips       []outStrip
	deep, wide   int // channels of a block of the input, columns of a window that are summed at once
	splits       int // of the sum over all strips of all images
	share        int // strips of a split
	stored       storing
}

// A weightUnit is blocks of filters and some blocks of the input.
type weightUnit struct{ block, blocks, from, to int }

// An outStrip is pixels of the result that are summed in float32.
type outStrip struct{ y, x, rows, pixels int }

const (
	// stripPixels is how many pixels a strip has: with their channels, 16 of both values, they take less than a usual
	// cache of the first level.
	stripPixels = 112
	// seenTogether is how many lines of a window, of all blocks, are summed for the same pixels.
	seenTogether = 8
	// seenBy is how many blocks of filters are summed for the same pixels where a window has no others.
	seenBy = 4
	// mostWindow is the most places of a window, which are all in the tile of a unit.
	mostWindow = 1 << 8
	// stripParts is how many parts there should be.
	stripParts = 64
)

// stripsFit reports whether there are kernels, and blocks pay.
func (p *problem) stripsFit() bool {
	if kernel.OuterRows == 0 || p.taps() > mostWindow || p.filters < leastChannels {
		return false
	}
	if p.isDepthwise() {
		return p.channels >= leastChannels && !p.layout(layout.Float32).MostlyHalo(p.x)
	}
	l := p.stripLayout()
	return p.fitsBlocks(l, mostZeros) && (p.channels >= leastChannels || p.w.dilation == 1)
}

// stripLayout is the layout that is wanted of the input: that of the convolution itself.
func (p *problem) stripLayout() layout.Layout {
	if p.channels < leastChannels {
		return wantsImage(p)
	}
	return wantsLines(p)
}

func (p *problem) stripWeights(in []layout.Value) *task.Prepared {
	w := &stripWeights{problem: p, in: in[0].Grid(), dy: in[1].Grid(), depthwise: p.isDepthwise()}
	w.grouped = p.channels == p.filters && kernel.GroupNumbers(p.each()) > 0 && w.in.Block == Lanes
	w.deep, w.wide = w.in.Block, 1
	if w.deep == 1 || w.depthwise {
		w.wide = task.Balanced(p.w.k, kernel.OuterRows, 1)
	}
	w.see()
	w.cut()
	size := w.unite()
	w.prepareStore()
	all := w.in.N * len(w.strips)
	w.splits = max(1, min(stripParts/len(w.units), all))
	w.share = task.CeilDiv(all, w.splits)
	w.splits = task.CeilDiv(all, w.share)
	weights, shared := p.filters*p.each()*p.taps(), 0
	if w.splits > 1 {
		shared = w.splits * weights
	}
	copied := task.RoundUp(shared, Lanes) // where copies lie
	if w.phases != nil {
		shared = copied + w.phases.all
	}
	return &task.Prepared{Algorithm: "weights-" + kernel.ISA() + "-strips", PerWorker: size, Shared: shared, Tables: int64(32 * len(w.strips)),
		Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) (list []task.Task) {
			x := in[0].Data
			if w.phases != nil {
				list, x = append(list, w.phases.copy(s.Shared[copied:], x)), s.Shared[copied:]
			}
			list = append(list, task.New(len(w.units)*w.splits, func(ctx context.Context, part, worker int) {
				split, dst := part/len(w.units), out.Data
				if w.splits > 1 {
					dst = s.Shared[split*weights:][:weights]
				}
				w.part(ctx, dst, x, in[1].Data, w.units[part%len(w.units)], split, s.Of(worker))
			}))
			if w.splits > 1 {
				list = append(list, addSplits(out.Data[:weights], s.Shared[:w.splits*weights]))
			}
			return list
		}}
}

// see decides from where pixels are read.
func (w *stripWeights) see() {
	w.stepH, w.stepW = w.h.stride, w.w.stride
	if w.fitsPhases() {
		w.phases = w.newPhases()
		w.in, w.at, w.stepH, w.stepW = w.phases.to, w.phases.at, 1, 1
		return
	}
	for t := range w.taps() {
		w.at = append(w.at, w.in.At(0, 0, t/w.w.k*w.h.dilation-w.h.before, t%w.w.k*w.w.dilation-w.w.before))
	}
}

// unite makes the units and returns how many numbers the tile of one has at most.
func (w *stripWeights) unite() (size int) {
	blocks := 1
	if w.taps() == 1 && w.groups == 1 && w.deep == Lanes {
		blocks = seenBy
	}
	for block := 0; block < w.dy.Blocks; block += blocks {
		u := weightUnit{block: block, blocks: min(blocks, w.dy.Blocks-block)}
		from, to := block, block+1
		switch {
		case w.deep == 1:
			from, to = 0, w.in.Blocks
		case !w.depthwise:
			from, to = w.sees(Lanes, block, u.blocks)
		}
		each := max(1, seenTogether/w.taps())
		if w.deep == 1 {
			each = to - from
		}
		for ; from < to; from += each {
			u.from, u.to = from, min(from+each, to)
			w.units = append(w.units, u)
			size = max(size, u.blocks*(u.to-u.from)*w.tile())
		}
	}
	return size
}

// tile is how many numbers a block of filters and one of the input have in the tile of a unit.
func (w *stripWeights) tile() int {
	switch {
	case w.depthwise:
		return w.taps() * Lanes
	case w.grouped:
		return w.taps() * w.each() * Lanes
	}
	return w.taps() * w.deep * Lanes
}

// cut covers the result with strips: rows, or parts of one, which may be a whole image or several where every pixel sees but
// itself.
func (w *stripWeights) cut() {
	if w.taps() == 1 && w.stepH == 1 && w.stepW == 1 && w.in.H == w.dy.H && w.in.W == w.dy.W && !w.in.HasHalo() && !w.dy.HasHalo() {
		w.in, w.dy = w.in.Flattened(), w.dy.Flattened()
		if w.dy.W <= stripPixels/2 {
			w.in, w.dy = oneImage(w.in), oneImage(w.dy)
		}
	}
	across := task.CeilDiv(w.dy.W, stripPixels)
	rows := task.Balanced(w.dy.H, max(1, stripPixels/w.dy.W), 1)
	for y := 0; y < w.dy.H; y += rows {
		for i := range across {
			from, to := i*w.dy.W/across, (i+1)*w.dy.W/across
			w.strips = append(w.strips, outStrip{y, from, min(rows, w.dy.H-y), to - from})
		}
	}
}

// oneImage is a grid of images of one row as rows of one image.
func oneImage(g layout.Grid) layout.Grid {
	g.N, g.H, g.Pitch = 1, g.N, g.Image
	return g
}

// part sums a split of a unit and stores it among the weights.
func (w *stripWeights) part(ctx context.Context, dst, x, dy []float32, u weightUnit, split int, tile []float32) {
	tile = tile[:u.blocks*(u.to-u.from)*w.tile()]
	clear(tile)
	end := min((split+1)*w.share, w.in.N*len(w.strips))
	for i := split * w.share; i < end && ctx.Err() == nil; i++ {
		image, s := i/len(w.strips), &w.strips[i%len(w.strips)]
		k := kernel.Strip{Rows: s.rows, Pixels: s.pixels, Pitch: w.stepH * w.in.Pitch, Step: w.stepW * w.in.Line, Next: w.dy.Pitch}
		first := s.y*k.Pitch + s.x*k.Step
		for block := u.from; block < u.to; block++ {
			a := x[w.in.Shift(image, block):]
			for f := range u.blocks {
				b := dy[w.dy.At(image, u.block+f, s.y, s.x):]
				to := tile[(f*(u.to-u.from)+block-u.from)*w.tile():]
				for t := 0; t < w.taps(); {
					n := min(w.wide, w.w.k-t%w.w.k)
					w.sum(to, a[w.at[t]+first:], b, block, t, n, &k)
					t += n
				}
			}
		}
	}
	for f := range u.blocks {
		w.store(dst, tile[f*(u.to-u.from)*w.tile():], u.block+f, u.from, u.to)
	}
}

// sum adds the sums of a strip for n places of the window from t on.
func (w *stripWeights) sum(tile, a, b []float32, block, t, n int, s *kernel.Strip) {
	switch {
	case w.depthwise:
		kernel.LaneSums(tile[t*Lanes:], a, b, n, w.w.dilation*w.in.Line, s)
	case w.grouped:
		numbers := kernel.GroupNumbers(w.each())
		for i := 0; i < w.each(); i += numbers {
			kernel.GroupSums(tile[(t*w.each()+i)*Lanes:], a[i:], b, w.each(), s)
		}
	case w.deep == 1:
		kernel.OuterSums(tile[t*Lanes:], a, b, n, s)
	default:
		channels := min(w.deep, w.channels-block*w.deep)
		pieces := task.CeilDiv(channels, kernel.OuterRows)
		for i := range pieces {
			from, to := i*channels/pieces, (i+1)*channels/pieces
			kernel.OuterSums(tile[(t*w.deep+from)*Lanes:], a[from:], b, to-from, s)
		}
	}
}

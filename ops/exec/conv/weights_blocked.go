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
// pixel begins and as far apart as the stride says. A unit is one block of filters with the channels that are summed
// together, so that these pixels stay in a near cache; a part is a unit and a split of the sum.
//
// Of an image with few channels, in blocks of one channel, the lines of a sum are not channels but neighbouring
// places of the window.
type stripWeights struct {
	*problem
	in, dy     layout.Grid
	depthwise  bool
	units      []weightUnit
	strips     []outStrip
	deep, wide int // channels of a block of the input, columns of a window that are summed at once
	splits     int // of the sum over all strips of all images
	share      int // strips of a split
}

// A weightUnit is a block of filters and some blocks of the input.
type weightUnit struct{ block, from, to int }

// An outStrip is pixels of the result that are summed in float32.
type outStrip struct{ y, x, rows, pixels int }

const (
	// stripPixels is how many pixels a strip has: with their channels, 16 of both values, they take less than a usual
	// cache of the first level.
	stripPixels = 112
	// seenTogether is how many lines of a window, of all blocks, are summed for the same pixels.
	seenTogether = 8
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
	w.deep, w.wide = w.in.Block, 1
	if w.deep == 1 || w.depthwise {
		w.wide = task.Balanced(p.w.k, kernel.OuterRows, 1)
	}
	w.cut()
	size := 0
	for block := range w.dy.Blocks {
		from, to := block, block+1
		switch {
		case w.deep == 1:
			from, to = 0, w.in.Blocks
		case !w.depthwise:
			from, to = p.sees(Lanes, block, 1)
		}
		each := max(1, seenTogether/p.taps())
		if w.deep == 1 {
			each = to - from
		}
		for ; from < to; from += each {
			u := weightUnit{block, from, min(from+each, to)}
			w.units = append(w.units, u)
			size = max(size, (u.to-u.from)*w.tile())
		}
	}
	all := p.x[0] * len(w.strips)
	w.splits = max(1, min(stripParts/len(w.units), all))
	w.share = task.CeilDiv(all, w.splits)
	w.splits = task.CeilDiv(all, w.share)
	weights, shared := p.filters*p.each()*p.taps(), 0
	if w.splits > 1 {
		shared = w.splits * weights
	}
	return &task.Prepared{Algorithm: "weights-" + kernel.ISA() + "-strips", PerWorker: size, Shared: shared, Tables: int64(32 * len(w.strips)),
		Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
			sums := task.New(len(w.units)*w.splits, func(ctx context.Context, part, worker int) {
				split, dst := part/len(w.units), out.Data
				if w.splits > 1 {
					dst = s.Shared[split*weights:][:weights]
				}
				w.part(ctx, dst, in[0].Data, in[1].Data, w.units[part%len(w.units)], split, s.Of(worker))
			})
			if w.splits == 1 {
				return []task.Task{sums}
			}
			return []task.Task{sums, addSplits(out.Data[:weights], s.Shared)}
		}}
}

// tile is how many numbers a block of the input has in the tile of a unit.
func (w *stripWeights) tile() int {
	if w.depthwise {
		return w.taps() * Lanes
	}
	return w.taps() * w.deep * Lanes
}

// cut covers the result with strips: rows, or parts of one, which may be the whole image where every pixel sees but
// itself.
func (w *stripWeights) cut() {
	windows := w.windows()
	if w.taps() == 1 && windows.Still() && w.in.H == w.dy.H && w.in.W == w.dy.W && !w.in.HasHalo() && !w.dy.HasHalo() {
		w.in, w.dy = w.in.Flattened(), w.dy.Flattened()
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

// part sums a split of a unit and stores it among the weights.
func (w *stripWeights) part(ctx context.Context, dst, x, dy []float32, u weightUnit, split int, tile []float32) {
	tile = tile[:(u.to-u.from)*w.tile()]
	clear(tile)
	end := min((split+1)*w.share, w.x[0]*len(w.strips))
	for i := split * w.share; i < end && ctx.Err() == nil; i++ {
		image, s := i/len(w.strips), &w.strips[i%len(w.strips)]
		b := dy[w.dy.At(image, u.block, s.y, s.x):]
		k := kernel.Strip{Rows: s.rows, Pixels: s.pixels, Pitch: w.h.stride * w.in.Pitch, Step: w.w.stride * w.in.Line, Next: w.dy.Pitch}
		for block := u.from; block < u.to; block++ {
			to := tile[(block-u.from)*w.tile():]
			for t := 0; t < w.taps(); {
				n := min(w.wide, w.w.k-t%w.w.k)
				a := x[w.in.At(image, block, s.y*w.h.stride+t/w.w.k*w.h.dilation-w.h.before, s.x*w.w.stride+t%w.w.k*w.w.dilation-w.w.before):]
				w.sum(to, a, b, block, t, n, &k)
				t += n
			}
		}
	}
	if w.depthwise {
		w.storeLanes(dst, tile, u)
	} else {
		w.store(dst, tile, u)
	}
}

// sum adds the sums of a strip for n places of the window from t on.
func (w *stripWeights) sum(tile, a, b []float32, block, t, n int, s *kernel.Strip) {
	switch {
	case w.depthwise:
		kernel.LaneSums(tile[t*Lanes:], a, b, n, w.w.dilation*w.in.Line, s)
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

// store puts the sums of the channels that each filter sees where they belong.
func (w *stripWeights) store(dst, tile []float32, u weightUnit) {
	taps, each := w.taps(), w.each()
	for lane := range min(Lanes, w.filters-u.block*Lanes) {
		filter := u.block*Lanes + lane
		first := filter / (w.filters / w.groups) * each
		for c := max(first, u.from*w.deep); c < min(first+each, u.to*w.deep); c++ {
			from := tile[(c/w.deep-u.from)*w.tile()+c%w.deep*Lanes+lane:]
			to := dst[(filter*each+c-first)*taps:][:taps]
			for t := range to {
				to[t] = from[t*w.deep*Lanes]
			}
		}
	}
}

// storeLanes does so where each filter sees one channel.
func (w *stripWeights) storeLanes(dst, tile []float32, u weightUnit) {
	taps := w.taps()
	for lane := range min(Lanes, w.filters-u.block*Lanes) {
		to := dst[(u.block*Lanes+lane)*taps:][:taps]
		for t := range to {
			to[t] = tile[t*Lanes+lane]
		}
	}
}

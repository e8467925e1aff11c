package conv

import (
	"context"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// Weights lists how the gradient of a convolution's weights is computed, from its input and the
// gradient of its result.
func Weights(c *ops.Conv, in []tensor.Shape, out tensor.Shape) []task.Algorithm {
	p := newProblem([]*ops.Conv{c}, in[0], in[1])
	plain := task.Algorithm{Name: "gemm", In: make([]layout.Layout, 2), Prepare: prepared(p.plainWeights)}
	if !p.stripsFit() {
		return []task.Algorithm{plain}
	}
	blocks := []layout.Layout{p.stripLayout(), layout.Blocked(layout.Float32)}
	return []task.Algorithm{{Name: "strips", In: blocks, Leads: true, Prepare: prepared(p.stripWeights)}, plain}
}

// prepared adapts a function that packs nothing.
func prepared(prepare func(in []layout.Value) *task.Prepared) func([]layout.Value, layout.Value, []tensor.Tensor, task.Memory) *task.Prepared {
	return func(in []layout.Value, _ layout.Value, _ []tensor.Tensor, _ task.Memory) *task.Prepared {
		return prepare(in)
	}
}

// The gradient of weights as a matrix product, for each group:
//
//	dw [O, C*taps] = dy [O, N*pixels] · seen [N*pixels, C*taps]
//
// seen is the matrix of gemmConv for all images. A part computes a block of dw, or where these
// are few, a split of its sum: it packs blockK pixels of both factors at a time into panels.
type plainWeights struct {
	*problem
	kernel     *kernel.Gemm
	rows, cols convAxis
	high, wide int // filters and columns of a block
	splits     int // of the sum
	share      int // pixels of a split
}

const (
	// mostHigh and mostWide are how many filters and columns a block has at most: packing a number
	// takes as long as some 20 products.
	mostHigh = 96
	mostWide = 128
	// weightParts is how many parts there should be, and leastSplit how many pixels each of them
	// sums at least.
	weightParts = 32
	leastSplit  = 4 * blockK
)

func (p *problem) plainWeights([]layout.Value) *task.Prepared {
	w := &plainWeights{problem: p, kernel: kernel.BestGemm(), rows: p.h.convolved(), cols: p.w.convolved()}
	filters, k := p.filters/p.groups, p.each()*p.taps()
	w.high, w.wide = task.Balanced(filters, mostHigh, w.kernel.MR), task.Balanced(k, mostWide, w.kernel.NR)
	blocks := p.groups * task.CeilDiv(filters, w.high) * task.CeilDiv(k, w.wide)
	w.split(p.x[0]*p.h.out*p.w.out, blocks)
	weights, shared := p.filters*k, 0
	if w.splits > 1 {
		shared = w.splits * weights
	}
	return &task.Prepared{
		Algorithm: "weights-" + w.kernel.Name, Shared: shared,
		PerWorker: w.high*w.wide + (w.high+w.wide)*blockK + blockK,
		Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
			sums := task.New(blocks*w.splits, func(ctx context.Context, part, worker int) {
				split, dst := part/blocks, out.Data
				if w.splits > 1 {
					dst = s.Shared[split*weights:]
				}
				w.block(ctx, dst, in, part%blocks, split, s.Of(worker))
			})
			if w.splits == 1 {
				return []task.Task{sums}
			}
			return []task.Task{sums, addSplits(out.Data[:weights], s.Shared)}
		},
	}
}

// split cuts the sum of so many pixels if there are few blocks.
func (w *plainWeights) split(pixels, blocks int) {
	w.splits = max(1, min(weightParts/blocks, pixels/leastSplit))
	w.share = task.RoundUp(task.CeilDiv(pixels, w.splits), blockK)
	w.splits = task.CeilDiv(pixels, w.share)
}

// addSplits sets dst to the sum of sums, each as long, which are added in order.
func addSplits(dst, sums []float32) task.Task {
	n, splits := len(dst), len(sums)/max(1, len(dst))
	return task.Ranges(n, max(1, task.Grain/splits), func(from, to, _ int) {
		copy(dst[from:to], sums[from:to])
		for i := 1; i < splits; i++ {
			kernel.Add(dst[from:to], sums[i*n+from:i*n+to])
		}
	})
}

// block computes a split of a block of the result.
func (w *plainWeights) block(ctx context.Context, dst []float32, in []tensor.Tensor, block, split int, mem []float32) {
	filters, k := w.filters/w.groups, w.each()*w.taps()
	down, across := task.CeilDiv(filters, w.high), task.CeilDiv(k, w.wide)
	column, filter, group := block%across*w.wide, block/across%down*w.high, block/across/down
	high, wide := min(w.high, filters-filter), min(w.wide, k-column)
	mr, nr := w.kernel.MR, w.kernel.NR
	tile, mem := mem[:w.high*w.wide], mem[w.high*w.wide:]
	a, mem := mem[:w.high*blockK], mem[w.high*blockK:]
	b, line := mem[:w.wide*blockK], mem[w.wide*blockK:]
	clear(tile)
	clear(a)
	clear(b)
	pixels := w.x[0] * w.h.out * w.w.out
	first := split * w.share
	end := min(first+w.share, pixels)
	for from := first; from < end && ctx.Err() == nil; from += blockK {
		n := min(blockK, end-from)
		for i := range high {
			w.gradients(line[:n], in[1].Data, group*filters+filter+i, from)
			interleave(a[i/mr*mr*blockK+i%mr:], line[:n], mr)
		}
		for j := range wide {
			w.seen(line[:n], in[0].Data, group*w.each()+(column+j)/w.taps(), (column+j)%w.taps(), from)
			interleave(b[j/nr*nr*blockK+j%nr:], line[:n], nr)
		}
		for j := 0; j < wide; j += nr {
			for i := 0; i < high; i += mr {
				w.kernel.Run(tile[i*w.wide+j:], w.wide, a[i*blockK:][:n*mr], b[j*blockK:][:n*nr])
			}
		}
	}
	for i := range high {
		copy(dst[(group*filters+filter+i)*k+column:][:wide], tile[i*w.wide:])
	}
}

// interleave stores numbers so far apart.
func interleave(dst, src []float32, apart int) {
	for i, v := range src {
		dst[i*apart] = v
	}
}

// perImage calls f for the pieces of a line, which begins with a pixel of all images: those of one image, from a pixel
// of it on.
func (w *plainWeights) perImage(line []float32, from int, f func(piece []float32, image, pixel int)) {
	all := w.h.out * w.w.out
	for len(line) > 0 {
		n := min(len(line), all-from%all)
		f(line[:n], from/all, from%all)
		line, from = line[n:], from+n
	}
}

// gradients copies those of a filter.
func (w *plainWeights) gradients(line, dy []float32, filter, from int) {
	all := w.h.out * w.w.out
	w.perImage(line, from, func(piece []float32, image, pixel int) {
		copy(piece, dy[(image*w.filters+filter)*all+pixel:])
	})
}

// seen copies what pixels see of a channel through a tap.
func (w *plainWeights) seen(line, x []float32, channel, t, from int) {
	row, col := &w.rows.taps[t/w.w.k], &w.cols.taps[t%w.w.k]
	all := w.h.in * w.w.in
	w.perImage(line, from, func(piece []float32, image, pixel int) {
		plane := x[(image*w.channels+channel)*all:][:all]
		for q, at := pixel/w.w.out, pixel%w.w.out; len(piece) > 0; q, at = q+1, 0 {
			n := min(len(piece), w.w.out-at)
			if q < row.from || q >= row.to {
				clear(piece[:n])
			} else {
				w.cols.gather(piece[:n], plane[(q*w.h.stride+row.offset)*w.w.in:][:w.w.in], col, at)
			}
			piece = piece[n:]
		}
	})
}

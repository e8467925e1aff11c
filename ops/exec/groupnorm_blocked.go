package exec

import (
	"context"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// normRows is how many rows are summed in float32 before their columns are in float64.
const normRows = 64

// A blockedGroupNorm is that of a blocked value.
type blockedGroupNorm struct {
	*groupNorm
	in, out layout.Grid
	width   int // float32 of a row
}

func (g *groupNorm) blocked(in, out layout.Value) *task.Prepared {
	b := &blockedGroupNorm{g, in.Grid(), out.Grid(), 0}
	b.width = b.in.RowFloats()
	planes := b.in.N * b.in.Blocks
	return &task.Prepared{Algorithm: "three-pass-" + b.in.Element.ISA(), PerWorker: 4 * b.width, Shared: g.shared(), Tasks: func(out tensor.Tensor, in []tensor.Tensor, mem task.Scratch) []task.Task {
		s := g.stats(mem.Shared)
		return []task.Task{
			task.LongRanges(planes, max(1, pooledPart*layout.Lanes/(b.width*b.in.H)), func(ctx context.Context, from, to, worker int) {
				until := task.Looks{Ctx: ctx}
				for plane := from; plane < to && !until.Over; plane++ {
					b.block(&until, s, in[0].Data, plane/b.in.Blocks, plane%b.in.Blocks, mem.Of(worker))
				}
			}),
			g.combine(s),
			task.EachRow(&b.out, func(image, block, y, worker int) {
				row := mem.Of(worker)[:b.width]
				src := b.in.Load(row, in[0].Data, image, block, y)
				dst := b.out.Target(row, out.Data, image, block, y)
				half := len(dst) / b.out.Halves()
				for h := range b.out.Halves() {
					at := image*g.pitch + block*b.out.Block + h*layout.Lanes
					kernel.AffineLanes(dst[h*half:][:half], src[h*half:], s.sub()[at:], s.mul()[at:], s.add()[at:])
				}
				b.out.Store(dst, out.Data, image, block, y)
			}),
		}
	}}
}

// lineSums are sums of the channels of a block.
type lineSums [2 * layout.Lanes]float64

// take adds the columns of a row, whose halves lie one after the other, and clears it.
func (l *lineSums) take(row []float32, halves int) {
	half := len(row) / halves
	for h := range halves {
		sums := l[h*layout.Lanes:][:layout.Lanes]
		for x := h * half; x < (h+1)*half; x += layout.Lanes {
			for lane, v := range row[x:][:layout.Lanes] {
				sums[lane] += float64(v)
			}
		}
	}
	clear(row)
}

// block are the statistics of the channels of one: the mean, and then sums of what is beside it.
func (b *blockedGroupNorm) block(until *task.Looks, s channelStats, data []float32, image, block int, mem []float32) {
	row, sums, squares, beside := mem[:b.width], mem[b.width:][:b.width], mem[2*b.width:][:b.width], mem[3*b.width:][:b.width]
	halves := b.in.Halves()
	var total, first, second lineSums
	clear(mem)
	for y := 0; y < b.in.H && !until.Ended(b.width/4); y++ {
		kernel.Add(sums, b.in.Load(row, data, image, block, y))
		if y%normRows == normRows-1 || y == b.in.H-1 {
			total.take(sums, halves)
		}
	}
	var mean, zeros, ones [2 * layout.Lanes]float32
	for lane := range mean {
		mean[lane], ones[lane] = float32(total[lane]/float64(b.pixels)), 1
	}
	half := b.width / halves
	for y := 0; y < b.in.H && !until.Ended(b.width/4); y++ {
		src := b.in.Load(row, data, image, block, y)
		for h := range halves {
			at := h * layout.Lanes
			kernel.AffineLanes(beside[h*half:][:half], src[h*half:], mean[at:], ones[at:], zeros[at:])
		}
		kernel.Add(sums, beside)
		kernel.Mul(beside, beside)
		kernel.Add(squares, beside)
		if y%normRows == normRows-1 || y == b.in.H-1 {
			first.take(sums, halves)
			second.take(squares, halves)
		}
	}
	for lane := range b.in.Block {
		b.set(s, image*b.pitch+block*b.in.Block+lane, mean[lane], first[lane], second[lane])
	}
}

package exec

import (
	"context"
	"math"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A reduction combines the elements of an image along some axes.
type reduction struct {
	max                     bool
	channels, rows, columns bool // the axes that become 1
	count                   int  // of elements that become one
}

// reductionOf describes an op on images of a shape.
func reductionOf(op ops.Reducer, in tensor.Shape) *reduction {
	_, isMax := op.(*ops.ReduceMax)
	r := &reduction{isMax, op.Reduces(1), op.Reduces(2), op.Reduces(3), 1}
	for axis, size := range in {
		if op.Reduces(axis) {
			r.count *= size
		}
	}
	return r
}

// reduced is an op that combines elements along axes. Of blocks the result lies in blocks too,
// unless it has but one channel.
func (s *size) reduced(op ops.Reducer) []task.Algorithm {
	r := reductionOf(op, s.in[0])
	list := s.inBlocks(func(layout.Element) bool { return r.fits(s.in[0]) },
		func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
			return r.blocked(in[0], out)
		}, func(in []layout.Value, out layout.Value, _ []tensor.Tensor) *task.Prepared {
			return r.plain(in[0].Shape, out.Shape)
		})
	for i := range list {
		if r.channels {
			list[i].Out = layout.Layout{}
		}
	}
	return list
}

// fits reports whether rows are few enough to be summed in float32.
func (r *reduction) fits(in tensor.Shape) bool {
	n := 1
	if r.channels {
		n = task.CeilDiv(in[1], layout.Lanes)
	}
	if r.rows {
		n *= in[2]
	}
	return r.max || n <= mostTaps
}

// A blockedReduction is one of blocked values: rows are combined with each other, which is most
// of the work, and at the end pixels and lanes.
type blockedReduction struct {
	*reduction
	in, out layout.Grid
	width   int // float32 of a row
}

func (r *reduction) blocked(in, out layout.Value) *task.Prepared {
	b := &blockedReduction{r, in.Grid(), out.Grid(), 0}
	b.width = b.in.RowFloats()
	blocks, rows := b.in.Blocks, b.in.H
	if r.channels {
		blocks = 1
	}
	if r.rows {
		rows = 1
	}
	each := max(1, pooledPart*layout.Lanes/(b.width*b.in.Blocks/blocks*b.in.H/rows))
	return &task.Prepared{Algorithm: r.name() + b.in.Element.ISA(), PerWorker: 3 * b.width, Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		return []task.Task{task.LongRanges(b.in.N*blocks*rows, each, func(ctx context.Context, from, to, worker int) {
			mem, until := s.Of(worker), task.Looks{Ctx: ctx}
			for i := from; i < to && !until.Over; i++ {
				image, block, y := i/(blocks*rows), i/rows%blocks, i%rows
				sum := b.sum(&until, in[0].Data, image, block, y, mem)
				b.store(out.Data, image, block, y, sum, mem[2*b.width:])
			}
		})}
	}}
}

func (r *reduction) name() string {
	if r.max {
		return "reduce-max-"
	}
	return "reduce-sum-"
}

// sum combines the rows of a result in memory, without the channels beyond the last.
func (b *blockedReduction) sum(until *task.Looks, data []float32, image, block, y int, mem []float32) []float32 {
	sum, row := mem[:b.width], mem[b.width:][:b.width]
	first, last, top, bottom := block, block+1, y, y+1
	if b.channels {
		first, last = 0, b.in.Blocks
	}
	if b.rows {
		top, bottom = 0, b.in.H
	}
	for block := first; block < last; block++ {
		for y := top; y < bottom && !until.Ended(b.width/4); y++ {
			whole := !b.channels || (block+1)*b.in.Block <= b.in.C
			switch {
			case block == first && y == top:
				sum = b.in.LoadInto(sum, data, image, block, y)
				b.clear(sum, block)
			case whole && b.max:
				kernel.Max(sum, b.in.Load(row, data, image, block, y))
			case whole:
				kernel.Add(sum, b.in.Load(row, data, image, block, y))
			default:
				next := b.in.LoadInto(row, data, image, block, y)
				b.clear(next, block)
				b.combine(sum, next)
			}
		}
	}
	return sum
}

// combine adds next, or takes the larger.
func (r *reduction) combine(sum, next []float32) {
	if r.max {
		kernel.Max(sum, next)
	} else {
		kernel.Add(sum, next)
	}
}

// none is what changes nothing where it is combined.
func (r *reduction) none() float32 {
	if r.max {
		return float32(math.Inf(-1))
	}
	return 0
}

// clear takes out the channels beyond the last, where channels are combined.
func (b *blockedReduction) clear(row []float32, block int) {
	if !b.channels {
		return
	}
	half := len(row) / b.in.Halves()
	for c := b.in.C - block*b.in.Block; c < b.in.Block; c++ {
		for at := c/layout.Lanes*half + c%layout.Lanes; at < (c/layout.Lanes+1)*half; at += layout.Lanes {
			row[at] = b.none()
		}
	}
}

// store combines the pixels and lanes of a row, as far as they are to be, and stores the result.
func (b *blockedReduction) store(data []float32, image, block, y int, sum, mem []float32) {
	if b.channels {
		b.storePixels(b.out.Row(data, image, 0, y), sum)
		return
	}
	dst := b.out.Target(mem, data, image, block, y)
	halves := b.in.Halves()
	half := len(sum) / halves
	for h := range halves {
		from, to := sum[h*half:][:half], dst[h*len(dst)/halves:][:len(dst)/halves]
		if !b.columns {
			copy(to, from)
			b.scale(to)
			continue
		}
		for lane := range layout.Lanes {
			to[lane] = b.along(from[lane:], layout.Lanes)
		}
	}
	b.out.Store(dst, data, image, block, y)
}

// storePixels combines the lanes of each pixel, or of all.
func (b *blockedReduction) storePixels(dst, sum []float32) {
	if b.columns {
		dst[0] = b.along(sum, 1)
		return
	}
	halves := b.in.Halves()
	for x := range dst {
		low := sum[x*layout.Lanes:][:layout.Lanes]
		if halves == 1 {
			dst[x] = b.along(low, 1)
			continue
		}
		high := sum[len(sum)/2+x*layout.Lanes:][:layout.Lanes]
		b.combine(low, high)
		dst[x] = b.along(low, 1)
	}
}

// scale divides a sum by the number of its elements.
func (r *reduction) scale(sum []float32) {
	if !r.max {
		kernel.MulScalar(sum, sum, 1/float32(r.count))
	}
}

// along is the result of the numbers that are so far apart.
func (r *reduction) along(list []float32, step int) float32 {
	if r.max {
		top := list[0]
		for at := step; at < len(list); at += step {
			top = max(top, list[at])
		}
		return top
	}
	sum := 0.0
	for at := 0; at < len(list); at += step {
		sum += float64(list[at])
	}
	return float32(sum / float64(r.count))
}

package gradient

import (
	"context"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// Ops on blocks sum each channel of an image by itself, in float32 for so many pixels and beyond that in
// float64; the sums of the images are then added in their order. So no sum depends on the threads.
const floatPixels = 256

// planePart is how many float32 a part of work on planes reads, some 20 µs.
const planePart = 1 << 16

// A blockSums is sums of the channels of values in blocks, of so many numbers for each channel of an image.
type blockSums struct {
	layout.Grid
	numbers int
}

// lines are the totals of one block.
type lines [2 * layout.Lanes]float64

// A visit is one plane that is being summed.
type visit struct {
	task.Looks
	sums         []float32 // of a worker, for those in float32
	image, block int
}

const visitFloats = 2 * layout.Lanes

// wholeRows is how long, in float32, a plane may be that is treated as one row.
const wholeRows = 1 << 17

// each computes numbers of each plane into memory that is then passed to combine, for one channel after the other.
func (b *blockSums) each(s task.Scratch, passes int, plane func(v visit, into []float32), combine func(c int, of []float32)) []task.Task {
	perPlane := b.numbers * layout.Lanes
	return []task.Task{
		task.LongRanges(b.N*b.Blocks, max(1, planePart/(passes*b.H*b.Pitch)), func(ctx context.Context, from, to, worker int) {
			for i := from; i < to && ctx.Err() == nil; i++ {
				plane(visit{task.Looks{Ctx: ctx}, s.Of(worker), i / b.Blocks, i % b.Blocks}, s.Shared[i*perPlane:][:perPlane])
			}
		}),
		task.Ranges(b.C, max(1, someWork/(b.N*b.numbers)), func(from, to, _ int) {
			for c := from; c < to; c++ {
				combine(c, s.Shared[c/layout.Lanes*perPlane+c%layout.Lanes:])
			}
		}),
	}
}

func (b *blockSums) shared() int { return b.N * b.Blocks * b.numbers * layout.Lanes }

// of is a number of an image, of what combine is passed, and the one after it, which has the bits that it lacks.
func (b *blockSums) of(list []float32, image, number int) float64 {
	at := (image*b.Blocks*b.numbers + number) * layout.Lanes
	return float64(list[at]) + float64(list[at+layout.Lanes])
}

// keep stores a number of a lane as two.
func keep(into []float32, number, lane int, v float64) {
	high := float32(v)
	into[number*layout.Lanes+lane], into[(number+1)*layout.Lanes+lane] = high, float32(v-float64(high))
}

// over adds up what add sums of the pixels [from, to) of each row of a plane.
func (t *lines) over(v *visit, g *layout.Grid, add func(sums []float32, y, from, to int)) {
	*t = lines{}
	clear(v.sums)
	pixels := 0
	for y := 0; y < g.H && !v.Ended(g.W); y++ {
		for from, to := 0, 0; from < g.W; from = to {
			to = min(from+floatPixels-pixels, g.W)
			add(v.sums, y, from*layout.Lanes, to*layout.Lanes)
			if pixels += to - from; pixels < floatPixels && (to < g.W || y < g.H-1) {
				continue
			}
			for i, sum := range v.sums {
				t[i] += float64(sum)
			}
			clear(v.sums)
			pixels = 0
		}
	}
}

// blockStats takes the mean of each channel of an image first, then what is beside it.
func blockStats(in layout.Value) *task.Prepared {
	const mean, squares = 0, 2
	b := &blockSums{in.Grid(), 4}
	layout.Join(wholeRows, &b.Grid)
	pixels := float64(in.Shape[2:].Elements())
	return &task.Prepared{Algorithm: "two-pass-" + kernel.ISA(), Shared: b.shared(), PerWorker: visitFloats, Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		x := in[0].Data
		return b.each(s, 2, func(v visit, into []float32) {
			var t lines
			t.over(&v, &b.Grid, func(sums []float32, y, from, to int) {
				kernel.SumLanes(sums, b.Row(x, v.image, v.block, y)[from:to])
			})
			var about [layout.Lanes]float32
			for lane := range about {
				about[lane] = float32(t[lane] / pixels)
			}
			t.over(&v, &b.Grid, func(sums []float32, y, from, to int) {
				kernel.MomentLanes(sums, b.Row(x, v.image, v.block, y)[from:to], about[:])
			})
			for lane, first := range about {
				beside := t[lane] / pixels
				keep(into, mean, lane, float64(first)+beside)
				keep(into, squares, lane, t[layout.Lanes+lane]-t[lane]*beside)
			}
		}, func(c int, of []float32) {
			all, sum := 0.0, 0.0
			for image := range b.N {
				all += b.of(of, image, mean)
			}
			all /= float64(b.N)
			for image := range b.N { // about the mean of all, by that of the image (Chan, Golub and LeVeque 1979)
				d := b.of(of, image, mean) - all
				sum += b.of(of, image, squares) + d*d*pixels
			}
			out.Data[c], out.Data[b.C+c] = float32(all), float32(max(sum, 0)/(pixels*float64(b.N)))
		})
	}}
}

// blockProducts are the sums of a gradient, and of it times the input as a norm makes it: stats gives the means and
// the variances.
func blockProducts(in []layout.Value, eps float64, stats func(in []tensor.Tensor) []float32) *task.Prepared {
	const sum, products = 0, 2
	dy, b := in[0].Grid(), &blockSums{in[1].Grid(), 4}
	layout.Join(wholeRows, &b.Grid, &dy)
	return &task.Prepared{Algorithm: "sums-" + kernel.ISA(), Shared: b.shared(), PerWorker: visitFloats, Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		g, x, stats := in[0].Data, in[1].Data, stats(in)
		return b.each(s, 2, func(v visit, into []float32) {
			var about [layout.Lanes]float32
			copy(about[:], stats[v.block*layout.Lanes:b.C])
			var t lines
			t.over(&v, &b.Grid, func(sums []float32, y, from, to int) {
				kernel.ProductLanes(sums, b.Row(x, v.image, v.block, y)[from:to], dy.Row(g, v.image, v.block, y)[from:to], about[:])
			})
			for lane := range about {
				keep(into, sum, lane, t[lane])
				keep(into, products, lane, t[layout.Lanes+lane])
			}
		}, func(c int, of []float32) {
			first, second := 0.0, 0.0
			for image := range b.N {
				first += b.of(of, image, sum)
				second += b.of(of, image, products)
			}
			out.Data[c], out.Data[b.C+c] = float32(first), float32(second*inverse(stats, c, eps))
		})
	}}
}

// blockChannelSums are the sums of each channel, and blockAxisSums those of each channel of an image.
func blockChannelSums(in layout.Value) *task.Prepared {
	b := &blockSums{in.Grid(), 2}
	layout.Join(wholeRows, &b.Grid)
	return &task.Prepared{Algorithm: "sums-" + kernel.ISA(), Shared: b.shared(), PerWorker: visitFloats, Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		return b.each(s, 1, func(v visit, into []float32) {
			t := b.sums(v, in[0].Data)
			for lane := range layout.Lanes {
				keep(into, 0, lane, t[lane])
			}
		}, func(c int, of []float32) {
			sum := 0.0
			for image := range b.N {
				sum += b.of(of, image, 0)
			}
			out.Data[c] = float32(sum)
		})
	}}
}

func blockAxisSums(in, out layout.Value) *task.Prepared {
	b, to := &blockSums{in.Grid(), 0}, out.Grid()
	layout.Join(wholeRows, &b.Grid)
	return &task.Prepared{Algorithm: "sums-" + kernel.ISA(), PerWorker: visitFloats, Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		return []task.Task{task.LongRanges(b.N*b.Blocks, max(1, planePart/(b.H*b.Pitch)), func(ctx context.Context, first, end, worker int) {
			for i := first; i < end && ctx.Err() == nil; i++ {
				image, block := i/b.Blocks, i%b.Blocks
				t := b.sums(visit{task.Looks{Ctx: ctx}, s.Of(worker), image, block}, in[0].Data)
				line := to.Row(out.Data, image, block, 0)
				for lane := range line {
					line[lane] = float32(t[lane])
				}
				to.ZeroHalo(out.Data, image, block, 0)
			}
		})}
	}}
}

// sums are those of a plane.
func (b *blockSums) sums(v visit, x []float32) (t lines) {
	t.over(&v, &b.Grid, func(sums []float32, y, from, to int) {
		kernel.SumLanes(sums, b.Row(x, v.image, v.block, y)[from:to])
	})
	return t
}

// blockNormalize subtracts the mean first, as a norm with stored statistics does.
func blockNormalize(op *ops.BatchNormalize, c call) *task.Prepared {
	e := behind(op)
	from, to, other := c.in[0].Grid(), c.out.Grid(), c.in[e.at].Grid()
	layout.Join(wholeRows, &from, &to, &other)
	weight, bias := c.affine(op.Of.Scale, op.Of.Shift)
	eps, all := op.Of.Eps.Float(), to.Blocks*layout.Lanes
	return &task.Prepared{Algorithm: "affine-" + kernel.ISA(), Shared: 3 * all, PerWorker: e.scratch(), Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		sub, mul, add, stats := s.Shared[:all], s.Shared[all:2*all], s.Shared[2*all:], in[1].Data
		return []task.Task{
			task.New(1, func(context.Context, int, int) {
				clear(s.Shared)
				for c := range to.C {
					sub[c], mul[c], add[c] = stats[c], float32(inverse(stats, c, eps)*of(weight, c, 1)), float32(of(bias, c, 0))
				}
			}),
			task.EachRow(&to, func(image, block, y, worker int) {
				at, src := block*layout.Lanes, from.Row(in[0].Data, image, block, y)
				e.each(to.Row(out.Data, image, block, y), other.Row(in[e.at].Data, image, block, y), s.Of(worker), func(dst []float32, first int) {
					kernel.AffineLanes(dst, src[first:], sub[at:], mul[at:], add[at:])
				})
				to.ZeroHalo(out.Data, image, block, y)
			}),
		}
	}}
}

// blockGradient is the gradient through a norm, which lies where dy did if that is not needed any more.
func blockGradient(op *ops.BatchNorm, c call) *task.Prepared {
	dy, x, to := c.in[0].Grid(), c.in[1].Grid(), c.out.Grid()
	layout.Join(wholeRows, &dy, &x, &to)
	weight, _ := c.affine(op.Scale, false)
	eps, count := op.Eps.Float(), float64(c.out.Shape.Elements()/to.C)
	const about, mean, scale, slope, all = 0, layout.Lanes, 2 * layout.Lanes, 3 * layout.Lanes, 4 * layout.Lanes
	return &task.Prepared{Algorithm: "affine-" + kernel.ISA(), Shared: to.Blocks * all, Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		stats, sums := in[2].Data, in[3].Data
		return []task.Task{
			task.New(1, func(context.Context, int, int) {
				clear(s.Shared)
				for c := range to.C {
					by, factor := s.Shared[c/layout.Lanes*all+c%layout.Lanes:], inverse(stats, c, eps)
					whole := factor * of(weight, c, 1)
					by[about], by[mean], by[scale] = float32(float64(sums[c])/count), stats[c], float32(whole)
					by[slope] = float32(-float64(sums[to.C+c]) / count * factor * whole)
				}
			}),
			task.EachRow(&to, func(image, block, y, _ int) {
				kernel.BackLanes(to.Row(out.Data, image, block, y), dy.Row(in[0].Data, image, block, y), x.Row(in[1].Data, image, block, y), s.Shared[block*all:])
				to.ZeroHalo(out.Data, image, block, y)
			}),
		}
	}}
}

// blockStored is the gradient of a norm with stored statistics.
func blockStored(op *ops.BatchNorm, c call) *task.Prepared {
	all := task.RoundUp(c.out.Shape[1], layout.Lanes)
	zeros := make([]float32, all)
	scale := c.memory.Floats(all, func(dst []float32) {
		weight, _, _, variance := op.Parts(c.params)
		for i := range c.out.Shape[1] {
			dst[i] = float32(op.Factor(weight, variance, i))
		}
		clear(dst[c.out.Shape[1]:])
	})
	return rowwise.Affine("scale", c.in[0], c.out, zeros, scale, zeros)
}

// blockSpread repeats one pixel.
func blockSpread(in, out layout.Value) *task.Prepared {
	from, to := in.Grid(), out.Grid()
	layout.Join(wholeRows, &to)
	return &task.Prepared{Algorithm: "spread-" + kernel.ISA(), Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.EachRow(&to, func(image, block, y, _ int) {
			row := to.Row(out.Data, image, block, y)
			for done := copy(row, from.Row(in[0].Data, image, block, 0)); done < len(row); done *= 2 {
				copy(row[done:], row[:done])
			}
			to.ZeroHalo(out.Data, image, block, y)
		})}
	}}
}

// inBlocks is an algorithm whose first inputs lie in blocks, before one on plain values that packs as it does.
func (s *size) inBlocks(inputs int, out layout.Layout, prepare func(c call) *task.Prepared, plain []task.Algorithm) []task.Algorithm {
	if len(s.in[0]) != 4 || !hasBlocks() {
		return plain
	}
	in := make([]layout.Layout, len(s.in))
	for i := range inputs {
		in[i] = blocks
	}
	return slices.Insert(plain, 0, task.Algorithm{Name: "blocks", In: in, Out: out, Packs: plain[0].Packs, Prepare: with(prepare)})
}

var blocks = layout.Blocked(layout.Float32)

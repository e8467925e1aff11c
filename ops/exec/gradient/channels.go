package gradient

import (
	"context"
	"math"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// someWork is how many elements a part of sums in plain Go reads, some 50 µs.
const someWork = 1 << 14

// eachOf is work on n things that read so many elements each.
func eachOf(n, elements int, do func(until task.Looks, i int)) task.Task {
	return task.LongRanges(n, max(1, someWork/max(1, elements)), func(ctx context.Context, from, to, _ int) {
		until := task.Looks{Ctx: ctx}
		for i := from; i < to && !until.Ended(min(elements, task.LookSteps)); i++ {
			do(task.Looks{Ctx: ctx}, i)
		}
	})
}

// through calls f with the pixels of a channel in each image, in pieces between which the
// context is checked.
func through(until *task.Looks, n, channels, pixels, c int, f func(from, to int)) {
	for image := 0; image < n && !until.Over; image++ {
		at := (image*channels + c) * pixels
		for end := at + pixels; at < end && !until.Ended(min(task.LookSteps, end-at)); at += task.LookSteps {
			f(at, min(at+task.LookSteps, end))
		}
	}
}

// pieces calls f with parts of 0 to n likewise.
func pieces(until *task.Looks, n int, f func(from, to int)) { through(until, 1, 1, n, 0, f) }

// channelSums are the sums of all numbers of each channel.
func channelSums(shape tensor.Shape) *task.Prepared {
	n, channels, pixels := planes(shape)
	return perChannel("sums", n, channels, pixels, func(until task.Looks, out tensor.Tensor, in []tensor.Tensor, c int) {
		sum := 0.0
		through(&until, n, channels, pixels, c, func(from, to int) { sum += kernel.Sum(in[0].Data[from:to]) })
		out.Data[c] = float32(sum)
	})
}

// batchStats takes the mean first: one pass would lose what is small beside it.
func batchStats(shape tensor.Shape) *task.Prepared {
	n, channels, pixels := planes(shape)
	return perChannel("two-pass", n, channels, pixels, func(until task.Looks, out tensor.Tensor, in []tensor.Tensor, c int) {
		mean, squares := 0.0, 0.0
		through(&until, n, channels, pixels, c, func(from, to int) { mean += kernel.Sum(in[0].Data[from:to]) })
		mean /= float64(n * pixels)
		through(&until, n, channels, pixels, c, func(from, to int) { squares += squaresAbout(mean, in[0].Data[from:to]) })
		out.Data[c], out.Data[channels+c] = float32(mean), float32(squares/float64(n*pixels))
	})
}

// squaresAbout is the sum of the squares of what numbers differ by from their mean.
func squaresAbout(mean float64, numbers []float32) (sum float64) {
	for _, v := range numbers {
		d := float64(v) - mean
		sum += d * d
	}
	return sum
}

// productsAbout are the sum of a gradient, and that of it times what x differs by from a mean.
func productsAbout(mean float64, dy, x []float32) (sum, products float64) {
	for i, d := range dy {
		sum += float64(d)
		products += float64(d) * (float64(x[i]) - mean)
	}
	return sum, products
}

// inverse is one by the deviation of channel c, of statistics [2, C].
func inverse(stats []float32, c int, eps float64) float64 {
	return 1 / math.Sqrt(float64(stats[len(stats)/2+c])+eps)
}

func batchSums(op *ops.BatchNorm, shape tensor.Shape) *task.Prepared {
	n, channels, pixels := planes(shape)
	eps := op.Eps.Float()
	return perChannel("sums", n, channels, pixels, func(until task.Looks, out tensor.Tensor, in []tensor.Tensor, c int) {
		stats := in[2].Data
		normSums(&until, out, in, n, channels, pixels, c, float64(stats[c]), inverse(stats, c, eps))
	})
}

// normSums are the sums of channel c of the gradient, and of the gradient times the input as a norm makes it.
func normSums(until *task.Looks, out tensor.Tensor, in []tensor.Tensor, n, channels, pixels, c int, mean, scale float64) {
	sum, products := 0.0, 0.0
	through(until, n, channels, pixels, c, func(from, to int) {
		s, p := productsAbout(mean, in[0].Data[from:to], in[1].Data[from:to])
		sum, products = sum+s, products+p
	})
	out.Data[c], out.Data[channels+c] = float32(sum), float32(products*scale)
}

// affine are the weight and the bias of a norm, packed; nil where there is none.
func (c *call) affine(scale, shift bool) (weight, bias []float32) {
	channels, next := c.out.Shape[1], 0
	if scale {
		weight, next = c.copied(0, 1, channels), 1
	}
	if shift {
		bias = c.copied(next, 1, channels)
	}
	return weight, bias
}

// of is element c of a list, or what stands for it where there is none.
func of(list []float32, c int, missing float64) float64 {
	if list == nil {
		return missing
	}
	return float64(list[c])
}

func batchNormalize(op *ops.BatchNormalize, c call) *task.Prepared {
	n, channels, pixels := planes(c.out.Shape)
	weight, bias := c.affine(op.Of.Scale, op.Of.Shift)
	eps, e := op.Of.Eps.Float(), behind(op)
	return &task.Prepared{Algorithm: "affine", PerWorker: e.scratch(), Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		return []task.Task{task.Planes(n*channels, pixels, func(plane, first, end, worker int) {
			from, to, c := plane*pixels+first, plane*pixels+end, plane%channels
			scale := inverse(in[1].Data, c, eps) * of(weight, c, 1)
			e.each(out.Data[from:to], in[e.at].Data[from:to], s.Of(worker), func(dst []float32, first int) {
				kernel.Affine(dst, in[0].Data[from+first:], scale, of(bias, c, 0)-float64(in[1].Data[c])*scale)
			})
		})}
	}}
}

func batchGradient(op *ops.BatchNorm, c call) *task.Prepared {
	n, channels, pixels := planes(c.out.Shape)
	weight, _ := c.affine(op.Scale, false)
	eps, count := op.Eps.Float(), float64(n*pixels)
	return &task.Prepared{Algorithm: "affine", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.Planes(n*channels, pixels, func(plane, first, end, _ int) {
			from, to, c := plane*pixels+first, plane*pixels+end, plane%channels
			scale := inverse(in[2].Data, c, eps)
			mean, sums := float64(in[2].Data[c]), in[3].Data
			about, slope := float64(sums[c])/count, float64(sums[channels+c])/count*scale
			backNormed(out.Data[from:to], in[0].Data[from:to], in[1].Data[from:to], mean, about, slope, scale*of(weight, c, 1))
		})}
	}}
}

// backNormed is the gradient through a norm: (dy - about - (x - mean)*slope) * scale.
func backNormed(dst, dy, x []float32, mean, about, slope, scale float64) {
	dy, x = dy[:len(dst)], x[:len(dst)]
	for i := range dst {
		dst[i] = float32((float64(dy[i]) - about - (float64(x[i])-mean)*slope) * scale)
	}
}

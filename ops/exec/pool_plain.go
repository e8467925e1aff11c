package exec

import (
	"context"
	"math"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// pooledPart is how many pixels the windows of one part see, about 10 µs.
const pooledPart = 1 << 13

// plainPool computes each output pixel from a window of its plane, one row at a time. seen
// is about how many pixels a row's windows see.
func plainPool(algorithm string, in, out tensor.Shape, seen int, row func(until task.Looks, dst, src []float32, y int)) *task.Prepared {
	planes, pixels := in[0]*in[1], in[2]*in[3]
	h, w := out[2], out[3]
	return &task.Prepared{Algorithm: algorithm, Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.LongRanges(planes*h, max(1, pooledPart/seen), func(ctx context.Context, from, to, _ int) {
			for i := from; i < to; i++ {
				plane := i / h
				row(task.Looks{Ctx: ctx}, out.Data[i*w:(i+1)*w], in[0].Data[plane*pixels:(plane+1)*pixels], i%h)
			}
		})}
	}}
}

// plain is the pool of plain values.
func (p *pool) plain(in, out tensor.Shape) *task.Prepared {
	return plainPool("direct", in, out, p.sees(), func(until task.Looks, dst, src []float32, y int) {
		y0, y1, high := p.rows.window(y)
		for x := 0; x < len(dst) && !until.Over; x++ {
			x0, x1, wide := p.cols.window(x)
			if p.max {
				dst[x] = windowMax(&until, src, p.cols.in, y0, y1, x0, x1)
				continue
			}
			dst[x] = float32(windowSum(&until, src, p.cols.in, y0, y1, x0, x1) / float64(p.divisor(y1-y0, x1-x0, high, wide)))
		}
	})
}

// plainMean is the mean of each plane.
func plainMean(in, out tensor.Shape) *task.Prepared {
	pixels := in[2:].Elements()
	return plainPool("sum", in, out, pixels, func(until task.Looks, dst, src []float32, _ int) {
		sum := 0.0
		for at := 0; at < pixels && !until.Ended(task.LookSteps); at += task.LookSteps {
			sum += kernel.Sum(src[at:min(at+task.LookSteps, pixels)])
		}
		dst[0] = float32(sum / float64(pixels))
	})
}

// windowMax is the largest of rows y0 to y1 and columns x0 to x1 of an image w wide.
func windowMax(until *task.Looks, src []float32, w, y0, y1, x0, x1 int) float32 {
	top := float32(math.Inf(-1))
	for y := y0; y < y1; y++ {
		for x := x0; x < x1 && !until.Ended(x1-x); x += task.LookSteps {
			for _, v := range src[y*w+x : y*w+min(x+task.LookSteps, x1)] {
				top = max(top, v)
			}
		}
	}
	return top
}

// windowSum adds up rows y0 to y1 and columns x0 to x1 of an image w wide.
func windowSum(until *task.Looks, src []float32, w, y0, y1, x0, x1 int) float64 {
	var sum float64
	for y := y0; y < y1; y++ {
		for x := x0; x < x1 && !until.Ended(x1-x); x += task.LookSteps {
			for _, v := range src[y*w+x : y*w+min(x+task.LookSteps, x1)] {
				sum += float64(v)
			}
		}
	}
	return sum
}

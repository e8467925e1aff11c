package gradient

import (
	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// maxShare gives input i the gradient where it is the largest, and several inputs equal parts.
func maxShare(i int, shape tensor.Shape) *task.Prepared {
	return &task.Prepared{Algorithm: "share", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		values := in[1:]
		return []task.Task{task.Ranges(shape.Elements(), task.Grain, func(from, to, _ int) {
			for at := from; at < to; at++ {
				top, equal := values[0].Data[at], 1
				for _, v := range values[1:] {
					switch x := v.Data[at]; {
					case x == top:
						equal++
					case x > top || x != x:
						top, equal = x, 1
					}
				}
				out.Data[at] = 0
				if values[i].Data[at] == top {
					out.Data[at] = float32(float64(in[0].Data[at]) / float64(equal))
				}
			}
		})}
	}}
}

// slopes is the gradient of prelu.
func slopes(op *ops.PReLU, c call) *task.Prepared {
	n, channels, pixels := planes(c.out.Shape)
	count := 1
	if op.PerChannel {
		count = channels
	}
	slope := c.copied(0, 1, count)
	return &task.Prepared{Algorithm: "slopes", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.Planes(n*channels, pixels, func(plane, first, end, _ int) {
			from, to := plane*pixels+first, plane*pixels+end
			kernel.Slope(out.Data[from:to], in[0].Data[from:to], in[1].Data[from:to], slope[plane%channels%count])
		})}
	}}
}

// slopeSums are the sums of the gradient times the input where that is not above 0: of each
// channel, or of all.
func slopeSums(op *ops.PReLU, shape tensor.Shape) *task.Prepared {
	n, channels, pixels := planes(shape)
	if !op.PerChannel {
		channels, pixels = 1, channels*pixels
	}
	return perChannel("sums", n, channels, pixels, func(until task.Looks, out tensor.Tensor, in []tensor.Tensor, c int) {
		sum := 0.0
		through(&until, n, channels, pixels, c, func(from, to int) {
			dy, x := in[0].Data[from:to], in[1].Data[from:to]
			for i, v := range x {
				if !(v > 0) {
					sum += float64(dy[i]) * float64(v)
				}
			}
		})
		out.Data[c] = float32(sum)
	})
}

// perChannel computes what belongs to each channel in one go.
func perChannel(algorithm string, n, channels, pixels int, do func(until task.Looks, out tensor.Tensor, in []tensor.Tensor, c int)) *task.Prepared {
	return &task.Prepared{Algorithm: algorithm, Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{eachOf(channels, n*pixels, func(until task.Looks, c int) { do(until, out, in, c) })}
	}}
}

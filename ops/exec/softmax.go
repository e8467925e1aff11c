package exec

import (
	"context"
	"math"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// prepareSoftmax is a softmax along an axis, whose numbers lie so many apart as the axes behind
// it have together. Many are computed side by side: those of neighbouring pixels, or where there
// are few, several parts of each.
func prepareSoftmax(op *ops.Softmax, out tensor.Shape) *task.Prepared {
	axis := op.Axis.MustInt()
	apart := out[axis+1:].Elements()
	if 2*apart > pixelBlock {
		return acrossChannels("three-pass", tensor.Shape{out[:axis].Elements(), out[axis], apart}, softmaxBlock)
	}
	each := out[axis] * apart
	return &task.Prepared{Algorithm: "three-pass rows", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.LongRanges(len(out.Data)/each, max(1, task.Grain/each), func(ctx context.Context, from, to, _ int) {
			for i := from; i < to; i++ {
				softmaxRow(task.Looks{Ctx: ctx}, out.Data[i*each:][:each], in[0].Data[i*each:][:each], apart)
			}
		})}
	}}
}

// softmaxBlock is a softmax over the channels of a block of pixels.
func softmaxBlock(until task.Looks, dst, src []float32, c, pitch, width int) {
	var top, sum pixelSums
	for x, v := range src[:width] {
		top[x] = float64(v)
	}
	for i := 1; i < c && !until.Ended(width); i++ {
		for x, v := range src[i*pitch : i*pitch+width] {
			top[x] = max(top[x], float64(v))
		}
	}
	for i := 0; i < c && !until.Ended(width); i++ {
		at, end := i*pitch, i*pitch+width
		kernel.Exp(dst[at:end], src[at:end], top[:], sum[:])
	}
	for i := 0; i < c && !until.Ended(width); i++ {
		row := dst[i*pitch : i*pitch+width]
		for x := range row {
			row[x] = float32(float64(row[x]) / sum[x])
		}
	}
}

// softmaxRow is a softmax over every apart-th number of a row, as many as that at once. Of each
// the row is taken in as many parts as a block holds, whose maxima and sums are then joined.
func softmaxRow(until task.Looks, dst, src []float32, apart int) {
	width := pixelBlock / apart * apart
	var top, sum pixelSums
	for x := range top {
		top[x] = math.Inf(-1)
	}
	for i := 0; i < len(src) && !until.Ended(width); i += width {
		for x, v := range src[i:min(i+width, len(src))] {
			top[x] = max(top[x], float64(v))
		}
	}
	for x := width - 1; x >= apart; x-- {
		top[x-apart] = max(top[x-apart], top[x])
	}
	for x := apart; x < width; x++ {
		top[x] = top[x-apart]
	}
	for i := 0; i < len(src) && !until.Ended(width); i += width {
		end := min(i+width, len(src))
		kernel.Exp(dst[i:end], src[i:end], top[:], sum[:])
	}
	for x := width - 1; x >= apart; x-- {
		sum[x-apart] += sum[x]
	}
	for x := apart; x < width; x++ {
		sum[x] = sum[x-apart]
	}
	for i := 0; i < len(dst) && !until.Ended(width); i += width {
		row := dst[i:min(i+width, len(dst))]
		for x := range row {
			row[x] = float32(float64(row[x]) / sum[x])
		}
	}
}

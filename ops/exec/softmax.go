package exec

import (
	"context"

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
	var top [pixelBlock]float32
	var sum pixelSums
	copy(top[:width], src)
	for i := 1; i < c && !until.Ended(width); i++ {
		kernel.Max(top[:width], src[i*pitch:])
	}
	for i := 0; i < c && !until.Ended(width); i++ {
		kernel.ExpSums(dst[i*pitch:][:width], src[i*pitch:], top[:], sum[:])
	}
	invert(sum[:width])
	for i := 0; i < c && !until.Ended(width); i++ {
		kernel.ScaleWide(dst[i*pitch:][:width], sum[:])
	}
}

// invert makes factors of divisors.
func invert(sum []float64) {
	for x, v := range sum {
		sum[x] = 1 / v
	}
}

// softmaxRow is a softmax over every apart-th number of a row, as many as that at once. Of each
// the row is taken in as many parts as a block holds, a power of two, whose maxima and sums are then
// joined half by half.
func softmaxRow(until task.Looks, dst, src []float32, apart int) {
	width := apart
	for 2*width <= min(pixelBlock, len(src)) {
		width *= 2
	}
	var top [pixelBlock]float32
	var sum pixelSums
	copy(top[:width], src)
	for i := width; i < len(src) && !until.Ended(width); i += width {
		kernel.Max(top[:min(width, len(src)-i)], src[i:])
	}
	for half := width / 2; half >= apart; half /= 2 {
		kernel.Max(top[:half], top[half:])
	}
	for x := apart; x < width; x *= 2 {
		copy(top[x:], top[:x])
	}
	for i := 0; i < len(src) && !until.Ended(width); i += width {
		n := min(width, len(src)-i)
		kernel.ExpSums(dst[i:][:n], src[i:], top[:], sum[:])
	}
	for half := width / 2; half >= apart; half /= 2 {
		for x, v := range sum[half : 2*half] {
			sum[x] += v
		}
	}
	invert(sum[:apart])
	for x := apart; x < width; x *= 2 {
		copy(sum[x:], sum[:x])
	}
	for i := 0; i < len(dst) && !until.Ended(width); i += width {
		kernel.ScaleWide(dst[i:][:min(width, len(dst)-i)], sum[:])
	}
}

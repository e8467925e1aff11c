package gradient

import (
	"math"

	"cnnlang/ops"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// loss is the loss of each image.
func loss(op *ops.Loss, shape tensor.Shape) *task.Prepared {
	n, channels, pixels := planes(shape)
	each := channels * pixels
	p := pixelNorm{channels: channels, pixels: pixels}
	losses := eachChannel(op, channels, lossOf)
	return &task.Prepared{Algorithm: "sums", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		x, t := in[0].Data, in[1].Data
		return []task.Task{eachOf(n, 8*each, func(until task.Looks, image int) {
			sum := 0.0
			if op.Kind == ops.CrossEntropy {
				for first := 0; first < pixels && !until.Over; first += pixelBlock {
					sum += p.crossEntropy(&until, x, t, image, first, min(pixelBlock, pixels-first))
				}
				out.Data[image] = float32(sum / float64(pixels))
				return
			}
			for c := 0; c < channels && !until.Over; c++ {
				at, f := p.at(image, c, 0), losses[c]
				pieces(&until, pixels, func(from, to int) {
					for i := at + from; i < at+to; i++ {
						sum += f(float64(x[i]), float64(t[i]))
					}
				})
			}
			out.Data[image] = float32(sum / float64(each))
		})}
	}}
}

// eachChannel are the functions of channels, which differ only if these have weights.
func eachChannel(op *ops.Loss, channels int, of func(op *ops.Loss, c int) func(x, t float64) float64) []func(x, t float64) float64 {
	list := make([]func(x, t float64) float64, channels)
	for c := range list {
		if list[c] = list[0]; c == 0 || op.Weights != nil {
			list[c] = of(op, c)
		}
	}
	return list
}

// logSums are, for each pixel of a block, the log of the sum of exp over the channels.
func (p *pixelNorm) logSums(until *task.Looks, x []float32, image, first, width int, logs *pixelSums) {
	var top, sum pixelSums
	for i := range top {
		top[i] = math.Inf(-1)
	}
	for c := 0; c < p.channels && !until.Ended(width); c++ {
		for i, v := range x[p.at(image, c, first):][:width] {
			top[i] = max(top[i], float64(v))
		}
	}
	for c := 0; c < p.channels && !until.Ended(4*width); c++ {
		for i, v := range x[p.at(image, c, first):][:width] {
			sum[i] += math.Exp(float64(v) - top[i])
		}
	}
	for i := range width {
		logs[i] = top[i] + math.Log(sum[i])
	}
}

// crossEntropy is the sum of those of the pixels of a block.
func (p *pixelNorm) crossEntropy(until *task.Looks, x, t []float32, image, first, width int) (sum float64) {
	var logs pixelSums
	p.logSums(until, x, image, first, width, &logs)
	for c := 0; c < p.channels && !until.Ended(width); c++ {
		at := p.at(image, c, first)
		for i, target := range t[at:][:width] {
			if target != 0 { // or else it may be the product of 0 and infinity
				sum += float64(target) * (logs[i] - float64(x[at+i]))
			}
		}
	}
	return sum
}

// lossOf is the loss of a number of channel c and its target.
func lossOf(op *ops.Loss, c int) func(x, t float64) float64 {
	switch op.Kind {
	case ops.BCE:
		w := weightOf(op, c)
		return func(x, t float64) float64 { return w*t*softplus(-x) + (1-t)*softplus(x) }
	case ops.MSE:
		return func(x, t float64) float64 { return (x - t) * (x - t) }
	case ops.L1:
		return func(x, t float64) float64 { return math.Abs(x - t) }
	}
	return func(x, t float64) float64 {
		if d := math.Abs(x - t); d >= op.Beta {
			return d - op.Beta/2
		}
		return (x - t) * (x - t) / (2 * op.Beta)
	}
}

func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func weightOf(op *ops.Loss, c int) float64 {
	if op.Weights == nil {
		return 1
	}
	return op.Weights[c]
}

// lossGradient is the gradient of the value.
func lossGradient(op *ops.LossGradient, shape tensor.Shape) *task.Prepared {
	n, channels, pixels := planes(shape)
	p := pixelNorm{channels: channels, pixels: pixels}
	if op.Of.Kind == ops.CrossEntropy {
		return p.crossEntropyGradient(n, op.Factor/float64(pixels))
	}
	factor := op.Factor / float64(channels*pixels)
	slopes := eachChannel(&op.Of, channels, slopeOf)
	return &task.Prepared{Algorithm: "slopes", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.Planes(n*channels, pixels, func(plane, first, end, _ int) {
			slope := slopes[plane%channels]
			for i := plane*pixels + first; i < plane*pixels+end; i++ {
				out.Data[i] = float32(factor * slope(float64(in[0].Data[i]), float64(in[1].Data[i])))
			}
		})}
	}}
}

// slopeOf is the derivative of lossOf by x.
func slopeOf(op *ops.Loss, c int) func(x, t float64) float64 {
	switch op.Kind {
	case ops.BCE:
		w := weightOf(op, c)
		return func(x, t float64) float64 { return (1-t)*sigmoid(x) - w*t*sigmoid(-x) }
	case ops.MSE:
		return func(x, t float64) float64 { return 2 * (x - t) }
	case ops.L1:
		return func(x, t float64) float64 { return sign(x - t) }
	}
	return func(x, t float64) float64 {
		if d := x - t; math.Abs(d) < op.Beta {
			return d / op.Beta
		}
		return sign(x - t)
	}
}

// sign is 1, -1, or 0 or NaN as it is.
func sign(d float64) float64 {
	switch {
	case d > 0:
		return 1
	case d < 0:
		return -1
	}
	return d
}

// crossEntropyGradient is factor * (softmax * the sum of the targets of the pixel - the target).
func (p *pixelNorm) crossEntropyGradient(n int, factor float64) *task.Prepared {
	return &task.Prepared{Algorithm: "softmax", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		x, t := in[0].Data, in[1].Data
		return []task.Task{acrossChannels(n, p.channels, p.pixels, func(until task.Looks, image, first, width int) {
			var logs, total pixelSums
			p.logSums(&until, x, image, first, width, &logs)
			for c := 0; c < p.channels && !until.Ended(width); c++ {
				for i, v := range t[p.at(image, c, first):][:width] {
					total[i] += float64(v)
				}
			}
			for c := 0; c < p.channels && !until.Ended(4*width); c++ {
				at := p.at(image, c, first)
				for i, v := range x[at:][:width] {
					out.Data[at+i] = float32(factor * (math.Exp(float64(v)-logs[i])*total[i] - float64(t[at+i])))
				}
			}
		})}
	}}
}

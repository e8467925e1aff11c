package gradient

import (
	"context"
	"math"

	"cnnlang/ops"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// l2Normalize is the gradient (dy - x * (x·dy) / length²) / length of vectors longer than eps, and
// dy / eps of others.
func l2Normalize(op *ops.L2Normalize, shape tensor.Shape) *task.Prepared {
	n, channels, pixels := planes(shape)
	p := pixelNorm{channels, pixels, op.Eps.Float()}
	return &task.Prepared{Algorithm: "two-pass", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		dy, x := in[0].Data, in[1].Data
		return []task.Task{acrossChannels(n, channels, pixels, func(until task.Looks, image, first, width int) {
			var length, along pixelSums
			for c := 0; c < channels && !until.Ended(width); c++ {
				at := p.at(image, c, first)
				for i, v := range x[at:][:width] {
					length[i] += float64(v) * float64(v)
					along[i] += float64(v) * float64(dy[at+i])
				}
			}
			for i := range width {
				if length[i] = math.Sqrt(length[i]); length[i] < p.eps {
					length[i], along[i] = p.eps, 0
				} else {
					along[i] /= length[i] * length[i]
				}
			}
			for c := 0; c < channels && !until.Ended(width); c++ {
				at := p.at(image, c, first)
				for i, d := range dy[at:][:width] {
					out.Data[at+i] = float32((float64(d) - float64(x[at+i])*along[i]) / length[i])
				}
			}
		})}
	}}
}

// softmax is the gradient y * (dy - dy·y) along an axis.
func softmax(axis int, shape tensor.Shape) *task.Prepared {
	apart := shape[axis+1:].Elements()
	n, size := shape[:axis].Elements(), shape[axis]
	p := pixelNorm{channels: size, pixels: apart}
	return &task.Prepared{Algorithm: "two-pass", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		dy, y := in[0].Data, in[1].Data
		return []task.Task{acrossChannels(n, size, apart, func(until task.Looks, image, first, width int) {
			var along pixelSums
			for c := 0; c < size && !until.Ended(width); c++ {
				at := p.at(image, c, first)
				for i, v := range y[at:][:width] {
					along[i] += float64(v) * float64(dy[at+i])
				}
			}
			for c := 0; c < size && !until.Ended(width); c++ {
				at := p.at(image, c, first)
				for i, v := range y[at:][:width] {
					out.Data[at+i] = float32(float64(v) * (float64(dy[at+i]) - along[i]))
				}
			}
		})}
	}}
}

// A response is a local response normalisation: y = x * d^-beta, d = k + factor * the sum of
// squares of a window of channels.
type response struct {
	pixelNorm
	half            int
	factor, beta, k float64
}

// lrn is its gradient, dy * d^-beta - 2 * factor * beta * x * the sum of t over the window, of
// t = dy * x * d^(-beta-1).
func lrn(op *ops.LRN, shape tensor.Shape) *task.Prepared {
	n, channels, pixels := planes(shape)
	r := response{pixelNorm{channels, pixels, 0}, (op.Size.MustInt() - 1) / 2, op.Alpha.Float() / op.Size.Float(), op.Beta.Float(), op.K.Float()}
	return &task.Prepared{Algorithm: "window", Shared: shape.Elements(), Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		dy, x, t := in[0].Data, in[1].Data, s.Shared
		return []task.Task{r.blocks(n, func(until task.Looks, image, c, first, width int) {
			var sum pixelSums
			r.window(&until, image, c, first, width, func(at int) {
				for i, v := range x[at:][:width] {
					sum[i] += float64(v) * float64(v)
				}
			})
			at := r.at(image, c, first)
			for i := range width {
				d := r.k + r.factor*sum[i]
				g := float64(dy[at+i]) * math.Pow(d, -r.beta)
				out.Data[at+i], t[at+i] = float32(g), float32(g*float64(x[at+i])/d)
			}
		}), r.blocks(n, func(until task.Looks, image, c, first, width int) {
			var sum pixelSums
			r.window(&until, image, c, first, width, func(at int) {
				for i, v := range t[at:][:width] {
					sum[i] += float64(v)
				}
			})
			at := r.at(image, c, first)
			for i := range width {
				out.Data[at+i] = float32(float64(out.Data[at+i]) - 2*r.factor*r.beta*float64(x[at+i])*sum[i])
			}
		})}
	}}
}

// blocks is work on blocks of pixels of single channels.
func (r *response) blocks(n int, do func(until task.Looks, image, c, first, width int)) task.Task {
	blocks := task.CeilDiv(r.pixels, pixelBlock)
	seen := min(2*r.half+1, r.channels) * pixelBlock
	return task.LongRanges(n*r.channels*blocks, max(1, someWork/seen), func(ctx context.Context, from, to, _ int) {
		for i := from; i < to && ctx.Err() == nil; i++ {
			first := i % blocks * pixelBlock
			do(task.Looks{Ctx: ctx}, i/blocks/r.channels, i/blocks%r.channels, first, min(pixelBlock, r.pixels-first))
		}
	})
}

// window calls f with where the block lies in each channel of the window of channel c.
func (r *response) window(until *task.Looks, image, c, first, width int, f func(at int)) {
	for k := max(0, c-r.half); k <= min(r.channels-1, c+r.half) && !until.Ended(width); k++ {
		f(r.at(image, k, first))
	}
}

package exec

import (
	"context"
	"math"

	"cnnlang/ops"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// prepareNorm is an op that computes each pixel from all its channels.
func prepareNorm(op ops.Op, out tensor.Shape) *task.Prepared {
	if lrn, ok := op.(*ops.LRN); ok {
		return prepareLRN(lrn, out)
	}
	return prepareL2Normalize(op.(*ops.L2Normalize), out)
}

// pixelBlock is how many pixels the ops across channels process together: the channels of a
// pixel lie a plane apart, and with a block each channel is a few whole cache lines.
const pixelBlock = 64

// pixelSums are the running sums of the pixels of one block.
type pixelSums [pixelBlock]float64

// acrossChannels is an op that computes each pixel from all channels of that pixel. run
// gets the image's channels as planes of data, each pitch long and the block's pixels at
// [0, width) of each. It checks at each channel whether the run has ended, as there may be
// millions.
func acrossChannels(algorithm string, shape tensor.Shape, run func(until task.Looks, dst, src []float32, c, pitch, width int)) *task.Prepared {
	n, c, pixels := shape[0], shape[1], shape[2:].Elements()
	blocks := task.CeilDiv(pixels, pixelBlock)
	return &task.Prepared{Algorithm: algorithm, Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.LongRanges(n*blocks, max(1, task.Grain/(c*pixelBlock)), func(ctx context.Context, from, to, _ int) {
			for i := from; i < to; i++ {
				image, first := i/blocks, i%blocks*pixelBlock
				at, end := image*c*pixels+first, (image+1)*c*pixels
				run(task.Looks{Ctx: ctx}, out.Data[at:end], in[0].Data[at:end], c, pixels, min(pixelBlock, pixels-first))
			}
		})}
	}}
}

// layerNormed is a norm over channels.
func (s *size) layerNormed(l *ops.LayerNorm) []task.Algorithm {
	prepare := func(_ []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
		return prepareLayerNorm(s.each(m, tensorAt(params, 0)), s.each(m, tensorAt(params, 1)), l.Eps.Float(), out.Shape)
	}
	return s.packed(func(layout.Element) bool { return false }, nil, prepare)
}

func prepareLayerNorm(weight, bias []float32, eps float64, out tensor.Shape) *task.Prepared {
	return acrossChannels("two-pass", out, func(until task.Looks, dst, src []float32, c, pitch, width int) {
		var mean, scale pixelSums
		for i := 0; i < c && !until.Ended(width); i++ {
			for x, v := range src[i*pitch : i*pitch+width] {
				mean[x] += float64(v)
			}
		}
		for x := range width {
			mean[x] /= float64(c)
		}
		for i := 0; i < c && !until.Ended(width); i++ {
			for x, v := range src[i*pitch : i*pitch+width] {
				d := float64(v) - mean[x]
				scale[x] += d * d
			}
		}
		for x := range width {
			scale[x] = 1 / math.Sqrt(scale[x]/float64(c)+eps)
		}
		for i := 0; i < c && !until.Ended(width); i++ {
			w, b := float64(weight[i]), float64(bias[i])
			row := dst[i*pitch : i*pitch+width]
			for x, v := range src[i*pitch : i*pitch+width] {
				row[x] = float32((float64(v)-mean[x])*scale[x]*w + b)
			}
		}
	})
}

func prepareL2Normalize(l *ops.L2Normalize, out tensor.Shape) *task.Prepared {
	eps := l.Eps.Float()
	return acrossChannels("two-pass", out, func(until task.Looks, dst, src []float32, c, pitch, width int) {
		var length pixelSums
		for i := 0; i < c && !until.Ended(width); i++ {
			for x, v := range src[i*pitch : i*pitch+width] {
				length[x] += float64(v) * float64(v)
			}
		}
		for x := range width {
			length[x] = max(math.Sqrt(length[x]), eps)
		}
		for i := 0; i < c && !until.Ended(width); i++ {
			row := dst[i*pitch : i*pitch+width]
			for x, v := range src[i*pitch : i*pitch+width] {
				row[x] = float32(float64(v) / length[x])
			}
		}
	})
}

// prepareLRN slides a window of squares over the channels. The window is summed anew for
// each channel: a running sum would lose small values beside a large neighbour.
func prepareLRN(l *ops.LRN, out tensor.Shape) *task.Prepared {
	half := (l.Size.MustInt() - 1) / 2
	factor, beta, k := l.Alpha.Float()/l.Size.Float(), l.Beta.Float(), l.K.Float()
	return acrossChannels("window", out, func(until task.Looks, dst, src []float32, c, pitch, width int) {
		for i := 0; i < c && !until.Ended(width); i++ {
			var sum pixelSums
			for j := max(0, i-half); j <= min(c-1, i+half) && !until.Ended(width); j++ {
				for x, v := range src[j*pitch : j*pitch+width] {
					sum[x] += float64(v) * float64(v)
				}
			}
			row := dst[i*pitch : i*pitch+width]
			for x, v := range src[i*pitch : i*pitch+width] {
				row[x] = float32(float64(v) / power(k+factor*sum[x], beta))
			}
		}
	})
}

// power is x to the beta. All published networks have 3/4, for which two square roots are
// five times as fast as exp and log.
func power(x, beta float64) float64 {
	if beta == 0.75 {
		root := math.Sqrt(x)
		return root * math.Sqrt(root)
	}
	return math.Pow(x, beta)
}

package ops

import (
	"context"
	"math"
	"slices"

	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// affine returns the norm as x*scale + shift for each channel, for params in the
// order of Params.
func (b *BatchNorm) affine(params []tensor.Tensor) (scale, shift []float64) {
	weight, bias, mean, variance := params[0].Data, params[1].Data, params[2].Data, params[3].Data
	eps := b.Eps.Float()
	scale, shift = make([]float64, len(weight)), make([]float64, len(weight))
	for c := range weight {
		scale[c] = float64(weight[c]) / math.Sqrt(float64(variance[c])+eps)
		shift[c] = float64(bias[c]) - float64(mean[c])*scale[c]
	}
	return scale, shift
}

func (b *BatchNorm) Prepare(in []tensor.Shape, out tensor.Shape, params []tensor.Tensor) Prepared {
	scale, shift := b.affine(params)
	return perChannel("affine", out, func(dst, src []float32, c int) {
		kernel.Affine(dst, src, scale[c], shift[c])
	})
}

// pixelBlock is how many pixels the ops across channels take at once: they walk
// the channels, which lie a plane apart, and a block makes each step a few whole
// cache lines.
const pixelBlock = 64

// pixelSums are the running sums of the pixels of one block.
type pixelSums [pixelBlock]float64

// acrossChannels is an op that computes each pixel from all channels of that
// pixel. run gets the image's channels as planes of data, each pitch long and
// the block's pixels at [0, width) of each. It asks at each channel whether the run has
// ended, as there may be millions.
func acrossChannels(algorithm string, shape tensor.Shape, run func(until looks, dst, src []float32, c, pitch, width int)) Prepared {
	n, c, pixels := channels(shape)
	blocks := ceilDiv(pixels, pixelBlock)
	return &prepared{algorithm: algorithm, bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		return []Task{longRanges(n*blocks, max(1, grain/(c*pixelBlock)), func(ctx context.Context, from, to, _ int) {
			for i := from; i < to; i++ {
				image, first := i/blocks, i%blocks*pixelBlock
				at, end := image*c*pixels+first, (image+1)*c*pixels
				run(looks{ctx: ctx}, out.Data[at:end], in[0].Data[at:end], c, pixels, min(pixelBlock, pixels-first))
			}
		})}
	}}
}

func (l *LayerNorm) Prepare(in []tensor.Shape, out tensor.Shape, params []tensor.Tensor) Prepared {
	weight, bias, eps := slices.Clone(params[0].Data), slices.Clone(params[1].Data), l.Eps.Float()
	return acrossChannels("two-pass", out, func(until looks, dst, src []float32, c, pitch, width int) {
		var mean, scale pixelSums
		for i := 0; i < c && !until.ended(width); i++ {
			for x, v := range src[i*pitch : i*pitch+width] {
				mean[x] += float64(v)
			}
		}
		for x := range width {
			mean[x] /= float64(c)
		}
		for i := 0; i < c && !until.ended(width); i++ {
			for x, v := range src[i*pitch : i*pitch+width] {
				d := float64(v) - mean[x]
				scale[x] += d * d
			}
		}
		for x := range width {
			scale[x] = 1 / math.Sqrt(scale[x]/float64(c)+eps)
		}
		for i := 0; i < c && !until.ended(width); i++ {
			w, b := float64(weight[i]), float64(bias[i])
			row := dst[i*pitch : i*pitch+width]
			for x, v := range src[i*pitch : i*pitch+width] {
				row[x] = float32((float64(v)-mean[x])*scale[x]*w + b)
			}
		}
	})
}

func (l *L2Normalize) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	eps := l.Eps.Float()
	return acrossChannels("two-pass", out, func(until looks, dst, src []float32, c, pitch, width int) {
		var length pixelSums
		for i := 0; i < c && !until.ended(width); i++ {
			for x, v := range src[i*pitch : i*pitch+width] {
				length[x] += float64(v) * float64(v)
			}
		}
		for x := range width {
			length[x] = max(math.Sqrt(length[x]), eps)
		}
		for i := 0; i < c && !until.ended(width); i++ {
			row := dst[i*pitch : i*pitch+width]
			for x, v := range src[i*pitch : i*pitch+width] {
				row[x] = float32(float64(v) / length[x])
			}
		}
	})
}

func (s *Softmax) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	return acrossChannels("three-pass", out, func(until looks, dst, src []float32, c, pitch, width int) {
		var top, sum pixelSums
		for x, v := range src[:width] {
			top[x] = float64(v)
		}
		for i := 1; i < c && !until.ended(width); i++ {
			for x, v := range src[i*pitch : i*pitch+width] {
				top[x] = max(top[x], float64(v))
			}
		}
		for i := 0; i < c && !until.ended(width); i++ {
			at, end := i*pitch, i*pitch+width
			kernel.Exp(dst[at:end], src[at:end], top[:], sum[:])
		}
		for i := 0; i < c && !until.ended(width); i++ {
			row := dst[i*pitch : i*pitch+width]
			for x := range row {
				row[x] = float32(float64(row[x]) / sum[x])
			}
		}
	})
}

// Prepare slides a window of squares over the channels. Each step sums the
// window anew: a running sum would lose what is small beside a large neighbour.
func (l *LRN) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	half := (l.Size.MustInt() - 1) / 2
	factor, beta, k := l.Alpha.Float()/l.Size.Float(), l.Beta.Float(), l.K.Float()
	return acrossChannels("window", out, func(until looks, dst, src []float32, c, pitch, width int) {
		for i := 0; i < c && !until.ended(width); i++ {
			var sum pixelSums
			for j := max(0, i-half); j <= min(c-1, i+half) && !until.ended(width); j++ {
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

// power is x to the beta. 3/4 is what every published network has, and two roots
// are five times as fast as exp and log.
func power(x, beta float64) float64 {
	if beta == 0.75 {
		root := math.Sqrt(x)
		return root * math.Sqrt(root)
	}
	return math.Pow(x, beta)
}

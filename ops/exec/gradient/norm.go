package gradient

import (
	"context"
	"math"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// storedNorm is the gradient of a norm with stored statistics: times a factor for each channel.
func storedNorm(op *ops.BatchNorm, c call) *task.Prepared {
	n, channels, pixels := planes(c.out.Shape)
	scale := c.memory.Floats(channels, func(dst []float32) {
		weight, _, _, variance := op.Parts(c.params)
		for i := range dst {
			dst[i] = float32(op.Factor(weight, variance, i))
		}
	})
	return &task.Prepared{Algorithm: "scale", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.Planes(n*channels, pixels, func(plane, first, end, _ int) {
			from, to := plane*pixels+first, plane*pixels+end
			kernel.MulScalar(out.Data[from:to], in[0].Data[from:to], scale[plane%channels])
		})}
	}}
}

func storedSums(op *ops.BatchNorm, c call) *task.Prepared {
	n, channels, pixels := planes(c.in[0].Shape)
	stats := c.copied(len(c.params)-2, 2, channels)
	eps := op.Eps.Float()
	return perChannel("sums", n, channels, pixels, func(until task.Looks, out tensor.Tensor, in []tensor.Tensor, c int) {
		normSums(&until, out, in, n, channels, pixels, c, float64(stats[c]), inverse(stats, c, eps))
	})
}

// Statistics that a later task reads are a mean as the sum of two numbers, and one by the deviation.
type statistics struct{ high, low, scale []float32 }

func statisticsIn(mem []float32) statistics {
	n := len(mem) / 3
	return statistics{mem[:n], mem[n : 2*n], mem[2*n:]}
}

func (s statistics) set(i int, mean, scale float64) {
	s.high[i], s.scale[i] = float32(mean), float32(scale)
	s.low[i] = float32(mean - float64(s.high[i]))
}

func (s statistics) mean(i int) float64 { return float64(s.high[i]) + float64(s.low[i]) }

// A groups is a norm over groups of channels, each with all its pixels.
type groups struct {
	n, channels, pixels int
	count, each         int // groups, channels of each
	eps                 float64
}

func groupsOf(op ops.Grouper, shape tensor.Shape) groups {
	g := groups{}
	g.n, g.channels, g.pixels = planes(shape)
	g.count, g.eps = op.Grouping(g.channels)
	g.each = g.channels / g.count
	return g
}

// moments are the mean of a group, which lies in one piece, and one by its deviation.
func (g *groups) moments(until *task.Looks, x []float32) (mean, scale float64) {
	pieces(until, len(x), func(from, to int) { mean += kernel.Sum(x[from:to]) })
	mean /= float64(len(x))
	squares := 0.0
	pieces(until, len(x), func(from, to int) { squares += squaresAbout(mean, x[from:to]) })
	return mean, 1 / math.Sqrt(squares/float64(len(x))+g.eps)
}

// groupNorm is the gradient of the input of a norm over groups.
func groupNorm(op ops.Grouper, c call) *task.Prepared {
	g := groupsOf(op, c.out.Shape)
	var weight []float32
	if list := op.Params([]dim.Shape{dim.Shaped(c.out.Shape...)}); len(list) > 0 && list[0].Leaf == "weight" {
		weight = c.copied(0, 1, g.channels)
	}
	all := g.each * g.pixels
	return &task.Prepared{Algorithm: "three-pass", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{eachOf(g.n*g.count, 4*all, func(until task.Looks, i int) {
			dst, dy, x := out.Data[i*all:][:all], in[0].Data[i*all:][:all], in[1].Data[i*all:][:all]
			first := i % g.count * g.each
			mean, scale := g.moments(&until, x)
			sum, products := 0.0, 0.0
			for k := 0; k < g.each && !until.Over; k++ {
				w := of(weight, first+k, 1)
				pieces(&until, g.pixels, func(from, to int) {
					from, to = k*g.pixels+from, k*g.pixels+to
					s, p := productsAbout(mean, dy[from:to], x[from:to])
					sum, products = sum+w*s, products+w*p
				})
			}
			sum, products = sum/float64(all), products/float64(all)*scale*scale
			for k := 0; k < g.each && !until.Over; k++ {
				w := of(weight, first+k, 1)
				pieces(&until, g.pixels, func(from, to int) {
					from, to = k*g.pixels+from, k*g.pixels+to
					for i := from; i < to; i++ {
						dst[i] = float32((float64(dy[i])*w - sum - (float64(x[i])-mean)*products) * scale)
					}
				})
			}
		})}
	}}
}

// groupSums are the sums of a norm over groups, whose statistics are taken first.
func groupSums(op ops.Grouper, shape tensor.Shape) *task.Prepared {
	g := groupsOf(op, shape)
	all := g.each * g.pixels
	return &task.Prepared{Algorithm: "sums", Shared: 3 * g.n * g.count, Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		stats := statisticsIn(s.Shared)
		return []task.Task{eachOf(g.n*g.count, 2*all, func(until task.Looks, i int) {
			mean, scale := g.moments(&until, in[1].Data[i*all:][:all])
			stats.set(i, mean, scale)
		}), eachOf(g.channels, g.n*g.pixels, func(until task.Looks, c int) {
			sum, products := 0.0, 0.0
			for image := 0; image < g.n && !until.Over; image++ {
				at, i := (image*g.channels+c)*g.pixels, image*g.count+c/g.each
				pieces(&until, g.pixels, func(from, to int) {
					s, p := productsAbout(stats.mean(i), in[0].Data[at+from:at+to], in[1].Data[at+from:at+to])
					sum, products = sum+s, products+p*float64(stats.scale[i])
				})
			}
			out.Data[c], out.Data[g.channels+c] = float32(sum), float32(products)
		})}
	}}
}

// pixelBlock is how many pixels are computed side by side across channels, which lie a plane apart.
const pixelBlock = 64

// pixelSums are sums of the pixels of a block.
type pixelSums [pixelBlock]float64

// acrossChannels is work on blocks of pixels: n images of so many channels.
func acrossChannels(n, channels, pixels int, do func(until task.Looks, image, first, width int)) task.Task {
	blocks := task.CeilDiv(pixels, pixelBlock)
	return task.LongRanges(n*blocks, max(1, someWork/(channels*pixelBlock)), func(ctx context.Context, from, to, _ int) {
		for i := from; i < to && ctx.Err() == nil; i++ {
			first := i % blocks * pixelBlock
			do(task.Looks{Ctx: ctx}, i/blocks, first, min(pixelBlock, pixels-first))
		}
	})
}

// A pixelNorm is a norm over the channels of each pixel.
type pixelNorm struct {
	channels, pixels int
	eps              float64
}

// at is where the pixels of a block lie in channel c.
func (p *pixelNorm) at(image, c, first int) int { return (image*p.channels+c)*p.pixels + first }

// moments are those of the pixels of a block.
func (p *pixelNorm) moments(until *task.Looks, x []float32, image, first, width int, mean, scale *pixelSums) {
	for c := 0; c < p.channels && !until.Ended(width); c++ {
		for i, v := range x[p.at(image, c, first):][:width] {
			mean[i] += float64(v)
		}
	}
	for i := range width {
		mean[i] /= float64(p.channels)
	}
	for c := 0; c < p.channels && !until.Ended(width); c++ {
		for i, v := range x[p.at(image, c, first):][:width] {
			d := float64(v) - mean[i]
			scale[i] += d * d
		}
	}
	for i := range width {
		scale[i] = 1 / math.Sqrt(scale[i]/float64(p.channels)+p.eps)
	}
}

func layerNorm(op *ops.LayerNorm, c call) *task.Prepared {
	n, channels, pixels := planes(c.out.Shape)
	p := pixelNorm{channels, pixels, op.Eps.Float()}
	weight := c.copied(0, 1, channels)
	return &task.Prepared{Algorithm: "three-pass", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		dy, x := in[0].Data, in[1].Data
		return []task.Task{acrossChannels(n, channels, pixels, func(until task.Looks, image, first, width int) {
			var mean, scale, sum, products pixelSums
			p.moments(&until, x, image, first, width, &mean, &scale)
			for c := 0; c < channels && !until.Ended(width); c++ {
				at, w := p.at(image, c, first), float64(weight[c])
				for i, d := range dy[at:][:width] {
					g := float64(d) * w
					sum[i] += g
					products[i] += g * (float64(x[at+i]) - mean[i])
				}
			}
			for i := range width {
				sum[i] /= float64(channels)
				products[i] *= scale[i] * scale[i] / float64(channels)
			}
			for c := 0; c < channels && !until.Ended(width); c++ {
				at, w := p.at(image, c, first), float64(weight[c])
				for i, d := range dy[at:][:width] {
					out.Data[at+i] = float32((float64(d)*w - sum[i] - (float64(x[at+i])-mean[i])*products[i]) * scale[i])
				}
			}
		})}
	}}
}

// layerSums are the sums of a norm over channels, whose statistics are taken first.
func layerSums(op *ops.LayerNorm, shape tensor.Shape) *task.Prepared {
	n, channels, pixels := planes(shape)
	p := pixelNorm{channels, pixels, op.Eps.Float()}
	return &task.Prepared{Algorithm: "sums", Shared: 3 * n * pixels, Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
		stats := statisticsIn(s.Shared)
		return []task.Task{acrossChannels(n, channels, pixels, func(until task.Looks, image, first, width int) {
			var mean, scale pixelSums
			p.moments(&until, in[1].Data, image, first, width, &mean, &scale)
			for i := range width {
				stats.set(image*pixels+first+i, mean[i], scale[i])
			}
		}), eachOf(channels, n*pixels, func(until task.Looks, c int) {
			sum, products := 0.0, 0.0
			for image := 0; image < n && !until.Over; image++ {
				at := p.at(image, c, 0)
				pieces(&until, pixels, func(from, to int) {
					for i := from; i < to; i++ {
						d, k := float64(in[0].Data[at+i]), image*pixels+i
						sum += d
						products += d * (float64(in[1].Data[at+i]) - stats.mean(k)) * float64(stats.scale[k])
					}
				})
			}
			out.Data[c], out.Data[channels+c] = float32(sum), float32(products)
		})}
	}}
}

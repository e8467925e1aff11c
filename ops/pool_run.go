package ops

import (
	"context"
	"math"

	"cnnlang/ops/dim"
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// A poolAxis is where the windows of a pool lie along one axis.
type poolAxis struct {
	in, out           int // sizes
	k, stride, before int
	padded            int // the size with the padding on both sides
}

func (p Padding) poolAxis(a spatial, in, out tensor.Shape, k, stride dim.Pair) poolAxis {
	x := poolAxis{in: in[a], out: out[a], k: a.of(k).MustInt(), stride: a.of(stride).MustInt()}
	if p.Mode == Same {
		var after int
		x.before, after = same(x.in, x.k, x.stride, 1)
		x.padded = x.before + x.in + after
		return x
	}
	before, after := p.fixed(a, a.of(k))
	x.before = before.MustInt()
	x.padded = x.before + x.in + after.MustInt()
	return x
}

// window returns the pixels [from, to) that window i sees, and how many of its
// places lie in the image or the padding.
func (x poolAxis) window(i int) (from, to, counted int) {
	start := i * x.stride
	counted = min(start+x.k, x.padded) - start
	from, to = start-x.before, start-x.before+x.k
	return max(from, 0), min(to, x.in), counted
}

// pooledPart is how many pixels the windows of one part see, some 10 µs.
const pooledPart = 1 << 13

// pooled is an op that computes each output pixel from a window of its plane,
// one row at a time. seen is about how many pixels a row's windows see.
func pooled(algorithm string, in, out tensor.Shape, seen int, row func(until looks, dst, src []float32, y int)) Prepared {
	planes, pixels := in[0]*in[1], in[2]*in[3]
	h, w := out[2], out[3]
	return &prepared{algorithm: algorithm, bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		return []Task{longRanges(planes*h, max(1, pooledPart/seen), func(ctx context.Context, from, to, _ int) {
			for i := from; i < to; i++ {
				plane := i / h
				row(looks{ctx: ctx}, out.Data[i*w:(i+1)*w], in[0].Data[plane*pixels:(plane+1)*pixels], i%h)
			}
		})}
	}}
}

// seen is about how many pixels the windows of one output row see.
func (x poolAxis) seen(cols poolAxis) int { return cols.out * min(x.k, x.in) * min(cols.k, cols.in) }

func (m *MaxPool) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	rows := m.Pad.poolAxis(vertical, in[0], out, m.K, m.Stride)
	cols := m.Pad.poolAxis(horizontal, in[0], out, m.K, m.Stride)
	return pooled("direct", in[0], out, rows.seen(cols), func(until looks, dst, src []float32, y int) {
		y0, y1, _ := rows.window(y)
		for x := 0; x < len(dst) && !until.over; x++ {
			x0, x1, _ := cols.window(x)
			top := float32(math.Inf(-1))
			for i := y0; i < y1; i++ {
				for at := x0; at < x1 && !until.ended(x1-at); at += lookSteps {
					for _, v := range src[i*cols.in+at : i*cols.in+min(at+lookSteps, x1)] {
						top = max(top, v)
					}
				}
			}
			dst[x] = top
		}
	})
}

func (a *AvgPool) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	rows := a.Pad.poolAxis(vertical, in[0], out, a.K, a.Stride)
	cols := a.Pad.poolAxis(horizontal, in[0], out, a.K, a.Stride)
	return pooled("direct", in[0], out, rows.seen(cols), func(until looks, dst, src []float32, y int) {
		y0, y1, high := rows.window(y)
		for x := 0; x < len(dst) && !until.over; x++ {
			x0, x1, wide := cols.window(x)
			count := (y1 - y0) * (x1 - x0)
			if a.CountPad {
				count = high * wide
			}
			dst[x] = float32(windowSum(&until, src, cols.in, y0, y1, x0, x1) / float64(count))
		}
	})
}

func (a *AvgPoolTo) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	h, w, kh, kw := in[0][2], in[0][3], out[2], out[3]
	seen := (ceilDiv(h, kh) + 1) * (w + kw)
	return pooled("direct", in[0], out, seen, func(until looks, dst, src []float32, y int) {
		y0, y1 := y*h/kh, ceilDiv((y+1)*h, kh)
		for x := 0; x < len(dst) && !until.over; x++ {
			x0, x1 := x*w/kw, ceilDiv((x+1)*w, kw)
			dst[x] = float32(windowSum(&until, src, w, y0, y1, x0, x1) / float64((y1-y0)*(x1-x0)))
		}
	})
}

func (g *GlobalAvgPool) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	pixels := in[0][2:].Elements()
	return pooled("sum", in[0], out, pixels, func(until looks, dst, src []float32, _ int) {
		sum := 0.0
		for at := 0; at < pixels && !until.ended(lookSteps); at += lookSteps {
			sum += kernel.Sum(src[at:min(at+lookSteps, pixels)])
		}
		dst[0] = float32(sum / float64(pixels))
	})
}

// windowSum adds up rows y0 to y1 and columns x0 to x1 of an image w wide.
func windowSum(until *looks, src []float32, w, y0, y1, x0, x1 int) float64 {
	var sum float64
	for y := y0; y < y1; y++ {
		for x := x0; x < x1 && !until.ended(x1-x); x += lookSteps {
			for _, v := range src[y*w+x : y*w+min(x+lookSteps, x1)] {
				sum += float64(v)
			}
		}
	}
	return sum
}

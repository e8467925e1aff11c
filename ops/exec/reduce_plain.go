package exec

import (
	"context"
	"math"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A plainReduction is one of a plain value [n][c][h][w]. Height and width that are both combined,
// or both kept, are one axis, w.
type plainReduction struct {
	*reduction
	c, h, w int
}

func (r *reduction) plain(in, out tensor.Shape) *task.Prepared {
	p := &plainReduction{r, in[1], in[2], in[3]}
	if r.rows == r.columns {
		p.h, p.w = 1, in[2]*in[3]
	}
	channels, rows, spans := p.c, p.h, 1
	if r.channels {
		channels = 1
	}
	if r.rows {
		rows = 1
	}
	if !r.columns {
		spans = task.CeilDiv(p.w, pixelBlock)
	}
	n := out[0] * channels * rows * spans
	each := max(1, pooledPart/max(1, in.Elements()/n))
	return &task.Prepared{Algorithm: r.name() + "plain", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.LongRanges(n, each, func(ctx context.Context, from, to, _ int) {
			until := task.Looks{Ctx: ctx}
			for i := from; i < to && !until.Over; i++ {
				span, y, c, image := i%spans, i/spans%rows, i/spans/rows%channels, i/spans/rows/channels
				src := in[0].Data[image*p.c*p.h*p.w:][:p.c*p.h*p.w]
				if r.columns {
					out.Data[i] = p.number(&until, src, c, y)
					continue
				}
				first := span * pixelBlock
				p.pixels(&until, out.Data[(i/spans)*p.w+first:][:min(pixelBlock, p.w-first)], src, c, y, first)
			}
		})}
	}}
}

// through calls f with where the rows that become one begin, those of channel c and row y.
func (p *plainReduction) through(until *task.Looks, c, y, steps int, f func(at int)) {
	c0, c1, y0, y1 := c, c+1, y, y+1
	if p.channels {
		c0, c1 = 0, p.c
	}
	if p.rows {
		y0, y1 = 0, p.h
	}
	for c := c0; c < c1; c++ {
		for y := y0; y < y1 && !until.Ended(steps); y++ {
			f((c*p.h + y) * p.w)
		}
	}
}

// number is a result where whole rows are combined.
func (p *plainReduction) number(until *task.Looks, src []float32, c, y int) float32 {
	sum, top := 0.0, float32(math.Inf(-1))
	p.through(until, c, y, 1, func(at int) {
		for x := 0; x < p.w && !until.Ended(min(task.LookSteps, p.w-x)); x += task.LookSteps {
			part := src[at+x : at+min(x+task.LookSteps, p.w)]
			if !p.max {
				sum += kernel.Sum(part)
				continue
			}
			for _, v := range part {
				top = max(top, v)
			}
		}
	})
	if p.max {
		return top
	}
	return float32(sum / float64(p.count))
}

// pixels are the results of neighbouring columns.
func (p *plainReduction) pixels(until *task.Looks, dst, src []float32, c, y, first int) {
	if p.max {
		for x := range dst {
			dst[x] = float32(math.Inf(-1))
		}
		p.through(until, c, y, len(dst), func(at int) { kernel.Max(dst, src[at+first:]) })
		return
	}
	var sums pixelSums
	p.through(until, c, y, len(dst), func(at int) {
		for x, v := range src[at+first:][:len(dst)] {
			sums[x] += float64(v)
		}
	})
	for x := range dst {
		dst[x] = float32(sums[x] / float64(p.count))
	}
}

package conv

import (
	"context"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A depthwise convolution of plain values: each output channel sees one input channel. A
// part copies the rows it sees into scratch with zeros around them as padding, so that the
// kernels test no border, and computes one output row after another.
type depthwise struct {
	*problem
	weight []float32 // [filters, kh, kw]
	bias   []float32
	act    rowwise.Act

	rows  int // output rows of a strip
	pitch int // width of a row of the copy
}

// fitsPlainDepthwise: the padded image is about as large as the image and the result, as it
// is unless the input is hostile, so that it can be copied; and rows are not too long.
func fitsPlainDepthwise(p *problem) bool {
	if p.groups != p.channels || max(p.w.in, p.w.out) > layout.MostHalo {
		return false
	}
	limit := 1<<16 + 16*(p.h.in*p.w.in+p.h.out*p.w.out)
	return p.h.span() <= limit && p.w.span() <= limit/p.h.span()
}

// depthwisePart is how many multiply-accumulates a part does, about 300 µs.
const depthwisePart = 1 << 18

func preparePlainDepthwise(p *problem, v values) *task.Prepared {
	f := p.packing(v)
	d := &depthwise{problem: p, weight: f.rows()}
	d.bias, d.act = f.behind(p.filters)
	perRow := d.w.out * d.taps()
	d.rows = task.Balanced(d.h.out, max(1, depthwisePart/perRow), 1)
	d.pitch = d.w.span()
	strips := task.CeilDiv(d.h.out, d.rows)
	perPart := max(1, depthwisePart/(perRow*d.rows))
	name := "depthwise-generic"
	if d.is3x3() {
		name += "-3x3"
	}
	return &task.Prepared{
		Algorithm: name,
		PerWorker: d.copyRows(d.rows)*d.pitch + d.w.out,
		Tasks: func(out tensor.Tensor, in []tensor.Tensor, s task.Scratch) []task.Task {
			return []task.Task{task.LongRanges(d.x[0]*d.filters*strips, perPart, func(ctx context.Context, from, to, worker int) {
				for i := from; i < to; i++ {
					d.strip(task.Looks{Ctx: ctx}, out.Data, in, s.Of(worker), i/strips, i%strips*d.rows)
				}
			})}
		},
	}
}

func (d *depthwise) is3x3() bool {
	return d.h.k == 3 && d.w.k == 3 && d.h.dilation == 1 && d.w.dilation == 1
}

// copyRows is how many input rows, padding included, that many output rows see.
func (d *depthwise) copyRows(rows int) int { return (rows-1)*d.h.stride + d.h.dilation*(d.h.k-1) + 1 }

// strip computes the rows of one output plane from y on.
func (d *depthwise) strip(until task.Looks, out []float32, in []tensor.Tensor, lent []float32, plane, y int) {
	image, filter := plane/d.filters, plane%d.filters
	source := (image*d.channels + filter*d.channels/d.filters) * d.h.in * d.w.in
	rows := min(d.rows, d.h.out-y)
	padded := lent[:d.copyRows(rows)*d.pitch]
	d.pad(&until, padded, in[0].Data[source:][:d.h.in*d.w.in], y*d.h.stride-d.h.before)

	weight := d.weight[filter*d.taps():][:d.taps()]
	made := lent[len(lent)-d.w.out:]
	for i := 0; i < rows && !until.Over; i++ {
		at := (plane*d.h.out + y + i) * d.w.out
		d.row(&until, made, padded[i*d.h.stride*d.pitch:], weight, d.bias[filter])
		if d.add {
			kernel.Add(made, in[1].Data[at:])
		}
		d.act.Channel(filter, out[at:][:d.w.out], made)
	}
}

// pad copies the rows of a plane from row y on, zeros for those outside.
func (d *depthwise) pad(until *task.Looks, padded, plane []float32, y int) {
	from := min(d.w.before, d.pitch)
	to := max(from, min(d.w.before+d.w.in, d.pitch))
	for ; len(padded) > 0 && !until.Ended(d.pitch); y++ {
		row := padded[:d.pitch]
		padded = padded[d.pitch:]
		if y < 0 || y >= d.h.in {
			clear(row)
			continue
		}
		clear(row[:from])
		copy(row[from:to], plane[y*d.w.in:])
		clear(row[to:])
	}
}

// row computes one output row from the padded rows that begin at src.
func (d *depthwise) row(until *task.Looks, dst, src, weight []float32, bias float32) {
	if d.is3x3() {
		kernel.Depthwise3x3(dst, src, src[d.pitch:], src[2*d.pitch:], d.w.stride, (*[9]float32)(weight), bias)
		return
	}
	for i := range dst {
		dst[i] = bias
	}
	for i := range d.h.k {
		for j := 0; j < d.w.k && !until.Ended(len(dst)); j++ {
			kernel.AddScaled(dst, src[i*d.h.dilation*d.pitch+j*d.w.dilation:], d.w.stride, weight[i*d.w.k+j])
		}
	}
}

package ops

import (
	"context"

	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// A depthwise convolution: each output channel sees one input channel. A part
// copies the rows it sees into scratch with the padding as zeros around them, so
// that the kernels test no border, and computes one output row after another.
type depthwise struct {
	batch, filters, each int // each is how many filters share an input channel
	inH, inW             int
	outH, outW           int
	kh, kw               int
	strideH, strideW     int
	dilationH, dilationW int
	top, left            int
	weight               []float32 // [filters, kh, kw]
	bias                 []float32
	epilogue             Epilogue

	rows  int // output rows of a strip
	pitch int // width of a row of the copy
}

// depthwisePart is how many multiply-accumulates a part does, some 300 µs.
const depthwisePart = 1 << 18

func (d *depthwise) prepare() Prepared {
	perRow := d.outW * d.kh * d.kw
	d.rows = balanced(d.outH, max(1, depthwisePart/perRow), 1)
	d.pitch = (d.outW-1)*d.strideW + d.dilationW*(d.kw-1) + 1
	strips := ceilDiv(d.outH, d.rows)
	perPart := max(1, depthwisePart/(perRow*d.rows))
	name := "depthwise-generic"
	if d.is3x3() {
		name += "-3x3"
	}
	return &prepared{
		algorithm: name,
		lend:      d.copyRows(d.rows)*d.pitch + d.outW,
		bind: func(out tensor.Tensor, in []tensor.Tensor, s scratch) []Task {
			return []Task{longRanges(d.batch*d.filters*strips, perPart, func(ctx context.Context, from, to, worker int) {
				for i := from; i < to; i++ {
					d.strip(looks{ctx: ctx}, out.Data, in, s.of(worker), i/strips, i%strips*d.rows)
				}
			})}
		},
	}
}

func (d *depthwise) is3x3() bool {
	return d.kh == 3 && d.kw == 3 && d.dilationH == 1 && d.dilationW == 1
}

// copyRows is how many input rows, padding included, that many output rows see.
func (d *depthwise) copyRows(rows int) int { return (rows-1)*d.strideH + d.dilationH*(d.kh-1) + 1 }

// strip computes the rows of one output plane from y on.
func (d *depthwise) strip(until looks, out []float32, in []tensor.Tensor, lent []float32, plane, y int) {
	image, filter := plane/d.filters, plane%d.filters
	channels := d.filters / d.each
	source := (image*channels + filter/d.each) * d.inH * d.inW
	rows := min(d.rows, d.outH-y)
	padded := lent[:d.copyRows(rows)*d.pitch]
	d.pad(&until, padded, in[0].Data[source:][:d.inH*d.inW], y*d.strideH-d.top)

	taps := d.kh * d.kw
	weight := d.weight[filter*taps:][:taps]
	made := lent[len(lent)-d.outW:]
	for i := 0; i < rows && !until.over; i++ {
		at := (plane*d.outH + y + i) * d.outW
		d.row(&until, made, padded[i*d.strideH*d.pitch:], weight, d.bias[filter])
		if d.epilogue.Add {
			kernel.Add(made, in[1].Data[at:])
		}
		d.epilogue.Act.apply(out[at:][:d.outW], made)
	}
}

// pad copies the rows of a plane from row y on, zeros for what lies outside.
func (d *depthwise) pad(until *looks, padded, plane []float32, y int) {
	from := min(d.left, d.pitch)
	to := max(from, min(d.left+d.inW, d.pitch))
	for ; len(padded) > 0 && !until.ended(d.pitch); y++ {
		row := padded[:d.pitch]
		padded = padded[d.pitch:]
		if y < 0 || y >= d.inH {
			clear(row)
			continue
		}
		clear(row[:from])
		copy(row[from:to], plane[y*d.inW:])
		clear(row[to:])
	}
}

// row computes one output row from the padded rows that begin at src.
func (d *depthwise) row(until *looks, dst, src, weight []float32, bias float32) {
	if d.is3x3() {
		kernel.Depthwise3x3(dst, src, src[d.pitch:], src[2*d.pitch:], d.strideW, (*[9]float32)(weight), bias)
		return
	}
	for i := range dst {
		dst[i] = bias
	}
	for i := range d.kh {
		for j := 0; j < d.kw && !until.ended(len(dst)); j++ {
			kernel.AddScaled(dst, src[i*d.dilationH*d.pitch+j*d.dilationW:], d.strideW, weight[i*d.kw+j])
		}
	}
}

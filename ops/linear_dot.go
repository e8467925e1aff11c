package ops

import (
	"context"

	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// A dotProduct is a linear layer on [N, K] by dot products with the rows of the
// weight, which need no packing: such a layer is as fast as its weight can be
// read.
type dotProduct struct {
	batch, in, out int
	weight         []float32 // [out, in]
	bias           []float32
	epilogue       Epilogue
}

func newDotProduct(batch, in int, p *packing, e Epilogue) *dotProduct {
	return &dotProduct{batch, in, p.out, p.rows(in), p.biases(p.out), e}
}

// dotPart is how many weights a part reads, some 10 µs where they come from memory.
const dotPart = 1 << 15

func (d *dotProduct) prepare() Prepared {
	rows := balanced(d.out, max(dotPart/d.in, 1), kernel.DotRows)
	images := max(1, min(d.batch, 4*dotPart/(rows*d.in)))
	return &prepared{algorithm: "dot-" + kernel.ISA() + "-8", bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		blocks := ceilDiv(d.out, rows)
		return []Task{&parts{blocks * ceilDiv(d.batch, images), func(ctx context.Context, part, _ int) {
			row, image := part%blocks*rows, part/blocks*images
			d.block(looks{ctx: ctx}, out.Data, in, row, min(row+rows, d.out), image, min(image+images, d.batch))
		}}}
	}}
}

// block computes the outputs from row to end of some images.
func (d *dotProduct) block(until looks, out []float32, in []tensor.Tensor, row, end, image, lastImage int) {
	for ; row < end; row += kernel.DotRows {
		n := min(kernel.DotRows, end-row)
		for i := image; i < lastImage; i++ {
			x := in[0].Data[i*d.in:][:d.in]
			var sums [kernel.DotRows]float64
			switch {
			case until.over:
				return
			case d.in > mostDot:
				d.long(&until, sums[:n], row, x)
			case n == kernel.DotRows:
				kernel.Dot(&sums, d.weight[row*d.in:], x)
			default:
				for j := range n {
					sums[j] = kernel.Dot1(d.weight[(row+j)*d.in:][:d.in], x)
				}
			}
			y := out[i*d.out+row:][:n]
			for j := range y {
				v := float32(sums[j] + float64(d.bias[row+j]))
				if d.epilogue.Add {
					v += in[1].Data[i*d.out+row+j]
				}
				y[j] = v
			}
			d.epilogue.Act.apply(y, y)
		}
	}
}

// mostDot is how long the rows are that are multiplied several at a time.
const mostDot = 1 << 20

// long multiplies rows of any length, piece by piece.
func (d *dotProduct) long(until *looks, sums []float64, row int, x []float32) {
	for j := range sums {
		w := d.weight[(row+j)*d.in:][:d.in]
		for at := 0; at < d.in && !until.ended(lookSteps); at += lookSteps {
			end := min(at+lookSteps, d.in)
			sums[j] += kernel.Dot1(w[at:end], x[at:end])
		}
	}
}

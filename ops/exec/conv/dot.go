package conv

import (
	"context"

	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A dotProduct is a convolution whose filters see the whole image, as dot products with the
// rows of the weight, which need no packing: such a layer is as fast as its weight can be
// read.
type dotProduct struct {
	batch, in, out int
	weight         []float32 // [out, in]
	bias           []float32
	act            rowwise.Act
	add            bool
}

func fitsDot(p *problem) bool { return p.groups == 1 && p.isWhole() }

// dotPart is how many weights a part reads, about 10 µs from memory.
const dotPart = 1 << 15

func prepareDot(p *problem, v values) *task.Prepared {
	f, in := p.packing(v), p.x[1:].Elements()
	d := &dotProduct{batch: p.x[0], in: in, out: p.filters, weight: f.rows(), add: p.add}
	d.bias, d.act = f.behind(p.filters)
	rows := task.Balanced(d.out, max(dotPart/d.in, 1), kernel.DotRows)
	images := max(1, min(d.batch, 4*dotPart/(rows*d.in)))
	return &task.Prepared{Algorithm: "dot-" + kernel.ISA() + "-8", Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		// The parts of the same rows follow each other, so that a weight is read from memory once
		// for all images.
		groups := task.CeilDiv(d.batch, images)
		return []task.Task{task.New(task.CeilDiv(d.out, rows)*groups, func(ctx context.Context, part, _ int) {
			row, image := part/groups*rows, part%groups*images
			d.block(task.Looks{Ctx: ctx}, out.Data, in, row, min(row+rows, d.out), image, min(image+images, d.batch))
		})}
	}}
}

// block computes the outputs from row to end of some images.
func (d *dotProduct) block(until task.Looks, out []float32, in []tensor.Tensor, row, end, image, lastImage int) {
	for ; row < end; row += kernel.DotRows {
		n := min(kernel.DotRows, end-row)
		for i := image; i < lastImage; i++ {
			x := in[0].Data[i*d.in:][:d.in]
			var sums [kernel.DotRows]float64
			if dotRows(&until, &sums, n, d.weight[row*d.in:], x); until.Over {
				return
			}
			y := out[i*d.out+row:][:n]
			for j := range y {
				v := float32(sums[j] + float64(d.bias[row+j]))
				if d.add {
					v += in[1].Data[i*d.out+row+j]
				}
				y[j] = v
			}
			d.act.Across(row, y, y)
		}
	}
}

// mostDot is the longest row of which several are multiplied together.
const mostDot = 1 << 20

// dotRows multiplies n rows, one after another, with a vector, piece by piece where they are long.
func dotRows(until *task.Looks, sums *[kernel.DotRows]float64, n int, rows, x []float32) {
	switch {
	case len(x) > mostDot:
		for j := range n {
			w := rows[j*len(x):][:len(x)]
			for at := 0; at < len(x) && !until.Ended(task.LookSteps); at += task.LookSteps {
				end := min(at+task.LookSteps, len(x))
				sums[j] += kernel.Dot1(w[at:end], x[at:end])
			}
		}
	case n == kernel.DotRows:
		kernel.Dot(sums, rows, x)
	default:
		for j := range n {
			sums[j] = kernel.Dot1(rows[j*len(x):][:len(x)], x)
		}
	}
}

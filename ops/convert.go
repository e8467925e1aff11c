package ops

import (
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// Convert moves a value [N, C, H, W] from one layout to another. It is no
// primitive of the language: a plan puts it where two ops disagree.
//
// Cost: none, it only moves.
type Convert struct {
	From, To Layout
	moving
}

func (*Convert) Name() string { return "convert" }

// Infer keeps the shape.
func (c *Convert) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return keep(f, c, in) }

func (c *Convert) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	if c.From.BF16 || c.To.BF16 {
		return c.prepareBF16(in[0], out)
	}
	from, to := c.From.grid(in[0]), c.To.grid(out)
	return perRow(c.From.String()+"->"+c.To.String(), to, func(dst []float32, in []tensor.Tensor, plane, y int) {
		copyChannels(dst, &to, in[0].Data, &from, plane, y)
	})
}

// copyChannels fills row y of a plane of to from the row of the same channels of
// another layout. Channels beyond the last are 0.
func copyChannels(dst []float32, to *grid, src []float32, from *grid, plane, y int) {
	image, block := plane/to.blocks, plane%to.blocks
	row := to.row(dst, plane, y)
	for lane := range to.Block {
		c := block*to.Block + lane
		if c >= to.c {
			for x := range to.w {
				row[x*to.Block+lane] = 0
			}
			continue
		}
		line := from.row(src, image*from.blocks+c/from.Block, y)[c%from.Block:]
		if to.Block == 1 && from.Block == 1 {
			copy(row, line)
			continue
		}
		at, end := lane, len(row)
		for i := 0; at < end; i += from.Block {
			row[at] = line[i]
			at += to.Block
		}
	}
}

// rowsPart is how many float32 a part of work on rows writes, some 10 µs.
const rowsPart = 1 << 14

// perRow is an op that computes each row of a blocked result from its inputs.
func perRow(algorithm string, to grid, row func(out []float32, in []tensor.Tensor, plane, y int)) Prepared {
	return &prepared{algorithm: algorithm, bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		return []Task{ranges(to.n*to.blocks*to.h, max(1, rowsPart/to.pitch), func(first, end, _ int) {
			for i := first; i < end; i++ {
				plane, y := i/to.h, i%to.h
				row(out.Data, in, plane, y)
				to.zeroHalo(out.Data, plane, y)
			}
		})}
	}}
}

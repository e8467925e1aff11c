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
	return c.Between(Value{Shape: in[0], Layout: c.From}, Value{Shape: out, Layout: c.To})
}

// Between is Prepare for values that may lie in larger ones.
func (c *Convert) Between(in, out Value) Prepared {
	from, to := in.grid(), out.grid()
	if from.BF16 || to.BF16 {
		return c.prepareBF16(from, to)
	}
	return perRow(c.From.String()+"->"+c.To.String(), to, func(row []float32, in []tensor.Tensor, image, block, y int) {
		copyChannels(row, &to, in[0].Data, &from, image, block, y)
	})
}

// copyChannels fills row y of a block of to from the row of the same channels of
// another layout. Channels beyond the last are 0.
func copyChannels(row []float32, to *grid, src []float32, from *grid, image, block, y int) {
	for lane := range to.Block {
		c := block*to.Block + lane
		if c >= to.c {
			for x := range to.w {
				row[x*to.Block+lane] = 0
			}
			continue
		}
		line := from.row(src, image, c/from.Block, y)[c%from.Block:]
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

// perRow is an op that computes each row of a blocked result from its inputs.
func perRow(algorithm string, to grid, compute func(row []float32, in []tensor.Tensor, image, block, y int)) Prepared {
	return &prepared{algorithm: algorithm, bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		return []Task{to.eachRow(func(image, block, y, _ int) {
			compute(to.row(out.Data, image, block, y), in, image, block, y)
			to.zeroHalo(out.Data, image, block, y)
		})}
	}}
}

package ops

import (
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// Ops that treat every pixel alike work on values of bfloat16 row by row too: a row
// of 32 channels becomes two of 16 as float32, and the result is rounded.

// rowsBF16 wants n inputs of bfloat16 with any halo.
func rowsBF16(n int) Blocking {
	b := Blocking{In: make([]Layout, n)}
	for i := range b.In {
		b.In[i] = Layout{Block: LanesBF16, BF16: true}
	}
	return b
}

// perRowBF16 is an op that computes each row of a result of bfloat16 in scratch,
// from rows of inputs. compute leaves it in sum, of which the first half is that of
// the lower 16 channels; next has as much room.
func perRowBF16(algorithm string, to grid, compute func(sum, next []float32, in []tensor.Tensor, image, block, y int)) Prepared {
	n := 2 * to.w * Lanes
	return &prepared{algorithm: algorithm + "-" + kernel.BF16ISA(), lend: 2 * n, bind: func(out tensor.Tensor, in []tensor.Tensor, lent scratch) []Task {
		return []Task{to.eachRow(func(image, block, y, worker int) {
			mem := lent.of(worker)
			compute(mem[:n], mem[n:], in, image, block, y)
			kernel.PackBF16(to.row(out.Data, image, block, y), mem[:n/2], mem[n/2:n])
			to.zeroHalo(out.Data, image, block, y)
		})}
	}}
}

// widen puts a row into two halves.
func widen(both, row []float32) { kernel.UnpackBF16(both[:len(both)/2], both[len(both)/2:], row) }

// mappedBF16 is mapped for values of bfloat16.
func mappedBF16(algorithm string, in, out Value, run func(dst, src []float32)) Prepared {
	from := in.grid()
	return perRowBF16(algorithm, out.grid(), func(sum, _ []float32, in []tensor.Tensor, image, block, y int) {
		widen(sum, from.row(in[0].Data, image, block, y))
		run(sum, sum)
	})
}

// mergedBF16 is merged for values of bfloat16.
func mergedBF16(algorithm string, in []Value, out Value, gather func(sum, next []float32), finish func(dst, sum []float32)) Prepared {
	from := make([]grid, len(in))
	for i, v := range in {
		from[i] = v.grid()
	}
	return perRowBF16(algorithm, out.grid(), func(sum, next []float32, in []tensor.Tensor, image, block, y int) {
		widen(sum, from[0].row(in[0].Data, image, block, y))
		for i := range in[1:] {
			widen(next, from[i+1].row(in[i+1].Data, image, block, y))
			gather(sum, next)
		}
		finish(sum, sum)
	})
}

// mergeBF16 wants every input of bfloat16, where all are images of one shape.
func mergeBF16(in []tensor.Shape, out tensor.Shape) Blocking {
	if !sameShapes(in, out) {
		return Blocking{}
	}
	return rowsBF16(len(in))
}

// BlockedBF16 works on images.
func (r *ReLU) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking { return mergeBF16(in, out) }

// BlockedBF16 works on images.
func (r *ReLU6) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking { return mergeBF16(in, out) }

// BlockedBF16 works on images.
func (s *Sigmoid) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking {
	return mergeBF16(in, out)
}

// BlockedBF16 works on images.
func (s *SiLU) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking { return mergeBF16(in, out) }

// BlockedBF16 works on images.
func (g *GELU) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking { return mergeBF16(in, out) }

// BlockedBF16 works on images.
func (s *Scale) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking { return mergeBF16(in, out) }

// BlockedBF16 works on images.
func (o *Add) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking { return mergeBF16(in, out) }

// BlockedBF16 works on images.
func (o *Max) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking { return mergeBF16(in, out) }

// PrepareBF16 is Prepare for values of bfloat16.
func (r *ReLU) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return mappedBF16("relu", in[0], out, ActReLU.apply)
}

// PrepareBF16 is Prepare for values of bfloat16.
func (r *ReLU6) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return mappedBF16("relu6", in[0], out, ActReLU6.apply)
}

// PrepareBF16 is Prepare for values of bfloat16.
func (s *Sigmoid) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return mappedBF16("sigmoid", in[0], out, ActSigmoid.apply)
}

// PrepareBF16 is Prepare for values of bfloat16.
func (s *SiLU) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return mappedBF16("silu", in[0], out, ActSiLU.apply)
}

// PrepareBF16 is Prepare for values of bfloat16.
func (g *GELU) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return mappedBF16("gelu", in[0], out, ActGELU.apply)
}

// PrepareBF16 is Prepare for values of bfloat16.
func (s *Scale) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	factor := float32(s.S.Float())
	return mappedBF16("scale", in[0], out, func(dst, src []float32) { kernel.MulScalar(dst, src, factor) })
}

// PrepareBF16 is Prepare for values of bfloat16.
func (o *Add) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return mergedBF16("add", in, out, kernel.Add, o.epilogue.Act.apply)
}

// PrepareBF16 is Prepare for values of bfloat16.
func (o *Max) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return mergedBF16("max", in, out, kernel.Max, store)
}

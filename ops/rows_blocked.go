package ops

import (
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// Ops that treat every pixel alike work on blocked values row by row, on lines of
// Lanes channels.

// blockedRows wants n inputs in blocks with any halo.
func blockedRows(n int) Blocking {
	if kernel.TilePixels == 0 {
		return Blocking{}
	}
	b := Blocking{In: make([]Layout, n)}
	for i := range b.In {
		b.In[i] = Layout{Block: Lanes}
	}
	return b
}

// mappedBlocked is mapped for blocked values.
func mappedBlocked(algorithm string, in, out Value, run func(dst, src []float32)) Prepared {
	from, to := in.grid(), out.grid()
	return perRow(algorithm, to, func(row []float32, in []tensor.Tensor, image, block, y int) {
		run(row, from.row(in[0].Data, image, block, y))
	})
}

// mergedBlocked is merged for blocked values: out may be the memory of any input
// in its layout, so a row is gathered in scratch.
func mergedBlocked(algorithm string, in []Value, out Value, gather func(sum, next []float32), finish func(dst, sum []float32)) Prepared {
	to := out.grid()
	from := make([]grid, len(in))
	for i, v := range in {
		from[i] = v.grid()
	}
	width := to.w * Lanes
	return &prepared{algorithm: algorithm, lend: width, bind: func(out tensor.Tensor, in []tensor.Tensor, lent scratch) []Task {
		return []Task{to.eachRow(func(image, block, y, worker int) {
			sum := lent.of(worker)
			copy(sum, from[0].row(in[0].Data, image, block, y))
			for j := range in[1:] {
				gather(sum, from[j+1].row(in[j+1].Data, image, block, y))
			}
			finish(to.row(out.Data, image, block, y), sum)
			to.zeroHalo(out.Data, image, block, y)
		})}
	}}
}

func blockedActivation(a Activation, in []Value, out Value) Prepared {
	return mappedBlocked(a.String()+"-"+kernel.ISA(), in[0], out, a.apply)
}

// sameShapes reports whether all shapes are out's, of rank 4.
func sameShapes(in []tensor.Shape, out tensor.Shape) bool {
	for _, s := range in {
		if !s.Equal(out) {
			return false
		}
	}
	return len(out) == 4
}

// blockedMerge wants every input in blocks, where all are images of one shape.
func blockedMerge(in []tensor.Shape, out tensor.Shape) Blocking {
	if !sameShapes(in, out) {
		return Blocking{}
	}
	return blockedRows(len(in))
}

// Blocked works on images.
func (r *ReLU) Blocked(in []tensor.Shape, out tensor.Shape) Blocking { return blockedMerge(in, out) }

// Blocked works on images.
func (r *ReLU6) Blocked(in []tensor.Shape, out tensor.Shape) Blocking { return blockedMerge(in, out) }

// Blocked works on images.
func (s *Sigmoid) Blocked(in []tensor.Shape, out tensor.Shape) Blocking { return blockedMerge(in, out) }

// Blocked works on images.
func (s *SiLU) Blocked(in []tensor.Shape, out tensor.Shape) Blocking { return blockedMerge(in, out) }

// Blocked works on images.
func (g *GELU) Blocked(in []tensor.Shape, out tensor.Shape) Blocking { return blockedMerge(in, out) }

// PrepareBlocked is Prepare for blocked values.
func (r *ReLU) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return blockedActivation(ActReLU, in, out)
}

// PrepareBlocked is Prepare for blocked values.
func (r *ReLU6) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return blockedActivation(ActReLU6, in, out)
}

// PrepareBlocked is Prepare for blocked values.
func (s *Sigmoid) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return blockedActivation(ActSigmoid, in, out)
}

// PrepareBlocked is Prepare for blocked values.
func (s *SiLU) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return blockedActivation(ActSiLU, in, out)
}

// PrepareBlocked is Prepare for blocked values.
func (g *GELU) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return blockedActivation(ActGELU, in, out)
}

// Blocked works on images.
func (o *Add) Blocked(in []tensor.Shape, out tensor.Shape) Blocking { return blockedMerge(in, out) }

// PrepareBlocked is Prepare for blocked values.
func (o *Add) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return mergedBlocked("add-"+kernel.ISA(), in, out, kernel.Add, o.epilogue.Act.apply)
}

// Blocked works on images.
func (o *Max) Blocked(in []tensor.Shape, out tensor.Shape) Blocking { return blockedMerge(in, out) }

// PrepareBlocked is Prepare for blocked values.
func (o *Max) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	return mergedBlocked("max-"+kernel.ISA(), in, out, kernel.Max, store)
}

// Blocked works on images.
func (s *Scale) Blocked(in []tensor.Shape, out tensor.Shape) Blocking { return blockedMerge(in, out) }

// PrepareBlocked is Prepare for blocked values.
func (s *Scale) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	factor := float32(s.S.Float())
	return mappedBlocked("scale-"+kernel.ISA(), in[0], out, func(dst, src []float32) { kernel.MulScalar(dst, src, factor) })
}

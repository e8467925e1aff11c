package ops

import (
	"cnnlang/ops/dim"
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// Ops that treat every channel in its own way, or move channels by 16, on values of
// bfloat16.

// perLaneBF16 is perLane for values of bfloat16.
func perLaneBF16(algorithm string, in, out Value, sub, mul, add func(c int) float64) Prepared {
	from, to := in.grid(), out.grid()
	constant := func(of func(c int) float64) []float32 {
		list := make([]float32, to.blocks*LanesBF16)
		for c := range to.c {
			list[c] = float32(of(c))
		}
		return list
	}
	subs, muls, adds := constant(sub), constant(mul), constant(add)
	return perRowBF16(algorithm, to, func(sum, _ []float32, in []tensor.Tensor, image, block, y int) {
		widen(sum, from.row(in[0].Data, image, block, y))
		at, half := block*LanesBF16, len(sum)/2
		kernel.AffineLanes(sum[:half], sum[:half], subs[at:], muls[at:], adds[at:])
		at += Lanes
		kernel.AffineLanes(sum[half:], sum[half:], subs[at:], muls[at:], adds[at:])
	})
}

// BlockedBF16 works on images.
func (b *BatchNorm) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking {
	return mergeBF16(in, out)
}

// PrepareBF16 is Prepare for values of bfloat16.
func (b *BatchNorm) PrepareBF16(in []Value, out Value, params []tensor.Tensor) Prepared {
	scale, _ := b.affine(params)
	return perLaneBF16("affine", in[0], out,
		func(c int) float64 { return float64(params[2].Data[c]) },
		func(c int) float64 { return scale[c] },
		func(c int) float64 { return float64(params[1].Data[c]) })
}

// BlockedBF16 works on images.
func (l *LayerScale) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking {
	return mergeBF16(in, out)
}

// PrepareBF16 is Prepare for values of bfloat16.
func (l *LayerScale) PrepareBF16(in []Value, out Value, params []tensor.Tensor) Prepared {
	return perLaneBF16("scale", in[0], out, none, func(c int) float64 { return float64(params[0].Data[c]) }, none)
}

// BlockedBF16 works on images of one shape, and on one image and its gate, which
// stays float32.
func (o *Mul) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking {
	gate, ok := gateOf(in[:o.factors(len(in))], out)
	if !ok {
		if o.epilogue.Add {
			return Blocking{}
		}
		return mergeBF16(in, out)
	}
	b := rowsBF16(len(in))
	b.In[gate] = Layout{Block: Lanes}
	return b
}

// PrepareBF16 is Prepare for values of bfloat16.
func (o *Mul) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	var shapes []tensor.Shape
	for _, v := range in[:o.factors(len(in))] {
		shapes = append(shapes, v.Shape)
	}
	gate, ok := gateOf(shapes, out.Shape)
	if !ok {
		return mergedBF16("mul", in, out, kernel.Mul, o.epilogue.Act.apply)
	}
	from, by, to := in[1-gate].grid(), in[gate].grid(), out.grid()
	var added grid
	if o.epilogue.Add {
		added = in[2].grid()
	}
	return perRowBF16("mul-gated", to, func(sum, next []float32, in []tensor.Tensor, image, block, y int) {
		widen(sum, from.row(in[1-gate].Data, image, block, y))
		half := len(sum) / 2
		for h := range min(2, by.blocks-2*block) {
			row := sum[h*half:][:half]
			kernel.AffineLanes(row, row, zeroLanes, by.row(in[gate].Data, image, 2*block+h, 0), zeroLanes)
		}
		if o.epilogue.Add {
			widen(next, added.row(in[2].Data, image, block, y))
			kernel.Add(sum, next)
		}
		o.epilogue.Act.apply(sum, sum)
	})
}

// BlockedBF16 works where every input but the last is whole blocks of 16.
func (o *Concat) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking {
	if o.Axis != dim.Int(1) || len(out) != 4 {
		return Blocking{}
	}
	for _, s := range in[:len(in)-1] {
		if s[1]%Lanes != 0 {
			return Blocking{}
		}
	}
	return rowsBF16(len(in))
}

// PrepareBF16 copies half lines that are not in their place already.
func (o *Concat) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	to := out.grid()
	from := make([]grid, len(in))
	var source, half []int // of each 16 channels of the result
	for i, v := range in {
		from[i] = v.grid()
		for h := range ceilDiv(from[i].c, Lanes) {
			source, half = append(source, i), append(half, h)
		}
	}
	return perRow("copy", to, func(both []float32, in []tensor.Tensor, image, block, y int) {
		for h := range 2 {
			row := both[h*halfLine:]
			k := 2*block + h
			if k >= len(source) { // channels beyond the last
				for x := 0; x < len(row); x += Lanes {
					clear(row[x:][:halfLine])
				}
				continue
			}
			g := &from[source[k]]
			line := g.row(in[source[k]].Data, image, half[k]/2, y)[half[k]%2*halfLine:]
			for x := 0; x < len(row); x += Lanes {
				copy(row[x:][:halfLine], line[x:])
			}
		}
	})
}

// BlockedBF16 works where the slice begins with a block.
func (o *Slice) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking {
	if o.From.MustInt()%LanesBF16 != 0 || len(out) != 4 {
		return Blocking{}
	}
	return rowsBF16(1)
}

// PrepareBF16 copies what is not in its place already.
func (o *Slice) PrepareBF16(in []Value, out Value, _ []tensor.Tensor) Prepared {
	from, to := in[0].grid(), out.grid()
	first := o.From.MustInt() / LanesBF16
	return perRow("copy", to, func(row []float32, in []tensor.Tensor, image, block, y int) {
		copy(row, from.row(in[0].Data, image, first+block, y))
	})
}

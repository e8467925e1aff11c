package ops

import (
	"cnnlang/ops/dim"
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// Ops that treat every channel in its own way, or move channels by whole blocks,
// on blocked values.

// perLane is an op that maps each channel c of an image to (x - sub[c])*mul[c] +
// add[c]. Channels beyond the last become 0.
func perLane(algorithm string, in, out Value, sub, mul, add func(c int) float64) Prepared {
	from, to := in.grid(), out.grid()
	constant := func(of func(c int) float64) []float32 {
		list := make([]float32, to.blocks*Lanes)
		for c := range to.c {
			list[c] = float32(of(c))
		}
		return list
	}
	subs, muls, adds := constant(sub), constant(mul), constant(add)
	return perRow(algorithm+"-"+kernel.ISA(), to, func(row []float32, in []tensor.Tensor, image, block, y int) {
		at := block * Lanes
		kernel.AffineLanes(row, from.row(in[0].Data, image, block, y), subs[at:], muls[at:], adds[at:])
	})
}

func none(int) float64 { return 0 }

// Blocked works on images.
func (b *BatchNorm) Blocked(in []tensor.Shape, out tensor.Shape) Blocking {
	return blockedMerge(in, out)
}

// PrepareBlocked subtracts the mean first: a shift into which it is folded may be
// far larger than the result.
func (b *BatchNorm) PrepareBlocked(in []Value, out Value, params []tensor.Tensor) Prepared {
	scale, _ := b.affine(params)
	return perLane("affine", in[0], out,
		func(c int) float64 { return float64(params[2].Data[c]) },
		func(c int) float64 { return scale[c] },
		func(c int) float64 { return float64(params[1].Data[c]) })
}

// Blocked works on images.
func (l *LayerScale) Blocked(in []tensor.Shape, out tensor.Shape) Blocking {
	return blockedMerge(in, out)
}

// PrepareBlocked is Prepare for blocked values.
func (l *LayerScale) PrepareBlocked(in []Value, out Value, params []tensor.Tensor) Prepared {
	return perLane("scale", in[0], out, none, func(c int) float64 { return float64(params[0].Data[c]) }, none)
}

// Blocked works on images of one shape, and on one image and its gate.
func (o *Mul) Blocked(in []tensor.Shape, out tensor.Shape) Blocking {
	if _, ok := gateOf(in[:o.factors(len(in))], out); ok {
		return blockedRows(len(in))
	}
	if o.epilogue.Add {
		return Blocking{}
	}
	return blockedMerge(in, out)
}

// gateOf returns which of two inputs has one value for each channel of the other.
func gateOf(in []tensor.Shape, out tensor.Shape) (gate int, ok bool) {
	if len(in) != 2 || len(out) != 4 {
		return 0, false
	}
	for gate = range in {
		if in[1-gate].Equal(out) && !in[gate].Equal(out) {
			return gate, true
		}
	}
	return 0, false
}

var zeroLanes = make([]float32, Lanes)

// PrepareBlocked is Prepare for blocked values.
func (o *Mul) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	var shapes []tensor.Shape
	for _, v := range in[:o.factors(len(in))] {
		shapes = append(shapes, v.Shape)
	}
	gate, ok := gateOf(shapes, out.Shape)
	if !ok {
		return mergedBlocked("mul-"+kernel.ISA(), in, out, kernel.Mul, o.epilogue.Act.apply)
	}
	from, by, to := in[1-gate].grid(), in[gate].grid(), out.grid()
	if !o.epilogue.Add {
		return perRow("mul-gated-"+kernel.ISA(), to, func(row []float32, in []tensor.Tensor, image, block, y int) {
			kernel.AffineLanes(row, from.row(in[1-gate].Data, image, block, y), zeroLanes, by.row(in[gate].Data, image, block, 0), zeroLanes)
			o.epilogue.Act.apply(row, row)
		})
	}
	added := in[2].grid()
	low, high := o.epilogue.Act.bounds()
	return perRow("mul-gated-add-"+kernel.ISA(), to, func(row []float32, in []tensor.Tensor, image, block, y int) {
		kernel.GateLanes(row, from.row(in[1-gate].Data, image, block, y), by.row(in[gate].Data, image, block, 0), added.row(in[2].Data, image, block, y), low, high)
		if !o.epilogue.Act.clamps() {
			o.epilogue.Act.apply(row, row)
		}
	})
}

// Blocked works where every input but the last fills its blocks.
func (o *Concat) Blocked(in []tensor.Shape, out tensor.Shape) Blocking {
	if o.Axis != dim.Int(1) || len(out) != 4 {
		return Blocking{}
	}
	for _, s := range in[:len(in)-1] {
		if s[1]%Lanes != 0 {
			return Blocking{}
		}
	}
	return blockedRows(len(in))
}

// PrepareBlocked copies what is not in its place already.
func (o *Concat) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	to := out.grid()
	from := make([]grid, len(in))
	var source, first []int // of each block of the result
	for i, v := range in {
		from[i] = v.grid()
		before := len(source)
		for range from[i].blocks {
			source, first = append(source, i), append(first, before)
		}
	}
	return perRow("copy", to, func(row []float32, in []tensor.Tensor, image, block, y int) {
		i := source[block]
		copy(row, from[i].row(in[i].Data, image, block-first[block], y))
	})
}

// Blocked works where the slice begins with a block.
func (o *Slice) Blocked(in []tensor.Shape, out tensor.Shape) Blocking {
	if o.From.MustInt()%Lanes != 0 || len(out) != 4 {
		return Blocking{}
	}
	return blockedRows(1)
}

// PrepareBlocked copies what is not in its place already.
func (o *Slice) PrepareBlocked(in []Value, out Value, _ []tensor.Tensor) Prepared {
	from, to := in[0].grid(), out.grid()
	first := o.From.MustInt() / Lanes
	return perRow("copy", to, func(row []float32, in []tensor.Tensor, image, block, y int) {
		copy(row, from.row(in[0].Data, image, first+block, y))
	})
}

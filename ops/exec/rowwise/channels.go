package rowwise

import (
	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// PerChannel sets the dst of channel c of a plain value to a function of its src.
func PerChannel(algorithm string, shape tensor.Shape, run func(dst, src []float32, c int)) *task.Prepared {
	n, c, pixels := shape[0], shape[1], shape[2:].Elements()
	return &task.Prepared{Algorithm: algorithm, Tasks: func(out tensor.Tensor, in []tensor.Tensor, _ task.Scratch) []task.Task {
		return []task.Task{task.Planes(n*c, pixels, func(plane, first, end, _ int) {
			from, to := plane*pixels+first, plane*pixels+end
			run(out.Data[from:to], in[0].Data[from:to], plane%c)
		})}
	}}
}

// Affine maps each channel c of a blocked value to (x - sub[c])*mul[c] + add[c]; the lists are of whole
// blocks.
func Affine(algorithm string, in, out layout.Value, sub, mul, add []float32) *task.Prepared {
	from, to := in.Grid(), out.Grid()
	layout.Join(wholeRows, &from, &to)
	return rows(algorithm, to, 0, func(r row) {
		src := from.Load(r.dst, r.in[0].Data, r.image, r.block, r.y)
		each := len(r.dst) / to.Halves()
		for h := range to.Halves() {
			at := r.block*to.Block + h*layout.Lanes
			kernel.AffineLanes(r.dst[h*each:][:each], src[h*each:], sub[at:], mul[at:], add[at:])
		}
	})
}

// Leaky multiplies what is below 0 in each channel of a blocked value by the channel's slope;
// there are slopes for whole blocks.
func Leaky(in, out layout.Value, slopes []float32) *task.Prepared {
	from, to := in.Grid(), out.Grid()
	return rows("slopes", to, 0, func(r row) {
		src := from.Load(r.dst, r.in[0].Data, r.image, r.block, r.y)
		each := len(r.dst) / to.Halves()
		for h := range to.Halves() {
			kernel.LeakyLanes(r.dst[h*each:][:each], src[h*each:], slopes[r.block*to.Block+h*layout.Lanes:])
		}
	})
}

var zeros = make([]float32, layout.Lanes)

// Gated multiplies the image in[1-gate] by in[gate], which is smaller, adds in[2] if the epilogue
// does, and activates. The gate lies in blocks of float32 if it has all channels, or else it is
// plain.
func Gated(in []layout.Value, gate int, out layout.Value, e ops.Epilogue) *task.Prepared {
	act, to := ActOf(e.Act), out.Grid()
	grids := make([]layout.Grid, len(in))
	for i, v := range in {
		grids[i] = v.Grid()
	}
	if whole := []*layout.Grid{&to, &grids[1-gate]}; grids[gate].H == 1 && grids[gate].W == 1 {
		if e.Add {
			whole = append(whole, &grids[2])
		}
		layout.Join(wholeRows, whole...)
	}
	name := "mul-gated"
	if e.Add {
		name += "-add"
	}
	by := grids[gate]
	return rows(name, to, 1, func(r row) {
		src := grids[1-gate].Load(r.dst, r.in[1-gate].Data, r.image, r.block, r.y)
		var added []float32
		if e.Add {
			added = grids[2].Load(r.second, r.in[2].Data, r.image, r.block, r.y)
		}
		y := min(r.y, by.H-1)
		if e.Add && to.Element == layout.Float32 && by.Block > 1 && by.W == 1 {
			kernel.GateLanes(r.dst, src, by.Row(r.in[gate].Data, r.image, r.block, y), added, act.Low, act.High)
			if !act.Clamps {
				act.Apply(r.dst, r.dst)
			}
			return
		}
		product := r.dst
		if e.Add && to.Element == layout.Float32 { // dst may be what is added
			product = r.spare[:len(r.dst)]
		}
		each := len(product) / to.Halves()
		for h := range to.Halves() {
			block := to.Halves()*r.block + h
			if by.Block == 1 {
				block = 0
			}
			if block < by.Blocks {
				scale(product[h*each:][:each], src[h*each:], by.Row(r.in[gate].Data, r.image, block, y), by)
			}
		}
		if e.Add {
			kernel.Add(product, added)
		}
		act.Apply(r.dst, product)
	})
}

// scale multiplies lines of 16 channels by a row of a gate: by a number or a line of its own for
// each pixel, or by one for all.
func scale(dst, src, row []float32, gate layout.Grid) {
	switch {
	case gate.Block == 1 && gate.W == 1:
		kernel.MulScalar(dst, src, row[0])
	case gate.Block == 1:
		kernel.ScaleLanes(dst, src, row)
	case gate.W == 1:
		kernel.AffineLanes(dst, src, zeros, row, zeros)
	default:
		copy(dst, src)
		kernel.Mul(dst, row)
	}
}

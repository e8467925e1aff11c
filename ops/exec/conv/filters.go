package conv

import (
	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// filters are the weights and biases of a convolution with the norm of its
// epilogue folded in. at reads weight [O, C/groups, kh, kw], or for a
// transposed one [C, O, kh, kw], in place.
type filters struct {
	weight []float32
	scale  []float64 // for each output channel; nil is 1
	bias   []float32 // for each output channel
	slopes []float32 // for each output channel, of a learned activation
}

// fold combines the op's own params with those of its norm: norm(w*x + b) = (w*scale)*x +
// (b*scale + shift).
func fold(params []tensor.Tensor, out int, bias bool, e ops.Epilogue) *filters {
	f := &filters{weight: params[0].Data, bias: make([]float32, out)}
	own, norm, slopes := ops.Split(e, params)
	if bias {
		copy(f.bias, own[1].Data)
	}
	for o := 0; o < out && slopes != nil; o++ {
		f.slopes = append(f.slopes, slopes[0].Data[o%len(slopes[0].Data)])
	}
	if e.Norm == nil {
		return f
	}
	scale, shift := e.Norm.Affine(norm)
	f.scale = scale
	for o := range f.bias {
		f.bias[o] = float32(float64(f.bias[o])*scale[o] + shift[o])
	}
	return f
}

// joined concatenates the filters of several convolutions.
func joined(all []*filters) *filters {
	if len(all) == 1 {
		return all[0]
	}
	f := &filters{}
	for _, one := range all {
		f.weight = append(f.weight, one.weight...)
		f.scale = append(f.scale, one.scale...)
		f.bias = append(f.bias, one.bias...)
		f.slopes = append(f.slopes, one.slopes...)
	}
	return f
}

// at returns the weight at index i, which belongs to output channel o.
func (f *filters) at(i, o int) float32 {
	if f.scale == nil {
		return f.weight[i]
	}
	return float32(float64(f.weight[i]) * f.scale[o])
}

// A filterRow is the weights of one filter, with their factor.
type filterRow struct {
	weight []float32
	scale  float64
	scaled bool
	of     int // which filter
	first  int // the first channel that it sees
}

// row returns the filter of output channel o, which has so many weights.
func (f *filters) row(o, size int) filterRow {
	r := filterRow{weight: f.weight[o*size:][:size], scale: 1, of: o}
	if f.scale != nil {
		r.scale, r.scaled = f.scale[o], true
	}
	return r
}

// at returns weight i, as filters.at does.
func (r *filterRow) at(i int) float32 {
	if r.scaled {
		return float32(float64(r.weight[i]) * r.scale)
	}
	return r.weight[i]
}

// packRows packs a matrix of m rows and k columns into the panels of a kernel:
//
//	panel 0: row 0..MR-1 of column 0 | of column 1 | … | of column k-1
//	panel 1: row MR..2MR-1 …
//
// The rows beyond m are 0.
func packRows(memory task.Memory, g *kernel.Gemm, m, k int, at func(row, col int) float32) []float32 {
	return memory.Floats(task.RoundUp(m, g.MR)*k, func(dst []float32) {
		for row := range m {
			panel := dst[row/g.MR*g.MR*k:]
			for col := range k {
				panel[col*g.MR+row%g.MR] = at(row, col)
			}
		}
	})
}

// packLine stores one row of pixels into panels of width each: pixel x at
// dst[x/width*pitch + x%width].
func packLine(dst []float32, pitch, width int, line []float32) {
	if width == 2 {
		at := 0
		for len(line) >= 2 {
			d := dst[at : at+2 : at+2]
			d[0], d[1] = line[0], line[1]
			line = line[2:]
			at += pitch
		}
		return
	}
	for at := 0; len(line) >= width; at += pitch {
		copy(dst[at:at+width], line[:width])
		line = line[width:]
	}
}

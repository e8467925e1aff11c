package conv

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// filters are the weights and biases of a convolution with the norm of its
// epilogue folded in; the weights are read in place.
type filters struct {
	order  order
	weight []float32
	scale  []float64 // for each output channel; nil is 1
	bias   []float32 // for each output channel
	slopes []float32 // for each output channel, of a learned activation
	joined []float32 // memory for the weights of several convolutions
}

// fold combines a convolution's own params with those of its norm: norm(w*x + b) = (w*scale)*x +
// (b*scale + shift).
func (f *filters) fold(params []tensor.Tensor, m member) {
	own, norm, slopes := ops.Split(m.epilogue, params)
	f.weight = params[0].Data
	f.bias = slices.Grow(f.bias[:0], m.out)[:m.out]
	clear(f.bias)
	if m.bias {
		copy(f.bias, own[1].Data)
	}
	f.slopes = f.slopes[:0]
	for o := 0; o < m.out && slopes != nil; o++ {
		f.slopes = append(f.slopes, slopes[0].Data[o%len(slopes[0].Data)])
	}
	if m.epilogue.Norm == nil {
		return
	}
	scale, shift := m.epilogue.Norm.Affine(norm)
	f.scale = scale
	for o := range f.bias {
		f.bias[o] = float32(float64(f.bias[o])*scale[o] + shift[o])
	}
}

// join concatenates the filters of several convolutions.
func (f *filters) join(all []filters) {
	f.joined, f.scale, f.bias, f.slopes = f.joined[:0], f.scale[:0], f.bias[:0], f.slopes[:0]
	for i := range all {
		f.joined = append(f.joined, all[i].weight...)
		f.scale = append(f.scale, all[i].scale...)
		f.bias = append(f.bias, all[i].bias...)
		f.slopes = append(f.slopes, all[i].slopes...)
	}
	f.weight = f.joined
	if len(f.scale) == 0 {
		f.scale = nil
	}
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

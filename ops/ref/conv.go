package ref

import "cnnlang/ops"

// conv: out[n, o, y, x] = bias[o] + sum over c, i, j of in[n, group + c, y*stride +
// i*dilation - top, …] * weight[o, c, i, j].
//
// Each output is summed in this order; the innermost loop runs over the outputs of a row,
// so that whole networks can be computed in this way.
func conv(op *ops.Conv, out, in Value, params []Value) {
	h, w := in.Shape[2], in.Shape[3]
	weight := params[0]
	perGroup, kh, kw := weight.Shape[1], weight.Shape[2], weight.Shape[3]
	groups := op.Groups.MustInt()
	sh, sw := op.Stride.H.MustInt(), op.Stride.W.MustInt()
	dh, dw := op.Dilation.H.MustInt(), op.Dilation.W.MustInt()
	top := padBefore(op.Pad, op.Pad.Top, h, kh, sh, dh)
	left := padBefore(op.Pad, op.Pad.Left, w, kw, sw, dw)
	for n := range out.Shape[0] {
		for o := range out.Shape[1] {
			group, sums := o/(out.Shape[1]/groups), out.plane(n, o)
			fill(op.Bias, sums, params, o)
			for c := range perGroup {
				image := in.plane(n, group*perGroup+c)
				for i := range kh {
					for j := range kw {
						value := weight.at(o, c, i, j)
						for y := range out.Shape[2] {
							if iy := y*sh + i*dh - top; iy >= 0 && iy < h {
								addRow(row(sums, out, y), row(image, in, iy), value, sw, j*dw-left)
							}
						}
					}
				}
			}
		}
	}
}

// fill sets every pixel of channel o to its bias, where there is one.
func fill(bias bool, plane []float64, params []Value, o int) {
	for i := range plane {
		plane[i] = 0
		if bias {
			plane[i] = params[1].at(o)
		}
	}
}

// addRow adds to every pixel x of a row the pixel x*stride + shift of another
// times a weight, where there is one.
func addRow(row, other []float64, weight float64, stride, shift int) {
	first := 0
	for first < len(row) && first*stride+shift < 0 {
		first++
	}
	if first >= len(row) || first*stride+shift >= len(other) {
		return
	}
	row, other = row[first:], other[first*stride+shift:]
	if stride == 1 {
		for i, pixel := range other[:min(len(row), len(other))] {
			row[i] += pixel * weight
		}
		return
	}
	for i := range row[:min(len(row), (len(other)+stride-1)/stride)] {
		row[i] += other[i*stride] * weight
	}
}

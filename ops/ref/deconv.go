package ref

import "cnnlang/ops"

// deconv adds every input pixel times the kernel to the output, at
// y*stride - top on, and drops what falls outside.
func deconv(op *ops.Deconv, out, in Value, params []Value) {
	weight := params[0]
	kh, kw := weight.Shape[2], weight.Shape[3]
	sh, sw := op.Stride.H.MustInt(), op.Stride.W.MustInt()
	top, left := 0, 0
	switch op.Pad.Mode {
	case ops.Explicit:
		top, left = op.Pad.Top.MustInt(), op.Pad.Left.MustInt()
	case ops.Half:
		top, left = kh/2, kw/2
	case ops.Same: // the output is stride times the input
		top, left = (kh-sh)/2, (kw-sw)/2
	}
	for n := range out.Shape[0] {
		for o := range out.Shape[1] {
			sums := out.plane(n, o)
			fill(op.Bias, sums, params, o)
			for c := range in.Shape[1] {
				image := in.plane(n, c)
				for i := range kh {
					for j := range kw {
						value := weight.at(c, o, i, j)
						for y := range in.Shape[2] {
							if oy := y*sh + i - top; oy >= 0 && oy < out.Shape[2] {
								spreadRow(row(sums, out, oy), row(image, in, y), value, sw, j-left)
							}
						}
					}
				}
			}
		}
	}
}

// spreadRow adds every pixel x of another row times a weight to the pixel
// x*stride + shift of a row, where there is one.
func spreadRow(row, other []float64, weight float64, stride, shift int) {
	for x, pixel := range other {
		if ox := x*stride + shift; ox >= 0 && ox < len(row) {
			row[ox] += pixel * weight
		}
	}
}

package ref

import "cnnlang/ops"

// deconv adds every input pixel times the kernel, whose weights lie dilation apart, to the output
// channels of its group, at y*stride - top on, and drops what falls outside.
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
		top, left = (op.Dilation.H.MustInt()*(kh-1)+1-sh)/2, (op.Dilation.W.MustInt()*(kw-1)+1-sw)/2
	}
	dh, dw := op.Dilation.H.MustInt(), op.Dilation.W.MustInt()
	each, filters := in.Shape[1]/op.Groups.MustInt(), out.Shape[1]/op.Groups.MustInt()
	for n := range out.Shape[0] {
		for o := range out.Shape[1] {
			sums := out.plane(n, o)
			fill(op.Bias, sums, params, o)
			for c := o / filters * each; c < (o/filters+1)*each; c++ {
				image := in.plane(n, c)
				for i := range kh {
					for j := range kw {
						value := weight.at(c, o%filters, i, j)
						for y := range in.Shape[2] {
							if oy := y*sh + i*dh - top; oy >= 0 && oy < out.Shape[2] {
								spreadRow(row(sums, out, oy), row(image, in, y), value, sw, j*dw-left)
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

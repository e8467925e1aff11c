package ref

import "cnnlang/ops"

// conv: out[n, o, y, x] = bias[o] + sum over c, i, j of
// in[n, group + c, y*stride + i*dilation - top, …] * weight[o, c, i, j].
func conv(op *ops.Conv, out, in value, params []value) {
	h, w := in.shape[2], in.shape[3]
	weight := params[0]
	perGroup, kh, kw := weight.shape[1], weight.shape[2], weight.shape[3]
	groups := op.Groups.MustInt()
	sh, sw := op.Stride.H.MustInt(), op.Stride.W.MustInt()
	dh, dw := op.Dilation.H.MustInt(), op.Dilation.W.MustInt()
	top := padBefore(op.Pad, op.Pad.Top, h, kh, sh, dh)
	left := padBefore(op.Pad, op.Pad.Left, w, kw, sw, dw)
	for n := range out.shape[0] {
		for o := range out.shape[1] {
			group := o / (out.shape[1] / groups)
			for y := range out.shape[2] {
				for x := range out.shape[3] {
					sum := 0.0
					if op.Bias {
						sum = params[1].at(o)
					}
					for c := range perGroup {
						for i := range kh {
							for j := range kw {
								iy, ix := y*sh+i*dh-top, x*sw+j*dw-left
								if iy >= 0 && iy < h && ix >= 0 && ix < w {
									sum += in.at(n, group*perGroup+c, iy, ix) * weight.at(o, c, i, j)
								}
							}
						}
					}
					out.set(sum, n, o, y, x)
				}
			}
		}
	}
}

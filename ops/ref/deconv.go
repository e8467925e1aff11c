package ref

import "cnnlang/ops"

// deconv adds every input pixel times the kernel to the output, at
// y*stride - top on, and drops what falls outside.
func deconv(op *ops.Deconv, out, in value, params []value) {
	weight := params[0]
	kh, kw := weight.shape[2], weight.shape[3]
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
	for n := range out.shape[0] {
		for o := range out.shape[1] {
			for y := range out.shape[2] {
				for x := range out.shape[3] {
					bias := 0.0
					if op.Bias {
						bias = params[1].at(o)
					}
					out.set(bias, n, o, y, x)
				}
			}
			for c := range in.shape[1] {
				for y := range in.shape[2] {
					for x := range in.shape[3] {
						for i := range kh {
							for j := range kw {
								oy, ox := y*sh+i-top, x*sw+j-left
								if oy >= 0 && oy < out.shape[2] && ox >= 0 && ox < out.shape[3] {
									sum := out.at(n, o, oy, ox) + in.at(n, c, y, x)*weight.at(c, o, i, j)
									out.set(sum, n, o, oy, ox)
								}
							}
						}
					}
				}
			}
		}
	}
}

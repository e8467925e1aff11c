package ref

import "cnnlang/ops"

// linear: out[n, o, …] = bias[o] + sum over c of in[n, c, …] * weight[o, c].
func linear(op *ops.Linear, out, in value, params []value) {
	out, in = out.image(), in.image()
	for n := range out.shape[0] {
		for o := range out.shape[1] {
			for y := range out.shape[2] {
				for x := range out.shape[3] {
					sum := 0.0
					if op.Bias {
						sum = params[1].at(o)
					}
					for c := range in.shape[1] {
						sum += in.at(n, c, y, x) * params[0].at(o, c)
					}
					out.set(sum, n, o, y, x)
				}
			}
		}
	}
}

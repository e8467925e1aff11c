package ref

import "cnnlang/ops"

// linear: out[n, o, …] = bias[o] + sum over c of in[n, c, …] * weight[o, c].
func linear(op *ops.Linear, out, in Value, params []Value) {
	out, in = out.image(), in.image()
	for n := range out.Shape[0] {
		for o := range out.Shape[1] {
			sums := out.plane(n, o)
			fill(op.Bias, sums, params, o)
			for c := range in.Shape[1] {
				addRow(sums, in.plane(n, c), params[0].at(o, c), 1, 0)
			}
		}
	}
}

package ref

import "cnnlang/ops"

// slice: out[n, c] = in[n, from + c].
func slice(op *ops.Slice, out, in value) {
	out, in = out.image(), in.image()
	from := op.From.MustInt()
	each(out, func(n, c, y, x int) float64 { return in.at(n, from+c, y, x) })
}

// channelShuffle: out[n, i*groups + g] = in[n, g*C/groups + i].
func channelShuffle(op *ops.ChannelShuffle, out, in value) {
	out, in = out.image(), in.image()
	groups := op.Groups.MustInt()
	perGroup := in.shape[1] / groups
	for n := range in.shape[0] {
		for g := range groups {
			for i := range perGroup {
				for y := range in.shape[2] {
					for x := range in.shape[3] {
						out.set(in.at(n, g*perGroup+i, y, x), n, i*groups+g, y, x)
					}
				}
			}
		}
	}
}

// concat puts the inputs one after another along the axis: every element keeps
// its indices but that one, which starts where the inputs before end.
func concat(op *ops.Concat, out value, in []value) {
	axis := op.Axis.MustInt()
	start := 0
	for _, v := range in {
		index := make([]int, len(v.shape))
		for i := range v.data {
			rest := i
			for a := len(v.shape) - 1; a >= 0; a-- {
				index[a] = rest % v.shape[a]
				rest /= v.shape[a]
			}
			index[axis] += start
			out.set(v.data[i], index...)
		}
		start += v.shape[axis]
	}
}

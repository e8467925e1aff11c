package ref

import "cnnlang/ops"

// scale: x * s.
func scale(op *ops.Scale, out, in Value) {
	for i, x := range in.Data {
		out.Data[i] = x * op.S.Float()
	}
}

// layerScale: x * layer_scale of the channel.
func layerScale(out, in Value, params []Value) {
	out, in = out.image(), in.image()
	each(out, func(n, c, y, x int) float64 { return in.at(n, c, y, x) * params[0].at(c, 0, 0) })
}

// channelAffine: x * scale + shift of the channel.
func channelAffine(op *ops.ChannelAffine, out, in Value) {
	out, in = out.image(), in.image()
	each(out, func(n, c, y, x int) float64 {
		return in.at(n, c, y, x)*op.Scale[c].Float() + op.Shift[c].Float()
	})
}

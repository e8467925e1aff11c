package ref

import (
	"math"

	"cnnlang/ops"
)

// scale: x * s.
func scale(op *ops.Scale, out, in Value) {
	for i, x := range in.Data {
		out.Data[i] = x * op.S.Float()
	}
}

// pow: x to the p.
func pow(op *ops.Pow, out, in Value) {
	for i, x := range in.Data {
		out.Data[i] = math.Pow(x, op.P.Float())
	}
}

// learned: the tensor, once for each image.
func learned(out Value, params []Value) {
	for i := range out.Data {
		out.Data[i] = params[0].Data[i%len(params[0].Data)]
	}
}

// learnedGate: x * the learned number of the channel.
func learnedGate(out, in Value, params []Value) {
	out, in = out.image(), in.image()
	each(out, func(n, c, y, x int) float64 { return in.at(n, c, y, x) * params[0].Data[c] })
}

// channelAffine: x * scale + shift of the channel.
func channelAffine(op *ops.ChannelAffine, out, in Value) {
	out, in = out.image(), in.image()
	each(out, func(n, c, y, x int) float64 {
		return in.at(n, c, y, x)*op.Scale[c].Float() + op.Shift[c].Float()
	})
}

package ref

import (
	"math"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// batchNorm: (x - mean) / sqrt(variance + eps) * weight + bias. out may be in.
func batchNorm(op *ops.BatchNorm, out, in Value, params []Value) {
	out, in = out.image(), in.image()
	weight, bias := named(op, in, params, "weight"), named(op, in, params, "bias")
	mean, variance := named(op, in, params, "running_mean"), named(op, in, params, "running_var")
	each(out, func(n, c, y, x int) float64 {
		v := (in.at(n, c, y, x) - mean.at(c)) / math.Sqrt(variance.at(c)+op.Eps.Float())
		if weight != nil {
			v *= weight.at(c)
		}
		if bias != nil {
			v += bias.at(c)
		}
		return v
	})
}

// layerNorm: the same with the mean and variance of the channels of the pixel.
func layerNorm(op *ops.LayerNorm, out, in Value, params []Value) {
	out, in = out.image(), in.image()
	weight, bias := params[0], params[1]
	channels := in.Shape[1]
	for n := range in.Shape[0] {
		for y := range in.Shape[2] {
			for x := range in.Shape[3] {
				mean, variance := 0.0, 0.0
				for c := range channels {
					mean += in.at(n, c, y, x) / float64(channels)
				}
				for c := range channels {
					variance += math.Pow(in.at(n, c, y, x)-mean, 2) / float64(channels)
				}
				for c := range channels {
					out.set((in.at(n, c, y, x)-mean)/math.Sqrt(variance+op.Eps.Float())*weight.at(c)+bias.at(c), n, c, y, x)
				}
			}
		}
	}
}

// groupNorm: the same with the mean and variance of the pixels of a group of channels.
func groupNorm(op ops.Grouper, out, in Value, params []Value) {
	out, in = out.image(), in.image()
	channels, pixels := in.Shape[1], in.Shape[2]*in.Shape[3]
	groups, eps := op.Grouping(channels)
	size := channels / groups
	weight, bias := named(op, in, params, "weight"), named(op, in, params, "bias")
	for n := range in.Shape[0] {
		for first := 0; first < channels; first += size {
			mean, variance, count := 0.0, 0.0, float64(size*pixels)
			for c := first; c < first+size; c++ {
				for _, x := range in.plane(n, c) {
					mean += x / count
				}
			}
			for c := first; c < first+size; c++ {
				for _, x := range in.plane(n, c) {
					variance += math.Pow(x-mean, 2) / count
				}
			}
			for c := first; c < first+size; c++ {
				w, b := 1.0, 0.0
				if weight != nil {
					w = weight.at(c)
				}
				if bias != nil {
					b = bias.at(c)
				}
				for i, x := range in.plane(n, c) {
					out.plane(n, c)[i] = (x-mean)/math.Sqrt(variance+eps)*w + b
				}
			}
		}
	}
}

// named is the tensor of an op with this leaf, nil if it has none.
func named(op ops.Op, in Value, params []Value, leaf string) *Value {
	for i, p := range op.Params([]dim.Shape{dim.Shaped(in.Shape...)}) {
		if p.Leaf == leaf {
			return &params[i]
		}
	}
	return nil
}

// lrn: x / (k + alpha/size * sum of squares of the channels around)^beta.
func lrn(op *ops.LRN, out, in Value) {
	out, in = out.image(), in.image()
	size := op.Size.MustInt()
	each(out, func(n, c, y, x int) float64 {
		squares := 0.0
		for i := range in.Shape[1] {
			if i >= c-size/2 && i <= c+size/2 {
				squares += math.Pow(in.at(n, i, y, x), 2)
			}
		}
		return in.at(n, c, y, x) / math.Pow(op.K.Float()+op.Alpha.Float()/float64(size)*squares, op.Beta.Float())
	})
}

// l2Normalize: x / max(length of the channel vector, eps).
func l2Normalize(op *ops.L2Normalize, out, in Value) {
	out, in = out.image(), in.image()
	each(out, func(n, c, y, x int) float64 {
		squares := 0.0
		for i := range in.Shape[1] {
			squares += math.Pow(in.at(n, i, y, x), 2)
		}
		return in.at(n, c, y, x) / max(math.Sqrt(squares), op.Eps.Float())
	})
}

// each sets every element of an image to f of its indices.
func each(out Value, f func(n, c, y, x int) float64) {
	for n := range out.Shape[0] {
		for c := range out.Shape[1] {
			for y := range out.Shape[2] {
				for x := range out.Shape[3] {
					out.set(f(n, c, y, x), n, c, y, x)
				}
			}
		}
	}
}

package caffe

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// batchNorm reads a BatchNorm: statistics alone. What multiplies and shifts is the Scale that
// follows, which becomes a part of it if nothing else reads what is between them.
func batchNorm(s *settings) build {
	eps := s.number("eps", "1e-5")
	if !s.flag("use_global_stats", true) {
		s.refuse(s.given["use_global_stats"][0], "leave it out, which takes the stored ones in the test phase", "statistics of the batch")
	}
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		mean, variance := stored(l, "running_mean", false), stored(l, "running_var", false)
		if after, biased := l.scale(r); after != nil {
			tensors := []numbers{stored(after, "weight", false), stored(after, "bias", false), mean, variance}
			if !biased {
				tensors = slices.Delete(tensors, 1, 2)
			}
			n := one(&ops.BatchNorm{Eps: eps, Scale: true, Shift: biased}, tensors...)(r, l, in)
			after.merged, after.gives[0].node = true, n[0]
			return n
		}
		return one(&ops.BatchNorm{Eps: eps}, mean, variance)(r, l, in)
	}
}

// scale is the layer that alone reads what a layer gives, and only multiplies channels and, biased,
// shifts them.
func (l *layer) scale(r *reader) (after *layer, biased bool) {
	readers := l.gives[0].readBy()
	if l.gives[0].output || len(readers) != 1 {
		return nil, false
	}
	after = readers[0]
	if after.kind != "Scale" || len(after.reads) != 1 || len(after.gives) != 1 {
		return nil, false
	}
	s := r.settings(after, "scale_param")
	biased = s.flag("bias_term", false)
	if s.integer("axis", 1) != 1 || s.integer("num_axes", 1) != 1 {
		return nil, false
	}
	s.done()
	return after, biased
}

// scale reads a Scale that does not follow a BatchNorm. With two bottoms the second is a gate.
func scale(s *settings) build {
	from, axes := s.integer("axis", 1), s.integer("num_axes", 1)
	biased := s.flag("bias_term", false)
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		if len(in) == 2 {
			if biased {
				r.refuse(l.where(), "without bias_term it is a product", "a bias beside a gate")
				return nil
			}
			return gated(r, l, in[0], in[1], from)
		}
		if from != 1 || axes != 1 {
			r.refuse(l.where(), "a factor for each channel can be read: axis 1, num_axes 1", "factors along axis %d, %d of them", from, axes)
			return nil
		}
		if biased {
			return one(&ops.BatchNorm{Scale: true, Shift: true}, stored(l, "weight", false), stored(l, "bias", false), constant(0), constant(1))(r, l, in)
		}
		shape := dim.Shape{dim.Int(in[0].Shape[1])}
		for range in[0].Shape[2:] {
			shape = append(shape, dim.Int(1))
		}
		factors := r.add(l, &ops.Learned{Shape: shape, Init: dim.Int(1)}, []numbers{learned(l)}, in[0])
		return r.product(l, in[0], factors)
	}
}

// bias reads a Bias: a summand for each channel.
func bias(s *settings) build {
	from, axes := s.integer("axis", 1), s.integer("num_axes", 1)
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		if len(in) == 2 || from != 1 || axes != 1 {
			r.refuse(l.where(), "a summand for each channel can be read: one bottom, axis 1, num_axes 1", "another sum")
			return nil
		}
		return one(&ops.BatchNorm{Shift: true}, stored(l, "bias", false), constant(0), constant(1))(r, l, in)
	}
}

// product multiplies two values.
func (r *reader) product(l *layer, x, gate *graph.Node) []*graph.Node {
	if x == nil || gate == nil {
		return nil
	}
	return []*graph.Node{r.add(l, &ops.Mul{}, nil, x, gate)}
}

// gated multiplies x by a gate, whose axes are those of x from one on; those after them are 1.
func gated(r *reader, l *layer, x, gate *graph.Node, from int) []*graph.Node {
	from, ok := axis(from, x.Shape)
	if !ok || from != 0 || len(gate.Shape) > len(x.Shape) {
		r.refuse(l.where(), "axis 0 can be read: a gate for each channel of each image", "a gate of the shape %v along other axes of %v", gate.Shape, x.Shape)
		return nil
	}
	if len(gate.Shape) < len(x.Shape) {
		shape := dim.Shaped(gate.Shape[1:]...)
		for len(shape) < len(x.Shape)-1 {
			shape = append(shape, dim.Int(1))
		}
		if gate = r.add(l, &ops.Reshape{Shape: shape}, nil, gate); gate == nil {
			return nil
		}
	}
	return r.product(l, x, gate)
}

func lrn(s *settings) build {
	op := &ops.LRN{Size: dim.Int(s.whole("local_size", 5)), Alpha: s.number("alpha", "1"), Beta: s.number("beta", "0.75"), K: s.number("k", "1")}
	if s.word("norm_region", "ACROSS_CHANNELS", "WITHIN_CHANNEL") == "ACROSS_CHANNELS" {
		return one(op)
	}
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node { return r.normed(l, op, in[0]) }
}

// normed divides each number by the power beta of 1 and alpha times the mean square around it in its channel. What lies
// outside the map counts as zeros, and k is not read.
func (r *reader) normed(l *layer, op *ops.LRN, x *graph.Node) []*graph.Node {
	c, half := x.Shape[1], dim.Int((op.Size.MustInt()-1)/2)
	if op.Size.MustInt()%2 == 0 || c > mostConstants {
		r.refuse(l.where(), "", "local_size %d on %d channels, want an odd one, and at most %d channels", op.Size.MustInt(), c, mostConstants)
		return nil
	}
	alpha, unit := slices.Repeat([]dim.Size{op.Alpha}, c), slices.Repeat([]dim.Size{dim.Int(1)}, c)
	n := x
	for _, next := range []ops.Op{
		&ops.Pow{P: dim.Int(2)},
		&ops.AvgPool{K: dim.Square(op.Size), Stride: dim.Square(dim.Int(1)), Pad: ops.Padding{Top: half, Bottom: half, Left: half, Right: half}, CountPad: true},
		&ops.ChannelAffine{Scale: alpha, Shift: unit},
		&ops.Pow{P: op.Beta.Neg()},
	} {
		if n = r.add(l, next, nil, n); n == nil {
			return nil
		}
	}
	return r.product(l, x, n)
}

// mostConstants is how many channels a list of constants may be for.
const mostConstants = 4096

// power reads a Power: (shift + scale*x)^power, with the same numbers for all channels.
func power(s *settings) build {
	exponent, factor, shift := s.number("power", "1"), s.number("scale", "1"), s.number("shift", "0")
	zero, unit := dim.Int(0), dim.Int(1)
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		n, c := in[0], in[0].Shape[1]
		switch {
		case shift != zero && c > mostConstants:
			r.refuse(l.where(), "", "a constant for each of %d channels, want at most %d", c, mostConstants)
			return nil
		case shift != zero:
			n = r.add(l, &ops.ChannelAffine{Scale: slices.Repeat([]dim.Size{factor}, c), Shift: slices.Repeat([]dim.Size{shift}, c)}, nil, n)
		case factor != unit:
			n = r.add(l, &ops.Scale{S: factor}, nil, n)
		}
		if n != nil && exponent != unit {
			n = r.add(l, &ops.Pow{P: exponent}, nil, n)
		}
		return []*graph.Node{n}
	}
}

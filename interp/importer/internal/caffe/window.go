package caffe

import (
	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// around is padding that is the same on both sides.
func around(p dim.Pair) ops.Padding {
	return ops.Padding{Top: p.H, Bottom: p.H, Left: p.W, Right: p.W}
}

// convolution reads a Convolution or Deconvolution. Its tensors are weight [out, C/groups, h, w], or
// of a Deconvolution [C, out/groups, h, w], and bias [out].
func convolution(s *settings) build {
	out := dim.Int(s.whole("num_output", 0))
	k := s.pair("kernel_size", "kernel_h", "kernel_w", 0)
	stride := s.pair("stride", "stride_h", "stride_w", 1)
	pad := around(s.pair("pad", "pad_h", "pad_w", 0))
	dilation := s.pair("dilation", "", "", 1)
	groups, biased := s.whole("group", 1), s.flag("bias_term", true)
	s.axis(1)
	enlarges := s.filler("weight_filler") == "bilinear"
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		if l.kind == "ConvolutionDepthwise" {
			groups = in[0].Shape[1]
		}
		weight := stored(l, "weight", false)
		var op ops.Op = &ops.Conv{Out: out, K: k, Stride: stride, Pad: pad, Groups: dim.Int(groups), Dilation: dilation, Bias: biased}
		if l.kind == "Deconvolution" {
			op = &ops.Deconv{Out: out, K: k, Stride: stride, Pad: pad, Groups: dim.Int(groups), Dilation: dilation, OutputPad: dim.Square(dim.Int(0)), Bias: biased}
			if enlarges && !biased {
				weight = bilinear(l)
			}
		}
		return one(op, weight, stored(l, "bias", false))(r, l, in)
	}
}

// axis refuses another axis of channels.
func (s *settings) axis(usual int) {
	if n := s.integer("axis", usual); n != usual {
		s.refuse(s.given["axis"][0], "", "axis %d, want %d", n, usual)
	}
}

// filler is with what a tensor is filled before training.
func (s *settings) filler(name string) string {
	for _, f := range s.given[name] {
		if f.Inner != nil {
			return f.Inner.First("type")
		}
	}
	return ""
}

// pooling reads a Pooling. Windows reach beyond the picture: the size is rounded up, unless a later
// Caffe is told to round down, and a last window that would begin in the padding is left out. With
// stride 1 there is nothing to round. Averages divide by the window as far as the padding goes.
func pooling(s *settings) build {
	how := s.word("pool", "MAX", "AVE", "STOCHASTIC")
	down := s.word("round_mode", "CEIL", "FLOOR") == "FLOOR" || !s.flag("ceil_mode", true)
	global := s.flag("global_pooling", false)
	k := s.pair("kernel_size", "kernel_h", "kernel_w", 0)
	stride := s.pair("stride", "stride_h", "stride_w", 1)
	pad := around(s.pair("pad", "pad_h", "pad_w", 0))
	ceil := !down && stride != dim.Square(dim.Int(1))
	switch {
	case how == "STOCHASTIC":
		s.refuse(s.given["pool"][0], "MAX and AVE can be read", "a pool that draws its results")
		return nil
	case global && how == "AVE":
		return one(&ops.GlobalAvgPool{})
	case global:
		return one(&ops.ReduceMax{Axis: dim.Shaped(2, 3)})
	case how == "AVE":
		return windows(&ops.AvgPool{K: k, Stride: stride, Pad: pad, Ceil: ceil, CountPad: true}, k, stride, pad, ceil)
	}
	return windows(&ops.MaxPool{K: k, Stride: stride, Pad: pad, Ceil: ceil}, k, stride, pad, ceil)
}

// windows adds a pool. Without padding Caffe does not leave out a last window that lies beyond the
// picture, as those can whose stride is longer than their kernel; what it gives there is nothing.
func windows(op ops.Op, k, stride dim.Pair, pad ops.Padding, ceil bool) build {
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		n := one(op)(r, l, in)
		if n[0] == nil || !ceil || pad != around(dim.Square(dim.Int(0))) {
			return n
		}
		for _, a := range dim.Spatial {
			size := dim.Int(in[0].Shape[a])
			if caffes := size.Sub(k.Along(a)).CeilDiv(stride.Along(a)).Add(dim.Int(1)); caffes != dim.Int(n[0].Shape[a]) {
				r.refuse(l.where(), "a stride that is not longer than the kernel", "a last window beyond the picture")
				return []*graph.Node{nil}
			}
		}
		return n
	}
}

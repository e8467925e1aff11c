package darknet

import (
	"slices"
	"strconv"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weightfile/darknet"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// activation is what a section does last: nil for nothing.
func (s *section) activation(usual string) (list []ops.Op) {
	name := s.text("activation", usual)
	plain := map[string]string{"relu": "relu", "logistic": "sigmoid", "tanh": "tanh", "mish": "mish", "swish": "silu", "relu6": "relu6"}
	switch {
	case name == "linear":
		return nil
	case name == "leaky":
		return []ops.Op{&ops.LeakyReLU{Slope: dim.Ratio(1, 10)}}
	case name == "elu":
		return []ops.Op{&ops.ELU{Alpha: dim.Int(1)}}
	case plain[name] != "":
		op, err := ops.New(plain[name], nil)
		if err == nil {
			return []ops.Op{op}
		}
	}
	s.r.refuse(s.lineIs(s.option("activation").line), "linear, leaky, relu, relu6, logistic, tanh, elu, mish and swish can be read", "activation=%s", strconv.Quote(name))
	return nil
}

// norm is that behind a convolution: Darknet divides by sqrt(variance) + 1e-6, later versions by
// sqrt(variance + 1e-5), which differ less than the rounding of half precision.
func norm() ops.Op { return &ops.BatchNorm{Eps: dim.Ratio(1, 100_000), Scale: true, Shift: true} }

// convolutional reads a convolution with weight [filters, C/groups, size, size], a norm or a bias, and an
// activation. pad=1 means half of size, and padding is a number of pixels.
func convolutional(s *section) build {
	filters, size, groups := s.whole("filters", 1), s.whole("size", 1), s.whole("groups", 1)
	stride := s.stride(1)
	pad := s.whole("padding", 0)
	if s.whole("pad", 0) != 0 {
		pad = size / 2
	}
	dilation := s.whole("dilation", 1)
	normed := s.whole("batch_normalize", 0) != 0
	after := s.activation("logistic")
	for _, key := range []string{"binary", "xnor", "antialiasing", "deform", "assisted_excitation", "rotate", "stretch", "sway", "grad_centr", "reverse"} {
		s.only(key, "0")
	}
	s.only("share_index", "-1000000000")
	s.only("flipped", "0")
	if dilation > 1 && 2*pad != size-1 {
		s.r.refuse(s.where(), "pad=1 and an odd size can be read with dilation", "dilation %d with size %d and padding %d", dilation, size, pad)
		return nil
	}
	around := dim.Int(pad * max(dilation, 1))
	op := &ops.Conv{Out: dim.Int(filters), K: dim.Square(dim.Int(size)), Stride: stride, Groups: dim.Int(groups), Dilation: dim.Square(dim.Int(dilation)),
		Pad: ops.Padding{Top: around, Bottom: around, Left: around, Right: around}, Bias: !normed}
	return func(in []*graph.Node) *graph.Node {
		return s.weighted("conv", op, normed, false, after, in[0])
	}
}

// stride is a number for both axes, or one for each.
func (s *section) stride(usual int) dim.Pair {
	both := s.whole("stride", usual)
	return dim.Pair{H: dim.Int(s.whole("stride_y", both)), W: dim.Int(s.whole("stride_x", both))}
}

// connected reads a layer with weight [output, C*H*W], a norm or a bias, and an activation.
func connected(s *section) build {
	out, normed := s.whole("output", 1), s.whole("batch_normalize", 0) != 0
	after := s.activation("logistic")
	return func(in []*graph.Node) *graph.Node {
		x := in[0]
		if len(x.Shape) > 2 {
			if x = s.chain(x, &ops.Flatten{}); x == nil {
				return nil
			}
		}
		return s.weighted("fc", &ops.Linear{Out: dim.Int(out), Bias: !normed}, normed, true, after, x)
	}
}

// weighted adds an operation with weights, its norm and its activation, and notes which numbers of the
// file they have.
func (s *section) weighted(word string, op ops.Op, normed, connected bool, after []ops.Op, x *graph.Node) *graph.Node {
	n := s.add(word, op, x)
	if n == nil {
		return nil
	}
	numbers := darknet.Layer{Connected: connected, Weights: part(n, "weight")}
	if normed {
		if n = s.add("bn", norm(), n); n == nil {
			return nil
		}
		numbers.Norm = []darknet.Part{part(n, "weight"), part(n, "running_mean"), part(n, "running_var")}
	}
	numbers.Biases = part(n, "bias")
	s.r.layers, s.r.owners = append(s.r.layers, numbers), append(s.r.owners, s)
	return s.chain(n, after...)
}

// part is a tensor of a node by its leaf.
func part(n *graph.Node, leaf string) darknet.Part {
	i := slices.IndexFunc(n.Params, func(p graph.Param) bool { return p.Path == n.Path+"."+leaf })
	return darknet.Part{Name: n.Params[i].Path, Shape: n.Params[i].Shape}
}

// maxpool reads a pool. Its padding is that of both sides together, of which the smaller half is
// before the picture, and size-1 where nothing is said.
func maxpool(s *section) build {
	stride := s.stride(1)
	size := s.whole("size", stride.H.MustInt())
	padding := s.whole("padding", max(size-1, 0))
	s.only("maxpool_depth", "0")
	s.only("antialiasing", "0")
	before, after := dim.Int(padding/2), dim.Int(padding-padding/2)
	pad := ops.Padding{Top: before, Bottom: after, Left: before, Right: after}
	return func(in []*graph.Node) *graph.Node {
		op := &ops.MaxPool{K: dim.Square(dim.Int(size)), Stride: stride, Pad: pad}
		fits := len(in[0].Shape) == 4 && min(in[0].Shape[2], in[0].Shape[3]) >= size
		if padding == 1 && size > 1 && fits && stride == dim.Square(dim.Int(2)) { // one pixel more only if it is needed
			op.Pad, op.Ceil = ops.Padding{Top: before, Bottom: before, Left: before, Right: before}, true
		}
		return s.chain(in[0], op)
	}
}

func avgpool(s *section) build {
	return func(in []*graph.Node) *graph.Node { return s.chain(in[0], &ops.GlobalAvgPool{}) }
}

func dropout(s *section) build {
	p := s.number("probability", "0.5")
	s.only("dropblock", "0")
	return func(in []*graph.Node) *graph.Node { return s.chain(in[0], &ops.Dropout{P: p}) }
}

// softmax reads one over all numbers of an image, or with spatial=1 over the channels of each pixel.
func softmax(s *section) build {
	s.only("groups", "1")
	s.only("tree", "")
	s.only("temperature", "1", "1.0", "1.")
	spatial := s.whole("spatial", 0) != 0
	return func(in []*graph.Node) *graph.Node {
		x, op := in[0], &ops.Softmax{Axis: dim.Int(1)}
		if len(x.Shape) == 4 && (x.Shape[2] > 1 || x.Shape[3] > 1) && !spatial {
			return s.chain(x, &ops.Flatten{}, op)
		}
		return s.chain(x, op)
	}
}

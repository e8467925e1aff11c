package onnx

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A window is how a kernel moves over the height and the width.
type window [2]windowAxis

type windowAxis struct{ k, stride, dilation, before, after int }

func pair(p dim.Pair) [2]int { return [2]int{p.H.MustInt(), p.W.MustInt()} }

// spatial are the axes of a window.
var spatial = [2]dim.Axis{dim.Height, dim.Width}

// windowOf computes the padding for known sizes. ONNX also has padding modes, but numbers are
// unambiguous.
func windowOf(k, stride, dilation dim.Pair, pad ops.Padding, in tensor.Shape) window {
	var w window
	for axis := range w {
		a := &w[axis]
		a.k, a.stride, a.dilation = pair(k)[axis], pair(stride)[axis], pair(dilation)[axis]
		a.before, a.after = pad.Around(spatial[axis], in[2+axis], a.k, a.stride, a.dilation)
	}
	return w
}

// attributes are these numbers as attributes of Conv, ConvTranspose and the pools.
func (w window) attributes() []Attribute {
	return append(w.ofPool(), Attribute{"dilations", []int{w[0].dilation, w[1].dilation}})
}

func (w window) ofPool() []Attribute {
	return []Attribute{
		{"kernel_shape", []int{w[0].k, w[1].k}},
		{"strides", []int{w[0].stride, w[1].stride}},
		{"pads", []int{w[0].before, w[1].before, w[0].after, w[1].after}},
	}
}

// hanging returns how far the last window reaches beyond the padding, as in a pool that
// rounds up.
func (w window) hanging(in, out tensor.Shape) (over [2]int) {
	for axis, a := range w {
		reach := (out[2+axis]-1)*a.stride + a.dilation*(a.k-1) + 1
		over[axis] = max(reach-(a.before+in[2+axis]+a.after), 0)
	}
	return over
}

var one = dim.Pair{H: dim.Int(1), W: dim.Int(1)}

// maxPool writes that overhang as more padding, which never wins either: the meaning of ONNX's
// ceil_mode has changed over the years.
func (s *step) maxPool() string {
	op, in, out := s.node.Op.(*ops.MaxPool), s.node.In[0].Shape, s.node.Shape
	w := windowOf(op.K, op.Stride, one, op.Pad, in)
	for axis, over := range w.hanging(in, out) {
		w[axis].after += over
	}
	return s.emit("MaxPool", s.in, w.ofPool()...)
}

// avgPool does the same. The operator cannot express padding that counts together with overhang
// that does not, so that padding becomes a node of its own.
func (s *step) avgPool() string {
	op, in, out := s.node.Op.(*ops.AvgPool), s.node.In[0].Shape, s.node.Shape
	w := windowOf(op.K, op.Stride, one, op.Pad, in)
	over := w.hanging(in, out)
	x, counted := s.in[0], 0
	switch {
	case op.CountPad && over == [2]int{}:
		counted = 1
	case op.CountPad && (w[0].before+w[0].after+w[1].before+w[1].after) > 0:
		padded := tensor.Shape{in[0], in[1], in[2] + w[0].before + w[0].after, in[3] + w[1].before + w[1].after}
		x = s.helper("Pad", padded, []string{x, s.integers(0, 0, w[0].before, w[1].before, 0, 0, w[0].after, w[1].after)})
		w[0].before, w[0].after, w[1].before, w[1].after = 0, 0, 0, 0
	}
	for axis := range w {
		w[axis].after += over[axis]
	}
	return s.emit("AveragePool", []string{x}, append(w.ofPool(), Attribute{"count_include_pad", counted})...)
}

// avgPoolTo is an AveragePool if all windows have one size. If they do not lie equally far apart,
// as those of 14 pixels in 4 places, which begin at 0, 3, 7 and 10, the pool has one at each pixel,
// and those that count are gathered.
func (s *step) avgPoolTo() string {
	op, in := s.node.Op.(*ops.AvgPoolTo), s.node.In[0].Shape
	k := pair(op.K)
	if k == [2]int{1, 1} {
		return s.emit("GlobalAveragePool", s.in)
	}
	var w window
	var gathered [2][]int
	pooled := slices.Clone(in)
	for axis := range w {
		size, starts := op.Windows(spatial[axis], in[2+axis])
		if size == 0 {
			return s.lacks("`avgpool_to` makes %dx%d of %dx%d pixels by windows of several sizes, which no operator has", k[0], k[1], in[2], in[3])
		}
		w[axis] = windowAxis{k: size, stride: 1, dilation: 1}
		switch stride, even := distance(starts); {
		case even && (in[2+axis]-size)/stride+1 == k[axis]:
			w[axis].stride = stride
		default:
			gathered[axis] = starts
		}
		pooled[2+axis] = (in[2+axis]-size)/w[axis].stride + 1
	}
	if slices.Equal(in, s.node.Shape) { // the mean of a pixel is the pixel
		return s.in[0]
	}
	if gathered[0] == nil && gathered[1] == nil {
		return s.emit("AveragePool", s.in, w.ofPool()...)
	}
	x := s.helper("AveragePool", slices.Clone(pooled), s.in, w.ofPool()...)
	for axis, starts := range gathered {
		if pooled[2+axis] = k[axis]; starts == nil {
			continue
		}
		if inputs, along := []string{x, s.integers(starts...)}, (Attribute{"axis", 2 + axis}); axis == 0 && gathered[1] != nil {
			x = s.helper("Gather", slices.Clone(pooled), inputs, along)
		} else {
			x = s.emit("Gather", inputs, along)
		}
	}
	return x
}

// distance is how far apart windows are, if they are equally far.
func distance(starts []int) (stride int, even bool) {
	if len(starts) < 2 {
		return 1, true
	}
	stride = starts[1] - starts[0]
	for i := range starts[1:] {
		if starts[i+1]-starts[i] != stride {
			return 0, false
		}
	}
	return stride, stride > 0
}

package main

import (
	"fmt"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A window is how a kernel moves over the height and the width.
type window [2]windowAxis

type windowAxis struct{ k, stride, dilation, before, after int }

func pair(p dim.Pair) [2]int { return [2]int{p.H.MustInt(), p.W.MustInt()} }

// windowOf computes the padding for known sizes. ONNX also has padding modes, but numbers
// are unambiguous.
func windowOf(k, stride, dilation dim.Pair, pad ops.Padding, in, out tensor.Shape) window {
	var w window
	for axis := range w {
		a := &w[axis]
		a.k, a.stride, a.dilation = pair(k)[axis], pair(stride)[axis], pair(dilation)[axis]
		if pad.Mode == ops.Same {
			total := max((out[2+axis]-1)*a.stride+a.dilation*(a.k-1)+1-in[2+axis], 0)
			a.before, a.after = total/2, total-total/2
		} else {
			a.before, a.after = fixedBefore(pad, axis, a.k), fixedAfter(pad, axis, a.k)
		}
	}
	return w
}

func fixedBefore(p ops.Padding, axis, k int) int {
	if p.Mode == ops.Explicit {
		return [2]dim.Size{p.Top, p.Left}[axis].MustInt()
	}
	return half(p, k)
}

func fixedAfter(p ops.Padding, axis, k int) int {
	if p.Mode == ops.Explicit {
		return [2]dim.Size{p.Bottom, p.Right}[axis].MustInt()
	}
	return half(p, k)
}

func half(p ops.Padding, k int) int {
	if p.Mode == ops.Half {
		return k / 2
	}
	return 0
}

// attributes are these numbers as attributes of Conv, ConvTranspose and the pools.
func (w window) attributes() []attribute {
	list := w.ofPool()
	return append(list, attribute{"dilations", []int{w[0].dilation, w[1].dilation}})
}

func (w window) ofPool() []attribute {
	return []attribute{
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

// maxPool writes that overhang as more padding, which never wins either: the meaning of
// ONNX's ceil_mode has changed over the years.
func (s *step) maxPool(op *ops.MaxPool) string {
	in, out := s.node.In[0].Shape, s.node.Shape
	w := windowOf(op.K, op.Stride, one, op.Pad, in, out)
	for axis, over := range w.hanging(in, out) {
		w[axis].after += over
	}
	return s.emit("MaxPool", out, s.in, w.ofPool()...)
}

// avgPool does the same. The operator cannot express padding that counts together with
// overhang that does not, so that padding becomes a node of its own.
func (s *step) avgPool(op *ops.AvgPool) string {
	in, out := s.node.In[0].Shape, s.node.Shape
	w := windowOf(op.K, op.Stride, one, op.Pad, in, out)
	over := w.hanging(in, out)
	x, counted := s.in[0], 0
	switch {
	case op.CountPad && over == [2]int{}:
		counted = 1
	case op.CountPad && (w[0].before+w[0].after+w[1].before+w[1].after) > 0:
		padded := tensor.Shape{in[0], in[1], in[2] + w[0].before + w[0].after, in[3] + w[1].before + w[1].after}
		pads := s.integers(0, 0, int64(w[0].before), int64(w[1].before), 0, 0, int64(w[0].after), int64(w[1].after))
		x = s.emit("Pad", padded, []string{x, pads})
		w[0].before, w[0].after, w[1].before, w[1].after = 0, 0, 0, 0
	}
	for axis := range w {
		w[axis].after += over[axis]
	}
	return s.emit("AveragePool", out, []string{x}, append(w.ofPool(), attribute{"count_include_pad", counted})...)
}

// avgPoolTo is an AveragePool if all windows have one size.
func (s *step) avgPoolTo(op *ops.AvgPoolTo) (string, error) {
	in, k := s.node.In[0].Shape, pair(op.K)
	if k == [2]int{1, 1} {
		return s.emit("GlobalAveragePool", s.node.Shape, s.in), nil
	}
	var w window
	for axis := range w {
		if in[2+axis]%k[axis] != 0 {
			return "", fmt.Errorf("avgpool_to from %d to %d pixels has windows of several sizes, which ONNX cannot express", in[2+axis], k[axis])
		}
		size := in[2+axis] / k[axis]
		w[axis] = windowAxis{k: size, stride: size, dilation: 1}
	}
	return s.emit("AveragePool", s.node.Shape, s.in, w.ofPool()...), nil
}

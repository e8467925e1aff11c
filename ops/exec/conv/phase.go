package conv

import "cnnlang/ops/exec/task"

// A convAxis is one axis of a convolution: which input pixels each output pixel sees.
// Output pixel first + q*step, for q from 0 to n-1, sees through tap t the input pixel
// q*inStep + taps[t].offset, or nothing if that is outside.
//
// A convolution has one of these for each axis. A transposed one has stride of them: the
// output pixels of one remainder modulo the stride all see the same weights, as in a
// convolution of stride 1 by every stride-th weight.
type convAxis struct {
	n, first, step int
	inStep         int
	taps           []tap
}

// A tap is a weight's index along the axis and the offset of its input pixel.
type tap struct {
	k, offset int
	from, to  int // the range of q with a pixel inside the input
}

// convolved is the axis of a convolution.
func (w *window) convolved() convAxis {
	a := convAxis{n: w.out, step: 1, inStep: w.stride}
	for i := range w.k {
		a.add(i, i*w.dilation-w.before, w.in)
	}
	return a
}

// transposed is the axes of a transposed convolution from in pixels to out, one for each
// remainder that has pixels. Output pixel o receives weight i of input pixel
// (o + crop - i*dilation)/stride if that is whole.
func transposed(in, out, k, stride, dilation, crop int) []convAxis {
	var axes []convAxis
	for first := range min(stride, out) {
		a := convAxis{n: task.CeilDiv(out-first, stride), first: first, step: stride, inStep: 1}
		for i := range k {
			if from := first + crop - i*dilation; from%stride == 0 {
				a.add(i, from/stride, in)
			}
		}
		axes = append(axes, a)
	}
	return axes
}

func (a *convAxis) add(k, offset, in int) {
	t := tap{k: k, offset: offset}
	// q*inStep + offset >= 0 and <= in-1
	t.from = min(max(task.CeilDiv(max(-offset, 0), a.inStep), 0), a.n)
	t.to = t.from
	if last := in - 1 - offset; last >= 0 {
		t.to = max(t.from, min(last/a.inStep+1, a.n))
	}
	a.taps = append(a.taps, t)
}

// gather fills line with what pixels q..q+len(line)-1, of one row, see of src through a
// tap: 0 outside.
func (a *convAxis) gather(line, src []float32, t *tap, q int) {
	from := min(max(t.from-q, 0), len(line))
	to := min(max(t.to-q, from), len(line))
	clear(line[:from])
	clear(line[to:])
	if from == to {
		return
	}
	at := (q+from)*a.inStep + t.offset
	if a.inStep == 1 {
		copy(line[from:to], src[at:])
		return
	}
	inside := line[from:to]
	src = src[at : at+(len(inside)-1)*a.inStep+1]
	for i := range inside {
		inside[i] = src[i*a.inStep]
	}
}

package onnx

import (
	"fmt"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

func (c *call) pool() *value {
	x := c.data(0)
	if bad := c.images(x); bad != nil {
		return bad
	}
	w, problem := c.window(x, nil)
	switch {
	case problem != "":
		return c.fail(problem, "")
	case w.dilations != [2]int{1, 1}:
		return c.fail(fmt.Sprintf("a dilation of %v", w.dilations), "pools have none")
	case c.int("storage_order", 0) != 0 && len(c.outputs) > 1:
		return c.fail("storage_order=1", "")
	}
	ceil := c.int("ceil_mode", 0) != 0 && !w.same
	if w.kernel == [2]int{1, 1} && w.strides == [2]int{1, 1} && w.before == [2]int{} && w.after == [2]int{} {
		return &value{shape: x.shape, step: x}
	}
	if c.op == "MaxPool" {
		return c.apply(&ops.MaxPool{K: pairOf(w.kernel), Stride: pairOf(w.strides), Pad: w.padding(), Ceil: ceil}, nil, x)
	}
	op := &ops.AvgPool{K: pairOf(w.kernel), Stride: pairOf(w.strides), Pad: w.padding(), Ceil: ceil, CountPad: c.int("count_include_pad", 0) != 0}
	if w.before == [2]int{} && w.after == [2]int{} {
		op.CountPad = true // as the language has it where nothing is said
	}
	return c.apply(op, nil, x)
}

// globalPool is over all pixels.
func (c *call) globalPool() *value {
	x := c.data(0)
	if bad := c.images(x); bad != nil {
		return bad
	}
	if c.op == "GlobalMaxPool" {
		return c.apply(&ops.ReduceMax{Axis: dim.Shaped(2, 3)}, nil, x)
	}
	return c.apply(&ops.GlobalAvgPool{}, nil, x)
}

// reduce is a mean or a maximum along axes.
func (c *call) reduce() *value {
	x := c.data(0)
	since := 18
	if c.op == "ReduceSum" {
		since = 13
	}
	list, ok := c.setting("axes", 1, since)
	axes, known := axesOf(list, len(x.shape))
	switch {
	case !ok || !known:
		return c.fail(fmt.Sprintf("over the axes %v of %v", list, x.shape), "")
	case len(list) == 0 && c.int("noop_with_empty_axes", 0) != 0:
		return &value{shape: x.shape, step: x}
	case len(list) == 0:
		axes = nil
		for a := range x.shape {
			axes = append(axes, a)
		}
	}
	shape := slices.Clone(x.shape)
	for _, a := range axes {
		shape[a] = 1
	}
	v := c.piece(reduction{c.op, axes}, shape, x)
	if c.int("keepdims", 1) != 0 {
		return v
	}
	var left []int
	for a, size := range v.shape {
		if !slices.Contains(axes, a) {
			left = append(left, size)
		}
	}
	return c.shaped(v.step, left)
}

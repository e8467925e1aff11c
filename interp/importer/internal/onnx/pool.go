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
	list, ok := c.setting("axes", 1, 18)
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
	v := c.reduced(x, axes)
	if v.lost() || c.int("keepdims", 1) != 0 {
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

// reduced keeps the axes with size 1. Values with other than four axes are made images of one
// pixel, or of one row.
func (c *call) reduced(x *step, axes []int) *value {
	shape := slices.Clone(x.shape)
	for _, a := range axes {
		shape[a] = 1
	}
	if slices.Contains(axes, 0) && x.shape[0] != 1 || len(x.shape) > 4 || len(x.shape) < 2 || c.op != "ReduceMean" && c.op != "ReduceMax" {
		return c.piece(reduction{c.op, axes}, shape, x)
	}
	axes = slices.DeleteFunc(slices.Clone(axes), func(a int) bool { return a == 0 })
	if len(axes) == 0 {
		return &value{shape: shape, step: x}
	}
	image := append(slices.Clone(x.shape), 1, 1)[:4]
	v := c.shaped(x, image)
	switch {
	case v.lost():
		return v
	case c.op == "ReduceMax":
		v = c.apply(&ops.ReduceMax{Axis: dim.Shaped(axes...)}, nil, v.step)
	case len(x.shape) == 4 && slices.Equal(axes, []int{2, 3}):
		v = c.apply(&ops.GlobalAvgPool{}, nil, v.step)
	default:
		v = c.apply(&ops.ReduceMean{Axis: dim.Shaped(axes...)}, nil, v.step)
	}
	if v.lost() {
		return v
	}
	return c.shaped(v.step, shape)
}

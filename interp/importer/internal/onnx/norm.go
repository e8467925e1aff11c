package onnx

import (
	"fmt"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

func (c *call) batchNorm() *value {
	x := c.data(0)
	training := c.int("training_mode", 0) != 0 || c.opset < 7 && c.int("is_test", 0) == 0
	switch {
	case x == nil || len(x.shape) < 2:
		return c.fail("its input is no computed value [N, C, …]", "")
	case training || len(used(c.outputs)) > 1:
		return c.fail("training mode: it normalises with the statistics of the batch", "export after model.eval()")
	case c.int("spatial", 1) == 0:
		return c.fail("spatial=0: statistics for each pixel", "one of each channel")
	}
	var params []*weight
	for i := 1; i < 5; i++ {
		w := c.input(i).asWeight()
		if w == nil || w.strange != "" {
			return c.fail("its tensors are computed", "weights are tensors of the file")
		}
		params = append(params, w.flat(x.shape[1]))
	}
	op := &ops.BatchNorm{Eps: number(c.float("epsilon", 1e-5)), Scale: !params[0].constant, Shift: !params[1].constant}
	params = slices.Concat(given(params[0], op.Scale), given(params[1], op.Shift), params[2:])
	return c.onVectors(x, func(x *step) *value { return c.apply(op, params, x) })
}

// given is a tensor if the operation has it: this program writes ones and zeros where it has not.
func given(w *weight, has bool) []*weight {
	if has {
		return []*weight{w}
	}
	return nil
}

// onVectors computes something of images that has none for values with three axes or more than
// four: these become images of one row.
func (c *call) onVectors(x *step, do func(*step) *value) *value {
	if n := len(x.shape); n == 2 || n == 4 {
		return do(x)
	}
	v := c.shaped(x, []int{x.shape[0], x.shape[1], 1, elements(x.shape[2:])})
	if !v.lost() {
		v = do(v.step)
	}
	if v.lost() {
		return v
	}
	return c.shaped(v.step, x.shape)
}

// flat is a tensor of n numbers with one axis, whatever axes of size 1 it had beside; another stays
// as it is, and does not fit.
func (w *weight) flat(n int) *weight {
	if len(w.shape) != 1 && elements(w.shape) == n {
		return w.reshaped(n)
	}
	return w
}

// used are the outputs that have a name.
func used(outputs []string) []string {
	return slices.DeleteFunc(slices.Clone(outputs), func(name string) bool { return name == "" })
}

func (c *call) instanceNorm() *value {
	x := c.data(0)
	scale, shift := c.in[1].asWeight(), c.in[2].asWeight()
	if x == nil || scale == nil || shift == nil || len(x.shape) < 3 {
		return c.fail("its tensors are computed", "weights are tensors of the file")
	}
	scale, shift = scale.flat(x.shape[1]), shift.flat(x.shape[1])
	op := &ops.InstanceNorm{Eps: number(c.float("epsilon", 1e-5)), Scale: !scale.constant, Shift: !shift.constant}
	if scale.all(1) && shift.all(0) {
		op.Scale, op.Shift = false, false
	}
	params := slices.Concat(given(scale, op.Scale), given(shift, op.Shift))
	return c.onVectors(x, func(x *step) *value { return c.apply(op, params, x) })
}

// all reports whether a tensor is known to be one number everywhere.
func (w *weight) all(number float32) bool {
	few, ok := w.numbers()
	return ok && !slices.ContainsFunc(few, func(v float32) bool { return v != number })
}

// groupNorm is the operator of opset 18, whose scale and shift were of a group then, and since 21
// are of a channel.
func (c *call) groupNorm() *value {
	x, groups := c.data(0), c.int("num_groups", 0)
	scale, shift := c.in[1].asWeight(), c.in[2].asWeight()
	if x == nil || scale == nil || shift == nil || len(x.shape) < 2 || groups < 1 || x.shape[1]%groups != 0 {
		return c.fail("its tensors are computed, or its groups do not divide the channels", "")
	}
	if c.opset < 21 && len(scale.shape) == 1 && len(shift.shape) == 1 && scale.shape[0] == groups && shift.shape[0] == groups {
		scale, shift = scale.eachTimes(x.shape[1]/groups), shift.eachTimes(x.shape[1]/groups)
	}
	return c.apply(&ops.GroupNorm{Groups: dim.Int(groups), Eps: number(c.float("epsilon", 1e-5)), Scale: true, Shift: true}, []*weight{scale, shift}, x)
}

// eachTimes repeats each number of a vector.
func (w *weight) eachTimes(n int) *weight {
	if n == 1 {
		return w
	}
	return w.reshaped(w.shape[0], 1).spread(w.shape[0], n).reshaped(w.shape[0] * n)
}

// layerNorm is over the last axis, which becomes the channels.
func (c *call) layerNorm() *value {
	x := c.data(0)
	a, ok := axis(c.int("axis", -1), len(c.in[0].shape))
	scale, shift := c.in[1].asWeight(), c.input(2).asWeight()
	switch {
	case x == nil || scale == nil || c.input(2) != nil && shift == nil:
		return c.fail("its tensors are computed", "weights are tensors of the file")
	case !ok || a != len(x.shape)-1 || a == 0:
		return c.fail(fmt.Sprintf("it normalises the axes of %v from %d on together", x.shape, a), "layer_norm is over the channels of a pixel")
	}
	n := x.shape[a]
	if shift == nil {
		shift = filled(0, n)
	}
	if scale = scale.spread(n); scale == nil {
		return c.fail("its scale does not fit", "")
	}
	op := &ops.LayerNorm{Eps: number(c.float("epsilon", 1e-5))}
	return c.along(x, a, func(x *step) *value { return c.apply(op, []*weight{scale, shift}, x) })
}

func (c *call) lrn() *value {
	x := c.data(0)
	op := &ops.LRN{Size: dim.Int(c.int("size", 0)), Alpha: number(c.float("alpha", 1e-4)), Beta: number(c.float("beta", 0.75)), K: number(c.float("bias", 1))}
	return c.apply(op, nil, x)
}

// softmax is along an axis; before opset 13 along all axes from one on, together.
func (c *call) softmax() *value {
	x := c.data(0)
	since13 := c.opset >= 13
	otherwise := 1
	if since13 {
		otherwise = -1
	}
	a, ok := axis(c.int("axis", otherwise), len(x.shape))
	switch {
	case !ok || a == 0:
		return c.fail(fmt.Sprintf("along axis %d of %v", c.int("axis", otherwise), x.shape), "softmax is within an image")
	case !since13 && elements(x.shape[a+1:]) != 1:
		v := c.shaped(x, append(slices.Clone(x.shape[:a]), elements(x.shape[a:])))
		if !v.lost() {
			v = c.apply(&ops.Softmax{Axis: dim.Int(a)}, nil, v.step)
		}
		if v.lost() {
			return v
		}
		return c.shaped(v.step, x.shape)
	}
	return c.apply(&ops.Softmax{Axis: dim.Int(a)}, nil, x)
}

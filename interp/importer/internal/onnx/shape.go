package onnx

import (
	"fmt"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// newShape is the shape that Reshape, Squeeze, Unsqueeze or Flatten gives a value, or what is wrong
// with it.
func (c *call) newShape(shape []int) ([]int, string) {
	switch c.op {
	case "Reshape":
		return c.reshapeTo(shape)
	case "Flatten":
		at := c.int("axis", 1)
		if at < 0 {
			at += len(shape)
		}
		if at < 0 || at > len(shape) {
			return nil, fmt.Sprintf("axis %d of %v", c.int("axis", 1), shape)
		}
		return []int{elements(shape[:at]), elements(shape[at:])}, ""
	}
	list, ok := c.setting("axes", 1, 13)
	if !ok {
		return nil, "its axes are computed"
	}
	if c.op == "Squeeze" {
		return squeezed(shape, list)
	}
	axes, ok := axesOf(list, len(shape)+len(list))
	if !ok || len(shape)+len(list) > 64 {
		return nil, fmt.Sprintf("the axes %v of %v", list, shape)
	}
	out := slices.Clone(shape)
	for _, a := range axes {
		out = slices.Insert(out, a, 1)
	}
	return out, ""
}

// squeezed leaves out axes, or all of size 1.
func squeezed(shape, list []int) ([]int, string) {
	axes, ok := axesOf(list, len(shape))
	if !ok {
		return nil, fmt.Sprintf("the axes %v of %v", list, shape)
	}
	out := []int{}
	for a, size := range shape {
		leave := slices.Contains(axes, a)
		if leave && size != 1 {
			return nil, fmt.Sprintf("axis %d of %v is not 1", a, shape)
		}
		if !leave && !(list == nil && size == 1) {
			out = append(out, size)
		}
	}
	return out, ""
}

// reshapeTo is the shape of a Reshape: 0 keeps a size, and one -1 is what is left.
func (c *call) reshapeTo(shape []int) ([]int, string) {
	list, ok := c.setting("shape", 1, 5)
	if !ok || len(list) > 64 {
		return nil, "its shape is computed"
	}
	out, open := slices.Clone(list), -1
	for i, size := range list {
		switch {
		case size == 0 && c.int("allowzero", 0) == 0 && i < len(shape):
			out[i] = shape[i]
		case size == -1 && open < 0:
			out[i], open = 1, i
		case size < 0:
			return nil, fmt.Sprintf("to %v", list)
		}
	}
	if !fits(out) {
		return nil, fmt.Sprintf("to %v", list)
	}
	if n := elements(out); open >= 0 && n > 0 {
		out[open] = elements(shape) / n
	}
	if elements(out) != elements(shape) {
		return nil, fmt.Sprintf("from %v to %v", shape, list)
	}
	return out, ""
}

// reshape is any operator that keeps the numbers in their order.
func (c *call) reshape() *value {
	x := c.data(0)
	if x == nil {
		return c.fail("it reads a constant where a value is wanted", "")
	}
	shape, problem := c.newShape(x.shape)
	if problem != "" {
		return c.fail(problem, "")
	}
	return c.shaped(x, shape)
}

// shaped is a value in another shape, whose first axis must be the batch still.
func (c *call) shaped(x *step, shape []int) *value {
	switch {
	case slices.Equal(x.shape, shape):
		return &value{shape: shape, step: x}
	case len(shape) == 0 || shape[0] != c.batch || elements(shape) != elements(x.shape):
		return c.piece(regrouped{}, shape, x)
	case len(shape) == 1:
		return c.piece(regrouped{}, shape, x)
	case len(shape) == 2:
		return c.apply(&ops.Flatten{}, nil, x)
	}
	return c.apply(&ops.Reshape{Shape: dim.Shaped(shape[1:]...)}, nil, x)
}

// transpose puts axes into another order.
func (c *call) transpose() *value {
	x := c.data(0)
	perm, ok := c.permutation(len(x.shape))
	if !ok {
		return c.fail(fmt.Sprintf("the order %v of the axes of %v", perm, x.shape), "")
	}
	return c.ordered(x, perm)
}

// ordered is a value with its axes in another order.
func (c *call) ordered(x *step, perm []int) *value {
	shape := make([]int, len(perm))
	for i, a := range perm {
		shape[i] = x.shape[a]
	}
	switch {
	case slices.IsSorted(perm):
		return &value{shape: x.shape, step: x}
	case perm[0] != 0:
		return c.piece(regrouped{perm}, shape, x)
	}
	return c.apply(&ops.Permute{Axes: dim.Shaped(perm...)}, nil, x)
}

// A cut is what a Slice takes along one axis.
type cut struct{ axis, from, to, step int }

// places are the indices that it takes.
func (k cut) places() (list []int) {
	for at := k.from; k.step > 0 && at < k.to || k.step < 0 && at > k.to; at += k.step {
		list = append(list, at)
	}
	return list
}

// cuts are those of a Slice of a value of some shape, or what is wrong with it.
func (c *call) cuts(shape []int) ([]cut, string) {
	starts, ok := c.setting("starts", 1, 10)
	ends, ok2 := c.setting("ends", 2, 10)
	axes, ok3 := c.setting("axes", 3, 10)
	steps, ok4 := c.setting("steps", 4, 10)
	if !ok || !ok2 || !ok3 || !ok4 {
		return nil, "its bounds are computed"
	}
	var list []cut
	for i, start := range starts {
		k := cut{axis: i, step: 1}
		if i < len(axes) {
			k.axis = axes[i]
		}
		if i < len(steps) {
			k.step = steps[i]
		}
		a, known := axis(k.axis, len(shape))
		if !known || len(ends) != len(starts) || k.step == 0 {
			return nil, fmt.Sprintf("from %v to %v of %v", starts, ends, shape)
		}
		k.axis, k.from, k.to = a, clamped(start, shape[a]), clamped(ends[i], shape[a])
		if k.step < 0 {
			k.from = min(k.from, shape[a]-1)
			if k.to = clamped(ends[i], shape[a]); ends[i] < -shape[a] {
				k.to = -1
			}
		}
		list = append(list, k)
	}
	return list, ""
}

// slice takes channels, or cuts pixels off the sides.
func (c *call) slice() *value {
	x := c.data(0)
	cuts, problem := c.cuts(x.shape)
	if problem != "" {
		return c.fail(problem, "")
	}
	v := &value{shape: x.shape, step: x}
	var rows, columns [2]int
	for _, k := range cuts {
		size := x.shape[k.axis]
		switch {
		case k.step == 1 && k.from == 0 && k.to == size:
		case k.step != 1:
			v = c.stepped(v.step, k)
		case k.to <= k.from:
			return c.fail("it leaves nothing", "")
		case k.axis == 1:
			v = c.apply(&ops.Slice{From: dim.Int(k.from), To: dim.Int(k.to)}, nil, v.step)
		case k.axis == 2 && len(x.shape) == 4:
			rows = [2]int{k.from, size - k.to}
		case k.axis == 3 && len(x.shape) == 4:
			columns = [2]int{k.from, size - k.to}
		case k.axis == 0:
			return c.fail("it takes images out of the batch", "slice takes channels, crop pixels")
		default:
			v = c.along(v.step, k.axis, func(x *step) *value {
				return c.apply(&ops.Slice{From: dim.Int(k.from), To: dim.Int(k.to)}, nil, x)
			})
		}
		if v.lost() {
			return v
		}
	}
	if rows == [2]int{} && columns == [2]int{} {
		return v
	}
	return c.apply(&ops.Crop{By: sides(rows, columns)}, nil, v.step)
}

// mostTaken is of how many slices numbers are put together that do not lie together.
const mostTaken = 64

// stepped takes every so many pixels, as a pool of one pixel does that strides, or channels and others one by one.
func (c *call) stepped(x *step, k cut) *value {
	list := k.places()
	switch {
	case len(list) == 0:
		return c.fail("it leaves nothing", "")
	case len(x.shape) == 4 && k.axis >= 2 && k.step > 0:
		size, one := x.shape[k.axis], dim.Int(1)
		by, cut := [2][2]int{}, [2]int{k.from, size - 1 - list[len(list)-1]}
		by[k.axis-2] = cut
		stride := dim.Square(one)
		if stride.H = dim.Int(k.step); k.axis == 3 {
			stride = dim.Pair{H: one, W: dim.Int(k.step)}
		}
		v := &value{shape: x.shape, step: x}
		if cut != [2]int{} {
			v = c.apply(&ops.Crop{By: sides(by[0], by[1])}, nil, x)
		}
		if v.lost() {
			return v
		}
		return c.apply(&ops.MaxPool{K: dim.Square(one), Stride: stride, Pad: sides([2]int{}, [2]int{})}, nil, v.step)
	case k.axis == 0 || len(list) > mostTaken:
		return c.fail(fmt.Sprintf("a step of %d", k.step), "slice and crop take what lies together")
	}
	return c.along(x, k.axis, func(x *step) *value { return c.taken(x, list) })
}

// sides are explicit numbers of pixels.
func sides(rows, columns [2]int) ops.Padding {
	return ops.Padding{Top: dim.Int(rows[0]), Bottom: dim.Int(rows[1]), Left: dim.Int(columns[0]), Right: dim.Int(columns[1])}
}

// along computes something along the channels that the file has along another axis: the axes
// change their places before, and back after.
func (c *call) along(x *step, a int, do func(*step) *value) *value {
	if a == 1 {
		return do(x)
	}
	perm, back := toChannels(len(x.shape), a)
	moved := c.ordered(x, perm)
	if moved.lost() {
		return moved
	}
	v := do(moved.step)
	if v.lost() {
		return v
	}
	return c.ordered(v.step, back)
}

// toChannels is the order of axes with one of them moved to the channels, and the way back.
func toChannels(rank, a int) (perm, back []int) {
	perm, back = []int{0, a}, make([]int, rank)
	for i := 1; i < rank; i++ {
		if i != a {
			perm = append(perm, i)
		}
	}
	for i, axis := range perm {
		back[axis] = i
	}
	return perm, back
}

// split is several slices.
func (c *call) split() *value {
	x := c.data(0)
	a, ok := axis(c.int("axis", 0), len(x.shape))
	parts, known := c.setting("split", 1, 13)
	if !ok || a == 0 || !known {
		return c.fail(fmt.Sprintf("it divides axis %d", c.int("axis", 0)), "slice takes channels")
	}
	if parts == nil {
		n := c.int("num_outputs", len(c.outputs))
		if n != len(c.outputs) || n == 0 {
			return c.fail(fmt.Sprintf("it has %d outputs of %d parts", len(c.outputs), n), "")
		}
		each := (x.shape[a] + n - 1) / n
		for i := range n {
			parts = append(parts, max(min(each, x.shape[a]-i*each), 0))
		}
	}
	var results []*value
	from := 0
	for _, size := range parts {
		if size <= 0 || size > x.shape[a]-from {
			return c.fail(fmt.Sprintf("it divides %d by %v", x.shape[a], parts), "")
		}
		results = append(results, c.along(x, a, func(x *step) *value {
			return c.apply(&ops.Slice{From: dim.Int(from), To: dim.Int(from + size)}, nil, x)
		}))
		from += size
	}
	if len(results) == 0 {
		return c.fail("it has no parts", "")
	}
	c.more = results[1:]
	return results[0]
}

// gather is a single channel that is taken, or several in another order.
func (c *call) gather() *value {
	x, indices := c.data(0), c.input(1)
	a, ok := axis(c.int("axis", 0), len(c.in[0].shape))
	if x == nil || indices == nil || indices.known == nil || !ok {
		return c.fail("it looks numbers up by computed indices", "slice takes channels")
	}
	if a == 0 || len(indices.shape) > 1 {
		return c.fail(fmt.Sprintf("it takes %v along axis %d", indices.known.ints(), a), "slice takes channels")
	}
	v := c.along(x, a, func(x *step) *value { return c.taken(x, indices.known.ints()) })
	if v.lost() || len(indices.shape) == 1 {
		return v
	}
	return c.shaped(v.step, slices.Delete(slices.Clone(v.shape), a, a+1))
}

// taken are channels by their numbers, in runs.
func (c *call) taken(x *step, list []int) *value {
	list = slices.Clone(list)
	for i, at := range list {
		var ok bool
		if list[i], ok = axis(at, x.shape[1]); !ok {
			return c.fail(fmt.Sprintf("it takes channel %d of %d", at, x.shape[1]), "")
		}
	}
	var parts []*step
	for i := 0; i < len(list); {
		from, n := list[i], 1
		for i+n < len(list) && list[i+n] == from+n {
			n++
		}
		v := &value{shape: x.shape, step: x}
		if n < x.shape[1] {
			v = c.apply(&ops.Slice{From: dim.Int(from), To: dim.Int(from + n)}, nil, x)
		}
		if v.lost() {
			return v
		}
		parts = append(parts, v.step)
		i += n
	}
	switch len(parts) {
	case 0:
		return c.fail("it takes nothing", "")
	case 1:
		return &value{shape: parts[0].shape, step: parts[0]}
	}
	return c.apply(&ops.Concat{Axis: dim.Int(1)}, nil, parts...)
}

package onnx

import (
	"math"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// Exporters compute sizes, axes and bounds by nodes. These are computed here, as far as they are
// integers or single floats; of tensors of weights only the shape is changed.

// fold is the result of a node whose inputs are known; nil if it is none that is folded.
func (c *call) fold() *value {
	switch c.op {
	case "Constant":
		return c.constant()
	case "Shape", "Size":
		return c.size()
	}
	if c.reads() {
		return nil
	}
	if c.op == "Identity" && c.in[0] != nil {
		return c.renamed()
	}
	if len(c.in) > 0 && c.in[0] != nil && c.in[0].weight != nil {
		if v := c.moved(c.in[0].weight); v != nil {
			return v
		}
	}
	list := make([]*constant, len(c.in))
	for i, v := range c.in {
		if v == nil {
			continue
		}
		if list[i] = v.small(); list[i] == nil {
			return nil
		}
	}
	f := folders[c.op]
	switch {
	case f != nil && len(list) > 0 && list[0] != nil:
	case unary[c.op] != nil && len(list) == 1 && list[0] != nil:
		f = (*call).foldUnary
	case binary[c.op] != nil && len(list) == 2 && list[0] != nil && list[1] != nil:
		f = func(c *call, in []*constant) *constant { return combined(c.op, in[0], in[1]) }
	case c.op == "ConstantOfShape" && len(list) == 1 && list[0] != nil:
		return c.filled(list[0])
	default:
		return nil
	}
	k := f(c, list)
	if k == nil || len(k.nums) > mostFolded || len(k.nums) != elements(k.shape) {
		return nil
	}
	return &value{shape: k.shape, known: k}
}

// renamed is what an Identity passes on. PyTorch's exporter stores equal tensors once, and gives them
// their other names so.
func (c *call) renamed() *value {
	v := c.in[0]
	if v.weight == nil || layerOf(c.outputs[0], false) == "" {
		return v
	}
	w := *v.weight
	w.name = c.outputs[0]
	return &value{shape: v.shape, weight: &w}
}

// small is a value as a constant, if it is one of the kind that is folded.
func (v *value) small() *constant {
	switch {
	case v.known != nil:
		return v.known
	case v.weight != nil && len(v.shape) <= 1 && elements(v.shape) <= 64:
		if nums, ok := v.numbers(); ok {
			return &constant{shape: v.shape, nums: nums}
		}
	case v.weight != nil && elements(v.shape) == 1:
		if nums, ok := v.numbers(); ok {
			return &constant{shape: v.shape, nums: nums}
		}
	}
	return nil
}

// constant is the value of a Constant, in one of its forms.
func (c *call) constant() *value {
	if a := c.attribute("value"); a != nil && a.tensor != nil {
		v, err := c.stored(a.tensor)
		if err != nil {
			return c.fail(err.Error(), "")
		}
		if v.weight != nil && len(c.outputs) > 0 {
			v.weight.name = c.outputs[0]
		}
		return v
	}
	for name, a := range c.attributes {
		k := &constant{}
		switch name {
		case "value_int":
			k.integer, k.nums = true, []float64{float64(a.integer)}
		case "value_float":
			k.nums = []float64{float64(a.float)}
		case "value_ints":
			k = integers(c.ints(name)...)
		case "value_floats":
			k.nums = widened(a.floats)
			k.shape = []int{len(k.nums)}
		default:
			continue
		}
		return &value{shape: k.shape, known: k}
	}
	return c.fail("a Constant of this kind", "one with a tensor of numbers is known")
}

// size is the value of Shape or Size, known also of a value that is computed.
func (c *call) size() *value {
	shape := c.in[0].shape
	if c.op == "Size" {
		k := integers(elements(shape)).reshaped()
		return &value{shape: k.shape, known: k}
	}
	start, end := clamped(c.int("start", 0), len(shape)), clamped(c.int("end", len(shape)), len(shape))
	k := integers(shape[start:max(start, end)]...)
	return &value{shape: k.shape, known: k}
}

// clamped is a place in a list of n, counted from its end where it is negative.
func clamped(at, n int) int {
	if at < 0 {
		at += n
	}
	return min(max(at, 0), n)
}

// moved is a weight in another shape or order.
func (c *call) moved(w *weight) *value {
	switch c.op {
	case "Cast":
		if narrower[c.int("to", 1)] {
			return nil
		}
	case "Transpose":
		perm, ok := c.permutation(len(w.shape))
		if !ok {
			return nil
		}
		w = w.transposed(perm...)
	case "Reshape", "Squeeze", "Unsqueeze", "Flatten":
		shape, problem := c.newShape(w.shape)
		if problem != "" || elements(shape) != elements(w.shape) {
			return nil
		}
		w = w.reshaped(shape...)
	case "Expand":
		target := c.input(1)
		if target == nil || target.known == nil {
			return nil
		}
		shape, ok := joint(w.shape, target.known.ints())
		if !ok {
			return nil
		}
		if v := c.learned(w, shape); v != nil {
			return v
		}
		if w = w.spread(shape...); w == nil {
			return nil
		}
	default:
		return nil
	}
	return &value{shape: w.shape, weight: w}
}

// learned is a tensor that is repeated for each image of the batch; nil for one that is not.
func (c *call) learned(w *weight, shape []int) *value {
	if len(shape) < 2 || shape[0] != c.batch || len(w.shape) == len(shape) && w.shape[0] != 1 {
		return nil
	}
	if len(w.shape) == len(shape) {
		w = w.reshaped(w.shape[1:]...)
	}
	if w = w.spread(shape[1:]...); w == nil {
		return nil
	}
	return c.apply(&ops.Learned{Shape: dim.Shaped(shape[1:]...), Init: dim.Int(0)}, []*weight{w}, c.inputSteps[0])
}

// narrower are the types, as a Cast numbers them, that do not hold every float32.
var narrower = map[int]bool{2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true, 9: true, 10: true, 12: true, 13: true, 16: true}

// permutation is the order of axes of a Transpose.
func (c *call) permutation(rank int) ([]int, bool) {
	perm := c.ints("perm")
	if perm == nil {
		for i := range rank {
			perm = append(perm, rank-1-i)
		}
	}
	all, ok := axesOf(perm, rank)
	return perm, ok && len(all) == rank && slices.Min(append([]int{0}, perm...)) >= 0
}

// filled is a tensor of one number.
func (c *call) filled(shape *constant) *value {
	sizes, number, integer := shape.ints(), 0.0, false
	if !fits(sizes) {
		return nil
	}
	if a := c.attribute("value"); a != nil && a.tensor != nil {
		v, err := c.stored(a.tensor)
		if err != nil {
			return nil
		}
		number, _ = v.scalar()
		integer = v.known != nil
	}
	if n := elements(sizes); integer && n <= mostFolded {
		return &value{shape: sizes, known: &constant{shape: sizes, integer: true, nums: slices.Repeat([]float64{number}, n)}}
	}
	w := filled(float32(number), sizes...)
	w.name = c.outputs[0]
	return &value{shape: sizes, weight: w}
}

// folders compute constants of constants, the first of which is there.
var folders = map[string]func(*call, []*constant) *constant{
	"Cast": func(c *call, in []*constant) *constant {
		to, k := c.int("to", 1), *in[0]
		k.integer = narrower[to] && to != 10 && to != 16
		if k.integer && !in[0].integer {
			k.nums = slices.Clone(k.nums)
			for i, v := range k.nums {
				if k.nums[i] = math.Trunc(v); to == 9 {
					k.nums[i] = truth(v != 0)
				}
			}
		}
		return &k
	},
	"Gather":     (*call).foldGather,
	"Slice":      (*call).foldSlice,
	"Concat":     (*call).foldConcat,
	"Reshape":    (*call).foldShape,
	"Squeeze":    (*call).foldShape,
	"Unsqueeze":  (*call).foldShape,
	"Flatten":    (*call).foldShape,
	"Transpose":  (*call).foldTranspose,
	"Expand":     (*call).foldExpand,
	"Range":      (*call).foldRange,
	"ReduceProd": (*call).foldProduct,
	"Where":      (*call).foldWhere,
}

func (c *call) foldUnary(in []*constant) *constant {
	k := &constant{shape: in[0].shape, integer: in[0].integer || comparing[c.op], nums: make([]float64, len(in[0].nums))}
	for i, v := range in[0].nums {
		k.nums[i] = unary[c.op](v)
	}
	return k
}

func (c *call) foldShape(in []*constant) *constant {
	shape, problem := c.newShape(in[0].shape)
	if problem != "" || elements(shape) != len(in[0].nums) {
		return nil
	}
	return in[0].reshaped(shape...)
}

func (c *call) foldTranspose(in []*constant) *constant {
	perm, ok := c.permutation(len(in[0].shape))
	if !ok {
		return nil
	}
	shape := make([]int, len(perm))
	for i, axis := range perm {
		shape[i] = in[0].shape[axis]
	}
	return &constant{shape: shape, integer: in[0].integer, nums: permuted(in[0].nums, in[0].shape, perm)}
}

func (c *call) foldExpand(in []*constant) *constant {
	if len(in) < 2 || in[1] == nil {
		return nil
	}
	shape, ok := joint(in[0].shape, in[1].ints())
	if !ok || elements(shape) > mostFolded {
		return nil
	}
	at, _ := broadcast(in[0].shape, shape)
	from := make([]int, elements(shape))
	for i := range from {
		from[i] = at(i)
	}
	return in[0].picked(shape, from)
}

// foldGather takes elements along the first axis, which is the only one that shapes have.
func (c *call) foldGather(in []*constant) *constant {
	if len(in) < 2 || in[1] == nil || len(in[0].shape) != 1 {
		return nil
	}
	var from []int
	for _, i := range in[1].ints() {
		at, ok := axis(i, len(in[0].nums))
		if !ok {
			return nil
		}
		from = append(from, at)
	}
	return in[0].picked(in[1].shape, from)
}

func (c *call) foldSlice(in []*constant) *constant {
	cuts, problem := c.cuts(in[0].shape)
	if problem != "" {
		return nil
	}
	k := in[0]
	for _, cut := range cuts {
		shape := slices.Clone(k.shape)
		shape[cut.axis] = len(cut.places())
		inner := elements(k.shape[cut.axis+1:])
		var from []int
		for outer := range elements(k.shape[:cut.axis]) {
			for _, at := range cut.places() {
				for i := range inner {
					from = append(from, (outer*k.shape[cut.axis]+at)*inner+i)
				}
			}
		}
		k = k.picked(shape, from)
	}
	return k
}

func (c *call) foldConcat(in []*constant) *constant {
	all := &constant{shape: []int{0}, integer: true}
	for _, k := range in {
		if k == nil || len(k.shape) != 1 || len(all.nums)+len(k.nums) > mostFolded {
			return nil
		}
		all.integer = all.integer && k.integer
		all.nums = append(all.nums, k.nums...)
	}
	all.shape[0] = len(all.nums)
	return all
}

func (c *call) foldRange(in []*constant) *constant {
	if len(in) < 3 || in[1] == nil || in[2] == nil || len(in[0].nums)*len(in[1].nums)*len(in[2].nums) != 1 || in[2].nums[0] == 0 {
		return nil
	}
	start, end, step := in[0].nums[0], in[1].nums[0], in[2].nums[0]
	n := math.Max(math.Ceil((end-start)/step), 0)
	if !(n <= mostFolded) {
		return nil
	}
	k := &constant{shape: []int{int(n)}, integer: in[0].integer, nums: make([]float64, int(n))}
	for i := range k.nums {
		k.nums[i] = start + float64(i)*step
	}
	return k
}

// foldProduct multiplies all elements, which is what shapes are reduced by.
func (c *call) foldProduct(in []*constant) *constant {
	axes, ok := c.setting("axes", 1, 18)
	if !ok || len(in[0].shape) != 1 || len(axes) > 1 {
		return nil
	}
	product := &constant{integer: in[0].integer, nums: []float64{1}}
	for _, v := range in[0].nums {
		product.nums[0] *= v
	}
	if c.int("keepdims", 1) != 0 {
		product.shape = []int{1}
	}
	return product
}

func (c *call) foldWhere(in []*constant) *constant {
	if len(in) < 3 || in[1] == nil || in[2] == nil {
		return nil
	}
	shape, ok := joint(in[1].shape, in[2].shape)
	if ok {
		shape, ok = joint(shape, in[0].shape)
	}
	if !ok || elements(shape) > mostFolded {
		return nil
	}
	condition, _ := broadcast(in[0].shape, shape)
	yes, _ := broadcast(in[1].shape, shape)
	no, _ := broadcast(in[2].shape, shape)
	k := &constant{shape: shape, integer: in[1].integer, nums: make([]float64, elements(shape))}
	for i := range k.nums {
		if k.nums[i] = in[2].nums[no(i)]; in[0].nums[condition(i)] != 0 {
			k.nums[i] = in[1].nums[yes(i)]
		}
	}
	return k
}

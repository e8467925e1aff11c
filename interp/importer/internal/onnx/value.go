package onnx

import (
	"slices"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A value is what a name of the file stands for: numbers that are known now, numbers of the file
// that are read later, or what a step of the network computes.
type value struct {
	shape  []int
	known  *constant // few numbers: sizes, axes, bounds
	weight *weight
	step   *step
}

// lost reports whether nothing is known of a value, because what makes it cannot be imported.
func (v *value) lost() bool { return v.step != nil && v.step.shape == nil }

// computed reports whether it depends on the network's input.
func (v *value) computed() bool { return v.step != nil }

// A step is an operation of the network as far as it has been understood.
type step struct {
	// op is an ops.Op, or one of the operations of pieces.go that are to become some; nil for an
	// input of the network.
	op     any
	in     []*step
	shape  []int // with the file's batch; nil if it is not known
	params []*weight
	node   *node // that it is made of; nil for an input
	input  string
	// problem says why it cannot be imported.
	problem *flat.Problem
	users   int // set by uses
}

// A weight is a tensor of the file, or one that is made of some.
type weight struct {
	shape  []int
	name   string // what the file calls it, "" where it was computed from several
	within string // the scope of the node that reads it, which names it if nothing else does
	read   func() ([]float32, error)
	// constant says that the file calls it no weight.
	constant bool
	// made says that its numbers are not in the file but follow from few that are.
	made    bool
	strange string    // the type of its elements, where they are no floats
	work    int       // how many times all its numbers are gone through to compute it
	few     []float32 // its numbers, once read and if they are few
}

// fewNumbers is how many of a weight may be looked at to understand the network.
const fewNumbers = 1 << 16

// numbers are those of a weight that has few.
func (w *weight) numbers() ([]float32, bool) {
	if w == nil || elements(w.shape) > fewNumbers {
		return nil, false
	}
	if w.few == nil && w.read != nil {
		few, err := w.read()
		if err != nil {
			return nil, false
		}
		w.few = few
	}
	return w.few, w.few != nil && len(w.few) == elements(w.shape)
}

// scalar is the number of a value of one element that is known, wherever it stands.
func (v *value) scalar() (float64, bool) {
	switch {
	case v == nil || elements(v.shape) != 1:
	case v.known != nil:
		return v.known.nums[0], true
	case v.weight != nil:
		if few, ok := v.weight.numbers(); ok {
			return float64(few[0]), true
		}
	}
	return 0, false
}

// numbers are those of a value that has few and is known.
func (v *value) numbers() ([]float64, bool) {
	switch {
	case v == nil:
	case v.known != nil:
		return v.known.nums, true
	case v.weight != nil:
		few, ok := v.weight.numbers()
		return widened(few), ok
	}
	return nil, false
}

func widened(list []float32) []float64 {
	wide := make([]float64, len(list))
	for i, v := range list {
		wide[i] = float64(v)
	}
	return wide
}

// asWeight is a known value as a tensor; nil for one that is computed.
func (v *value) asWeight() *weight {
	switch {
	case v == nil:
	case v.weight != nil:
		return v.weight
	case v.known != nil:
		nums := v.known.nums
		return &weight{shape: v.shape, made: true, read: func() ([]float32, error) {
			list := make([]float32, len(nums))
			for i, n := range nums {
				list[i] = float32(n)
			}
			return list, nil
		}}
	}
	return nil
}

// reshaped is the weight with its numbers in another shape.
func (w *weight) reshaped(shape ...int) *weight {
	if slices.Equal(w.shape, shape) {
		return w
	}
	again := *w
	again.shape = slices.Clone(shape)
	return &again
}

// transposed is the weight with its axes in another order.
func (w *weight) transposed(perm ...int) *weight {
	shape := make([]int, len(perm))
	for i, axis := range perm {
		shape[i] = w.shape[axis]
	}
	if moved := slices.DeleteFunc(slices.Clone(perm), func(axis int) bool { return w.shape[axis] == 1 }); slices.IsSorted(moved) {
		return w.reshaped(shape...)
	}
	from := w.shape
	return w.changed(shape, func(data []float32) []float32 { return permuted(data, from, perm) })
}

// times is the weight with all numbers multiplied in float64.
func (w *weight) times(factor float64) *weight {
	if factor == 1 {
		return w
	}
	return w.each(func(v float64) float64 { return v * factor })
}

// each is the weight with a function applied to its numbers.
func (w *weight) each(f func(float64) float64) *weight {
	return w.changed(w.shape, func(data []float32) []float32 {
		out := make([]float32, len(data))
		for i, v := range data {
			out[i] = float32(f(float64(v)))
		}
		return out
	})
}

// spread is the weight repeated along axes of size 1, from the last axis on, to another shape; nil
// if it does not fit.
func (w *weight) spread(shape ...int) *weight {
	at, ok := broadcast(w.shape, shape)
	switch {
	case !ok:
		return nil
	case elements(w.shape) == elements(shape):
		return w.reshaped(shape...)
	}
	again := w.changed(shape, func(data []float32) []float32 {
		out := make([]float32, elements(shape))
		for i := range out {
			out[i] = data[at(i)]
		}
		return out
	})
	again.made = true
	return again
}

// changed is a weight computed from this one, which keeps its name.
func (w *weight) changed(shape []int, f func([]float32) []float32) *weight {
	if w.read == nil {
		return w.reshaped(shape...)
	}
	return &weight{shape: slices.Clone(shape), name: w.name, within: w.within, constant: w.constant, made: w.made, work: w.work + 1, read: func() ([]float32, error) {
		data, err := w.read()
		if err != nil {
			return nil, err
		}
		return f(data), nil
	}}
}

// filled is a tensor of one number.
func filled(number float32, shape ...int) *weight {
	return &weight{shape: slices.Clone(shape), made: true, read: func() ([]float32, error) {
		return slices.Repeat([]float32{number}, elements(shape)), nil
	}}
}

// elements is the product of a shape; what is too large was refused where it was read.
func elements(shape []int) int { return tensor.Shape(shape).Elements() }

// fits reports whether a shape has no more elements than a tensor may have, and no size below 0.
func fits(shape []int) bool {
	for _, size := range shape {
		if size < 0 {
			return false
		}
	}
	n, ok := dim.Shaped(shape...).Product().Int()
	return ok && n <= 1<<31-1
}

// permuted puts the axes of a tensor into another order: axis i of the result is axis perm[i].
func permuted[T any](data []T, from, perm []int) []T {
	strides, step := make([]int, len(from)), 1
	for axis := len(from) - 1; axis >= 0; axis-- {
		strides[axis], step = step, step*from[axis]
	}
	out, place := make([]T, len(data)), make([]int, len(perm))
	at := 0
	for i := range out {
		out[i] = data[at]
		for k := len(perm) - 1; k >= 0; k-- {
			at += strides[perm[k]]
			if place[k]++; place[k] < from[perm[k]] {
				break
			}
			at -= place[k] * strides[perm[k]]
			place[k] = 0
		}
	}
	return out
}

// broadcast says where each element of a shape comes from in a tensor of another, repeated along
// axes of size 1 from the last axis on.
func broadcast(from, to []int) (at func(i int) int, ok bool) {
	if len(from) > len(to) {
		return nil, false
	}
	strides, step := make([]int, len(to)), 1
	for axis := len(to) - 1; axis >= len(to)-len(from); axis-- {
		size := from[axis-len(to)+len(from)]
		if size != 1 && size != to[axis] {
			return nil, false
		}
		if size != 1 {
			strides[axis] = step
		}
		step *= size
	}
	return func(i int) int {
		place := 0
		for axis := len(to) - 1; axis >= 0; axis-- {
			place += i % to[axis] * strides[axis]
			i /= to[axis]
		}
		return place
	}, true
}

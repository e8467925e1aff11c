// Package optim changes learned tensors by their gradients: the update rules of
// recipe.Optimizer, the schedules of their rates, clipping of gradients, and running averages.
// All of it works on flat slices of float32 or float64, and on any range of them, so that
// threads can share a tensor: an element's result depends on nothing but that element.
package optim

import (
	"fmt"
	"math"

	"cnnlang/interp/train/recipe"
)

// Float is what tensors are made of.
type Float interface{ float32 | float64 }

// A Slot is what an optimizer keeps of every element from one step to the next.
type Slot struct {
	Name  string  // as checkpoints call it: momentum, mean, mean_square or max_mean_square
	Start float64 // its value before the first step
}

// Slots lists what an optimizer keeps, in the order of Tensor.Slots.
func Slots(o recipe.Optimizer) []Slot {
	switch o.Kind {
	case recipe.SGD:
		if o.Momentum == 0 {
			return nil
		}
		return []Slot{{Name: "momentum"}}
	case recipe.RMSProp:
		slots := []Slot{{Name: "mean_square"}}
		if o.Variant == recipe.TensorFlow {
			slots[0].Start = 1
		}
		if o.Momentum != 0 {
			slots = append(slots, Slot{Name: "momentum"})
		}
		if o.Centered {
			slots = append(slots, Slot{Name: "mean"})
		}
		return slots
	case recipe.Adam, recipe.AdamW:
		slots := []Slot{{Name: "mean"}, {Name: "mean_square"}}
		if o.AMSGrad {
			slots = append(slots, Slot{Name: "max_mean_square"})
		}
		return slots
	}
	panic(fmt.Sprintf("optim: no optimizer is called %q", o.Kind))
}

// A Tensor is a learned tensor with what its optimizer keeps of it. All slices have the same
// length.
type Tensor[T Float] struct {
	Value, Gradient []T
	Slots           [][]T   // as Slots lists them
	Decay           float64 // the weight decay, 0 for a tensor that does not decay
	RateFactor      float64 // by which the rate is multiplied, 1 for the common rate
}

// A Step is what all tensors share.
type Step struct {
	Rate   float64
	Scale  float64 // by which gradients are multiplied first: 1, or less where they are clipped by norm
	Update int     // which update of the tensor this is, from 1
}

// Start makes the slots of a tensor of so many elements.
func Start[T Float](o recipe.Optimizer, elements int) [][]T {
	var all [][]T
	for _, slot := range Slots(o) {
		values := make([]T, elements)
		for i := range values {
			values[i] = T(slot.Start)
		}
		all = append(all, values)
	}
	return all
}

// Update changes the elements [from, to) of a tensor and of its slots by one step.
func Update[T Float](o recipe.Optimizer, t Tensor[T], s Step, from, to int) {
	s.Rate *= t.RateFactor
	r := elements[T]{t.Value[from:to], t.Gradient[from:to], [3][]T{}, t.Decay}
	for i, slot := range t.Slots {
		r.slots[i] = slot[from:to]
	}
	switch o.Kind {
	case recipe.SGD:
		if o.Momentum == 0 {
			r.descend(s)
			return
		}
		r.sgd(o, s)
	case recipe.RMSProp:
		if o.Variant == recipe.Torch {
			r.rmspropTorch(o, s)
			return
		}
		r.rmspropTensorFlow(o, s)
	case recipe.Adam, recipe.AdamW:
		r.adam(o, s)
	default:
		panic(fmt.Sprintf("optim: no optimizer is called %q", o.Kind))
	}
}

// An elements is a range of a tensor, all slices of which have the same length.
type elements[T Float] struct {
	value, gradient []T
	slots           [3][]T // those that there are, first
	decay           float64
}

func root[T Float](x T) T { return T(math.Sqrt(float64(x))) }

package ref

import (
	"math"
	"slices"

	"cnnlang/ops"
)

// Operations on any axes. indexed sets every element to f of its index, which has a number for
// each axis.
func indexed(out Value, f func(index []int) float64) {
	index := make([]int, len(out.Shape))
	for i := range out.Data {
		out.Data[i] = f(index)
		for axis := len(index) - 1; axis >= 0; axis-- {
			if index[axis]++; index[axis] < out.Shape[axis] {
				break
			}
			index[axis] = 0
		}
	}
}

// softmax: exp(x - m) / sum of exp(x - m) along the axis, m being the largest: the quotient
// does not depend on m, the range of exp does.
func softmax(op *ops.Softmax, out, in Value) {
	axis := op.Axis.MustInt()
	indexed(out, func(index []int) float64 {
		at, here := slices.Clone(index), in.at(index...)
		largest, sum := math.Inf(-1), 0.0
		for at[axis] = range in.Shape[axis] {
			largest = max(largest, in.at(at...))
		}
		for at[axis] = range in.Shape[axis] {
			sum += math.Exp(in.at(at...) - largest)
		}
		return math.Exp(here-largest) / sum
	})
}

// permute: axis i of the result is axis Axes[i] of the input.
func permute(op *ops.Permute, out, in Value) {
	from := make([]int, len(op.Axes))
	indexed(out, func(index []int) float64 {
		for i, axis := range op.Axes {
			from[axis.MustInt()] = index[i]
		}
		return in.at(from...)
	})
}

// matmul: the sum over i of a[…, y, i] * b[…, i, x].
func matmul(out, a, b Value) {
	last := len(out.Shape) - 1
	indexed(out, func(index []int) (sum float64) {
		left, right := slices.Clone(index), slices.Clone(index)
		for i := range a.Shape[last] {
			left[last], right[last-1] = i, i
			sum += a.at(left...) * b.at(right...)
		}
		return sum
	})
}

// Package tensor holds numbers in the shape of a network's values: dense,
// row-major float32.
package tensor

import (
	"fmt"
	"slices"
	"strings"
)

// A Shape is the sizes of the axes, outermost first: [N, C, H, W] for images,
// [N, C] for vectors, [O, C/groups, R, S] for a convolution's weight.
type Shape []int

// Elements returns the number of elements, 1 for an empty shape.
func (s Shape) Elements() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// Equal reports whether the shapes have the same axes.
func (s Shape) Equal(t Shape) bool { return slices.Equal(s, t) }

// String prints [1, 64, 56, 56].
func (s Shape) String() string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = fmt.Sprint(d)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// A Tensor is a shape and its elements in row-major order. It may be a view of
// memory that it does not own (an arena, a mapped file).
type Tensor struct {
	Shape Shape
	Data  []float32 // len(Data) == Shape.Elements()
}

// New returns a tensor of zeros.
func New(shape ...int) Tensor {
	s := Shape(slices.Clone(shape))
	return Tensor{Shape: s, Data: make([]float32, s.Elements())}
}

// From returns a tensor over data, which it does not copy. It panics where the
// lengths differ.
func From(data []float32, shape ...int) Tensor {
	s := Shape(slices.Clone(shape))
	if len(data) != s.Elements() {
		panic(fmt.Sprintf("tensor: %d elements for shape %v", len(data), s))
	}
	return Tensor{Shape: s, Data: data}
}

package namemap

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// A Tensor is one tensor of a net and what it is in a file.
type Tensor struct {
	Own   graph.Param
	Name  string       // in the file
	Shape tensor.Shape // in the file
	// Axes are the file's axes in the net's order: axis i of the net's tensor is axis
	// Axes[i] of the file's. Where flattened maps are put in another order as well they are
	// those of the unflattened tensors.
	Axes []int
	// Flat is the map [C, H, W] whose elements an axis counts in another order, or nil.
	Flat tensor.Shape
	// Absent says that the file may lack it, which stands for ones: layers that normalise
	// without a factor.
	Absent bool
	Side   *graph.Side // the side head it belongs to, or nil

	row     int   // that named it, -1 for none
	view    []int // the net's shape, where axes may be split up
	strides []int // of the file's data, by the axes of view
	moves   bool  // whether the data stand in another order
}

// lie decides how the net's data, seen as view, lie in the file, whose axes are those of view in
// the order perm.
func (t *Tensor) lie(view []int, perm []int) {
	t.view, t.strides, t.Axes = view, make([]int, len(view)), make([]int, len(view))
	stride := 1
	for at, axis := range slices.Backward(perm) {
		t.strides[axis], t.Axes[axis] = stride, at
		stride *= view[axis]
	}
	// It moves data unless the axes longer than 1 keep their order.
	last := -1
	for _, axis := range perm {
		if view[axis] > 1 {
			t.moves = t.moves || axis < last
			last = axis
		}
	}
}

// Moves reports whether the file has the data in another order than the net.
func (t *Tensor) Moves() bool { return t.moves }

// ToNet puts a file's data in the net's order; bits are unchanged. It returns the data
// themselves where the order is the same.
func (t *Tensor) ToNet(data []float32) []float32 {
	if !t.moves {
		return data
	}
	out := make([]float32, len(data))
	t.each(func(net, file, n, stride int) {
		for i := range n {
			out[net+i] = data[file+i*stride]
		}
	})
	return out
}

// ToFile is the way back.
func (t *Tensor) ToFile(data []float32) []float32 {
	if !t.moves {
		return data
	}
	out := make([]float32, len(data))
	t.each(func(net, file, n, stride int) {
		for i := range n {
			out[file+i*stride] = data[net+i]
		}
	})
	return out
}

// each calls do for every run along the last axis: where it starts on both sides, its
// length, and how far its elements lie apart in the file.
func (t *Tensor) each(do func(net, file, n, stride int)) {
	last := len(t.view) - 1
	n, stride := t.view[last], t.strides[last]
	at := make([]int, last)
	for net, file := 0, 0; ; net += n {
		do(net, file, n, stride)
		axis := last - 1
		for ; axis >= 0; axis-- {
			at[axis]++
			file += t.strides[axis]
			if at[axis] < t.view[axis] {
				break
			}
			file -= at[axis] * t.strides[axis]
			at[axis] = 0
		}
		if axis < 0 {
			return
		}
	}
}

// Same reports whether another map says the same of the same tensor.
func (t *Tensor) Same(o *Tensor) bool {
	return t.Own.Path == o.Own.Path && t.Name == o.Name && t.Shape.Equal(o.Shape) &&
		slices.Equal(t.view, o.view) && slices.Equal(t.strides, o.strides)
}

// String tells how every tensor is read: two tables with the same text read a file in the
// same way.
func (t *Table) String() string {
	var b strings.Builder
	for i := range t.Tensors {
		x := &t.Tensors[i]
		fmt.Fprintf(&b, "%q %q %v %v %v\n", x.Own.Path, x.Name, x.Shape, x.view, x.strides)
	}
	return b.String()
}

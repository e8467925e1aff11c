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

	row     int    // that named it, -1 for none
	step    string // what its own name begins with, up to the leaf
	leaf    string // in the file
	view    []int  // the net's shape, where axes may be split up
	strides []int  // of the file's data, by the axes of view
	moves   bool   // whether the data stand in another order
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
			out[net+i*stride] = data[file+i]
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
			out[file+i] = data[net+i*stride]
		}
	})
	return out
}

// run is how many elements are moved at once: as many as lie in a few lines of a cache.
const run = 64

// each calls do for runs of elements that are neighbours in the file: where a run starts on both
// sides, its length, and how far its elements lie apart in the net. Runs that are neighbours in the
// net follow each other, so that what is in a cache is used before it is gone.
func (t *Tensor) each(do func(net, file, n, stride int)) {
	netStrides, along, stride := make([]int, len(t.view)), 0, 1
	for axis, size := range slices.Backward(t.view) {
		netStrides[axis] = stride
		stride *= size
		if size > 1 && t.strides[axis] == 1 {
			along = axis
		}
	}
	at := make([]int, len(t.view)) // where a run starts
	for net, file := 0, 0; ; {
		do(net, file, min(run, t.view[along]-at[along]), netStrides[along])
		axis := len(at) - 1
		for ; axis >= 0; axis-- { // the last axis first, and the run's own last of all
			if axis == along {
				continue
			}
			at[axis]++
			net, file = net+netStrides[axis], file+t.strides[axis]
			if at[axis] < t.view[axis] {
				break
			}
			net, file = net-at[axis]*netStrides[axis], file-at[axis]*t.strides[axis]
			at[axis] = 0
		}
		if axis >= 0 {
			continue
		}
		if at[along] += run; at[along] >= t.view[along] {
			return
		}
		net, file = net+run*netStrides[along], file+run
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

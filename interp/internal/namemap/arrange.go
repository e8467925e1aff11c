package namemap

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// arrange decides how the numbers of a tensor lie in the file.
func (a *application) arrange(t *Tensor, n *graph.Node, leaf string) {
	shape := t.Own.Shape
	natural := make([]int, len(shape))
	for i := range natural {
		natural[i] = i
	}
	if len(shape) == 0 {
		t.Shape, t.view, t.strides = shape, []int{1}, []int{1}
		return
	}
	if t.row >= 0 && a.Rows[t.row].Axes != nil {
		axes := a.Rows[t.row].Axes
		if len(axes) != len(shape) {
			a.problem(Problem{Kind: WrongAxes, Row: t.row, Other: -1, Tensor: t.Own.Path, Shape: [2]int{len(axes), len(shape)}})
			return
		}
		perm := slices.Clone(natural)
		for net, file := range axes {
			perm[file] = net
		}
		t.lie(shape, perm)
		t.Shape = permuted(shape, perm)
		return
	}
	view, perm := []int(shape), natural
	if a.Layout.last {
		view, perm = a.channelsLast(t, n, leaf, view, perm)
	}
	t.lie(view, perm)
	t.Shape = permuted(view, perm)
	switch {
	case t.Flat != nil && len(shape) == 1:
		t.Shape = shape
	case t.Flat != nil:
		t.Shape = tensor.Shape{shape[1], shape[0]}
	}
}

// channelsLast is how a file with channels last sees and orders the axes of a tensor.
func (a *application) channelsLast(t *Tensor, n *graph.Node, leaf string, view, perm []int) ([]int, []int) {
	from := a.taken(n)
	kind := kindOf(n)
	reads := kind == "linear" && leaf == "weight" || kind != "linear" && len(view) == 1
	if kind == "param" {
		reads, from = true, order{unknown: a.beside[n]}
	}
	if reads && from.unknown != nil {
		a.problem(Problem{Kind: UnknownOrder, Row: -1, Other: -1, Tensor: t.Own.Path, Unknown: from.unknown, Shape: [2]int{0, len(view)}})
		return view, perm
	}
	switch {
	case kind == depthwise && leaf == "weight":
		in := n.In[0].Shape[1]
		return []int{in, view[0] / in, view[2], view[3]}, []int{2, 3, 0, 1}
	case kind == "conv" && leaf == "weight", kind == "deconv" && leaf == "weight":
		return view, []int{2, 3, 1, 0}
	case kind == "param" && len(view) == 3:
		return view, []int{1, 2, 0}
	case kind == "linear" && leaf == "weight" && from.flat != nil:
		t.Flat = from.flat
		return []int{view[0], t.Flat[0], t.Flat[1], t.Flat[2]}, []int{2, 3, 1, 0}
	case kind == "linear" && leaf == "weight":
		return view, []int{1, 0}
	case reads && from.flat != nil:
		t.Flat = from.flat
		return from.flat, []int{1, 2, 0}
	}
	return view, perm
}

func permuted(view, perm []int) tensor.Shape {
	s := make(tensor.Shape, len(perm))
	for i, axis := range perm {
		s[i] = view[axis]
	}
	return s
}

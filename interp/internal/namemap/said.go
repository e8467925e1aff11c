package namemap

import (
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// Said is the same names for a file that says itself what the axes of its tensors are. axes
// tells of a tensor in the file a letter for each of them, in the order of the file: O and I
// for the channels of a layer's output and input, H and W for those of its windows, I and M
// for an output of a depthwise convolution, which is I*M with I slowest, C for the channels
// of a vector; "" is not known. rank is how many axes it has in the file, where they may be
// more, of size 1, in front. Nil axes are those of a file of channels last.
//
// last says that the file's maps have channels last, so that a flattened one is counted pixel
// by pixel; first that it is counted channel by channel, as in the net, whatever the layout of the
// map. Where a row of the map or its layout orders axes, that counts.
func (t *Table) Said(g *graph.Graph, axes func(name string) (letters string, rank int), last, first bool) (*Table, []Problem) {
	said := *t
	said.Tensors = slices.Clone(t.Tensors)
	a := &application{Map: t.Map, table: &said, failed: map[int]bool{}}
	if last {
		a.order, a.beside = orders(g)
	}
	i := 0
	for _, n := range g.Nodes {
		for _, p := range n.Own() {
			x := &said.Tensors[i]
			i++
			if first && x.Flat != nil {
				x.asFlattened()
			}
			if t.Map.Layout.last || x.row >= 0 && t.Map.Rows[x.row].Axes != nil {
				continue
			}
			leaf := p.Path[strings.LastIndexByte(p.Path, '.')+1:]
			letters := usual(n, leaf, len(p.Shape))
			rank := len(letters)
			if axes != nil {
				letters, rank = axes(x.Name)
			}
			a.lie(x, n, leaf, letters, rank)
		}
	}
	return &said, a.problems
}

// asFlattened has a tensor that reads a flattened map count it as the net does.
func (t *Tensor) asFlattened() {
	t.Flat, t.moves = nil, false
	if shape := t.Own.Shape; len(shape) == 2 {
		t.lie(shape, []int{1, 0})
	} else {
		t.lie(shape, []int{0})
	}
}

// usual are the axes of a tensor where channels are last.
func usual(n *graph.Node, leaf string, rank int) string {
	switch kind := kindOf(n); {
	case rank == 1:
		return "C"
	case leaf != "weight":
	case kind == "conv":
		return "HWIO"
	case kind == depthwise:
		return "HWIM"
	case kind == "deconv":
		return "HWOI"
	case kind == "linear":
		return "IO"
	}
	return ""
}

// own are the axes of a tensor in the net.
func own(n *graph.Node, leaf string, rank int) string {
	switch kind := kindOf(n); {
	case rank == 1:
		return "C"
	case leaf != "weight":
	case kind == "conv" || kind == depthwise:
		return "OIHW"
	case kind == "deconv":
		return "IOHW"
	case kind == "linear":
		return "OI"
	}
	return ""
}

// lie decides how a tensor lies in a file that has these axes; where they cannot be those of the
// net's tensor it is left as it is.
func (a *application) lie(t *Tensor, n *graph.Node, leaf, letters string, rank int) {
	shape := t.Own.Shape
	here, view := own(n, leaf, len(shape)), []int(shape)
	if here == "" || letters == "" {
		return
	}
	if here == "IOHW" && letters == "HWIO" {
		letters = "HWOI" // files that do not list layers cannot tell a transposed convolution from others
	}
	written := letters
	from, reads := a.flattened(n, leaf, here)
	if reads && from.unknown != nil {
		a.problem(Problem{Kind: UnknownOrder, Row: -1, Other: -1, Tensor: t.Own.Path, Unknown: from.unknown, Shape: [2]int{0, len(view)}})
		return
	}
	switch in := len(n.In) > 0 && len(n.In[0].Shape) > 1; {
	case strings.Contains(letters, "M"):
		if !in || len(view) != 4 || view[1] != 1 || view[0]%n.In[0].Shape[1] != 0 {
			return
		}
		channels := n.In[0].Shape[1]
		here, view = "IMHW", []int{channels, view[0] / channels, view[2], view[3]}
	case reads && from.flat != nil && here == "OI":
		here, letters = "Ochw", strings.Replace(letters, "I", "hwc", 1)
		view = []int{view[0], from.flat[0], from.flat[1], from.flat[2]}
	case reads && from.flat != nil && here == "C" && letters == "C":
		here, letters, view = "chw", "hwc", from.flat
	}
	perm, sizes, ok := matched(here, view, letters)
	if !ok {
		return
	}
	t.Flat, t.moves = nil, false
	if t.Shape = sizes; written != letters { // flattened: as many axes as are written
		t.Flat = from.flat
		t.Shape = nil
		for _, l := range written {
			size := 1
			if at := strings.IndexRune("OI", l); at >= 0 && here == "Ochw" {
				size = shape[at]
			} else if l == 'C' {
				size = shape[0]
			}
			t.Shape = append(t.Shape, size)
		}
	}
	for len(t.Shape) < rank {
		t.Shape = append(tensor.Shape{1}, t.Shape...)
	}
	t.lie(view, perm)
}

// flattened is the order of the vector that a tensor counts along an axis, where it does.
func (a *application) flattened(n *graph.Node, leaf, here string) (from order, reads bool) {
	from = a.taken(n)
	kind := kindOf(n)
	if kind == "param" {
		return order{unknown: a.beside[n]}, true
	}
	return from, kind == "linear" && leaf == "weight" || kind != "linear" && here == "C"
}

// matched is the order of a file's axes as those of a view, and the sizes that they must have:
// those that only one side has must have one element.
func matched(here string, view []int, there string) (perm []int, sizes tensor.Shape, ok bool) {
	for _, l := range there {
		axis := strings.IndexRune(here, l)
		if axis < 0 {
			sizes = append(sizes, 1)
			continue
		}
		perm, sizes = append(perm, axis), append(sizes, view[axis])
	}
	for axis, size := range view {
		if !slices.Contains(perm, axis) {
			if size != 1 {
				return nil, nil, false
			}
			perm = append(perm, axis)
		}
	}
	return perm, sizes, true
}

// Own is a table of the net's own names.
func Own(g *graph.Graph) *Table {
	t, _ := (&Map{Layout: LayoutOf("torch")}).Apply(g, func(int) bool { return true })
	return t
}

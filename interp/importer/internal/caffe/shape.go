package caffe

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// innerProduct reads an InnerProduct: all of an image times weight [out, C*H*W], plus bias [out].
func innerProduct(s *settings) build {
	out := dim.Int(s.whole("num_output", 0))
	biased, transposed := s.flag("bias_term", true), s.flag("transpose", false)
	from := s.integer("axis", 1)
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		if at, _ := axis(from, in[0].Shape); at != 1 {
			r.refuse(l.where(), "axis 1 can be read: all of an image", "a product from axis %d on", from)
			return nil
		}
		x := in[0]
		if len(x.Shape) > 2 {
			if x = r.add(l, &ops.Flatten{}, nil, x); x == nil {
				return nil
			}
		}
		return one(&ops.Linear{Out: out, Bias: biased}, stored(l, "weight", transposed), stored(l, "bias", false))(r, l, []*graph.Node{x})
	}
}

// flatten reads a Flatten, of all axes but the batch if nothing else is said.
func flatten(s *settings) build {
	first, last := s.integer("axis", 1), s.integer("end_axis", -1)
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		x := in[0].Shape
		from, ok1 := axis(first, x)
		to, ok2 := axis(last, x)
		if !ok1 || !ok2 || from < 1 || to < from {
			r.refuse(l.where(), "images of a batch are independent", "axes %d to %d become one, want some of 1 to %d", first, last, len(x)-1)
			return nil
		}
		shape := append(slices.Clone(x[:from]), tensor.Shape(x[from:to+1]).Elements())
		return r.reshaped(l, in[0], append(shape, x[to+1:]...))
	}
}

// reshaped gives a value another shape of as many numbers.
func (r *reader) reshaped(l *layer, n *graph.Node, shape tensor.Shape) []*graph.Node {
	switch {
	case shape.Equal(n.Shape):
		return []*graph.Node{n}
	case len(shape) == 2:
		return []*graph.Node{r.add(l, &ops.Flatten{}, nil, n)}
	}
	return []*graph.Node{r.add(l, &ops.Reshape{Shape: dim.Shaped(shape[1:]...)}, nil, n)}
}

// reshape reads a Reshape. Of its sizes 0 stands for that of the input on the same axis and -1 for
// what remains. They replace num_axes axes from axis on, and must leave the images of a batch apart.
func reshape(s *settings) build {
	var sizes []int
	for _, f := range s.given["shape"] {
		s.known["shape"] = true
		if f.Inner != nil {
			for _, d := range f.Inner.Fields {
				sizes = append(sizes, s.parsed(d))
			}
		}
	}
	first, count := s.integer("axis", 0), s.integer("num_axes", -1)
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		x := slices.Clone(in[0].Shape)
		x[0] = r.batch
		shape, ok := resized(x, sizes, first, count)
		if !ok || len(shape) < 2 || len(shape) > ops.MostAxes || shape[0] != r.batch || elements(shape[1:]) != elements(x[1:]) {
			r.refuse(l.where(), "sizes that keep the batch and the number of elements", "%v cannot become %v", x, tensor.Shape(sizes))
			return nil
		}
		shape[0] = 1
		return r.reshaped(l, in[0], shape)
	}
}

// resized is the shape that a Reshape makes of one, and false where there is none.
func resized(x tensor.Shape, sizes []int, first, count int) (shape tensor.Shape, ok bool) {
	if first < 0 {
		first += len(x) + 1
	}
	if count < 0 {
		count = len(x) - first
	}
	if first < 0 || first > len(x) || count < 0 || first+count > len(x) {
		return nil, false
	}
	shape = slices.Clone(x[:first])
	open := -1
	for i, size := range sizes {
		switch {
		case size == 0 && first+i < len(x):
			size = x[first+i]
		case size == -1 && open < 0:
			open, size = len(shape), 1
		case size < 1:
			return nil, false
		}
		shape = append(shape, size)
	}
	shape = append(shape, x[first+count:]...)
	if open >= 0 {
		before, after := elements(x), elements(shape)
		if after == 0 || before%after != 0 {
			return nil, false
		}
		shape[open] = int(before / after)
	}
	return shape, true
}

// permute reads a Permute, an order of the axes that leaves the batch first.
func permute(s *settings) build {
	order := s.integers("order")
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		for i := range in[0].Shape {
			if !slices.Contains(order, i) {
				order = append(order, i) // as Caffe does
			}
		}
		if order[0] != 0 {
			r.refuse(l.where(), "images of a batch are independent: order 0 first", "the order %v of axes", tensor.Shape(order))
			return nil
		}
		if slices.IsSorted(order) && len(order) == len(in[0].Shape) {
			return same(r, l, in)
		}
		return one(&ops.Permute{Axes: dim.Shaped(order...)})(r, l, in)
	}
}

func shuffle(s *settings) build {
	return one(&ops.ChannelShuffle{Groups: dim.Int(s.whole("group", 1))})
}

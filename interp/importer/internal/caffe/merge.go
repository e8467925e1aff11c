package caffe

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

func concat(s *settings) build {
	from := s.integer("axis", s.integer("concat_dim", 1))
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		at, ok := axis(from, in[0].Shape)
		if !ok || at == 0 {
			r.refuse(l.where(), "images of a batch are independent", "axis %d, want one from 1 to %d", from, len(in[0].Shape)-1)
			return nil
		}
		if len(in) == 1 {
			return same(r, l, in)
		}
		return one(&ops.Concat{Axis: dim.Int(at)})(r, l, in)
	}
}

// eltwise reads a sum, whose inputs may have factors, a product or a maximum.
func eltwise(s *settings) build {
	how := s.word("operation", "PROD", "SUM", "MAX")
	if !s.has("operation") {
		how = "SUM"
	}
	factors := s.numbers("coeff")
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		if how == "SUM" && len(factors) > 0 && len(factors) != len(in) {
			r.refuse(l.where(), "", "%d factors for %d bottoms", len(factors), len(in))
			return nil
		}
		switch {
		case how == "MAX" && len(in) > 1:
			return one(&ops.Max{})(r, l, in)
		case how == "PROD" && len(in) > 1:
			return r.equalProduct(l, in)
		case how == "SUM":
			return r.sum(l, in, factors)
		}
		return same(r, l, in)
	}
}

// equalProduct is a product of values of one shape: Caffe has no gates here.
func (r *reader) equalProduct(l *layer, in []*graph.Node) []*graph.Node {
	for _, n := range in {
		if !n.Shape.Equal(in[0].Shape) {
			r.refuse(l.where(), "", "the shapes %v and %v, want equal ones", in[0].Shape, n.Shape)
			return nil
		}
	}
	return one(&ops.Mul{})(r, l, in)
}

// sum adds values times factors, none being 1 each. Equal factors that add up to 1 are a mean.
func (r *reader) sum(l *layer, in []*graph.Node, factors []dim.Size) []*graph.Node {
	if len(factors) > 1 && !slices.ContainsFunc(factors, func(f dim.Size) bool { return f != dim.Ratio(1, int64(len(in))) }) {
		return one(&ops.Mean{})(r, l, in)
	}
	in = slices.Clone(in)
	for i, f := range factors {
		if f != dim.Int(1) {
			if in[i] = r.add(l, &ops.Scale{S: f}, nil, in[i]); in[i] == nil {
				return nil
			}
		}
	}
	if len(in) == 1 {
		return in
	}
	return one(&ops.Add{})(r, l, in)
}

// axpy reads the layer of squeeze and excitation: bottom 0, a gate for each channel, times bottom 1,
// plus bottom 2.
func axpy(*settings) build {
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		product := gated(r, l, in[1], in[0], 0)
		if product == nil || product[0] == nil {
			return nil
		}
		return one(&ops.Add{})(r, l, []*graph.Node{product[0], in[2]})
	}
}

// slice reads a Slice of channels: before each point, and after the last; without points into equal
// parts.
func slice(s *settings) build {
	from, points := s.integer("axis", s.integer("slice_dim", 1)), s.integers("slice_point")
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		c, tops, cuts := in[0].Shape[1], len(l.gives), slices.Clone(points)
		if at, _ := axis(from, in[0].Shape); at != 1 {
			r.refuse(l.where(), "axis 1 can be read, the channels", "parts along axis %d", from)
			return nil
		}
		if len(cuts) == 0 && c%tops != 0 {
			r.refuse(l.where(), "", "%d channels in %d equal parts", c, tops)
			return nil
		}
		for i := 1; i < tops && len(points) == 0; i++ {
			cuts = append(cuts, i*c/tops)
		}
		if len(cuts) != tops-1 || !slices.IsSorted(cuts) || len(cuts) > 0 && (cuts[0] < 1 || cuts[len(cuts)-1] >= c) {
			r.refuse(l.where(), "", "%d parts of %d channels, the cuts being %v", tops, c, tensor.Shape(cuts))
			return nil
		}
		if tops == 1 {
			return in
		}
		var out []*graph.Node
		for i, cut := range append(cuts, c) {
			first := 0
			if i > 0 {
				first = cuts[i-1]
			}
			var n *graph.Node // of a part that nothing needs
			if top := l.gives[i]; top.output || len(top.readBy()) > 0 {
				n = r.add(l, &ops.Slice{From: dim.Int(first), To: dim.Int(cut)}, nil, in[0])
			}
			out = append(out, n)
		}
		return out
	}
}

func split(*settings) build {
	return func(_ *reader, l *layer, in []*graph.Node) []*graph.Node {
		return slices.Repeat(in, len(l.gives))
	}
}

// crop reads a Crop: bottom 0 becomes as large as bottom 1 on the axes from one on, beginning at
// offsets.
func crop(s *settings) build {
	from, offsets := s.integer("axis", 2), s.integers("offset")
	return func(r *reader, l *layer, in []*graph.Node) []*graph.Node {
		x, like := in[0].Shape, in[1].Shape
		at, ok := axis(from, x)
		if !ok || len(x) != 4 || len(like) != 4 || at < 2 || len(offsets) > 1 && len(offsets) != 4-at {
			r.refuse(l.where(), "height and width can be cut: axis 2 or 3, an offset for all or for each", "axis %d with %d offsets", from, len(offsets))
			return nil
		}
		sides := [4]dim.Size{}
		for i := at; i < 4; i++ {
			before := 0
			if len(offsets) > 0 {
				before = offsets[min(i-at, len(offsets)-1)]
			}
			if before < 0 || before > x[i]-like[i] {
				r.refuse(l.where(), "", "%d pixels from %d on, of %d", like[i], before, x[i])
				return nil
			}
			sides[2*(i-2)], sides[2*(i-2)+1] = dim.Int(before), dim.Int(x[i]-like[i]-before)
		}
		none := dim.Int(0)
		if sides == [4]dim.Size{none, none, none, none} {
			return in[:1]
		}
		return one(&ops.Crop{By: ops.Padding{Top: sides[0], Bottom: sides[1], Left: sides[2], Right: sides[3]}})(r, l, in[:1])
	}
}

package darknet

import (
	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// shortcut reads a sum. Of maps that differ Darknet adds what they have in common, which no network
// that was meant so does.
func shortcut(s *section) build {
	after := s.activation("linear")
	s.only("weights_type", "none")
	s.only("alpha", "1", "1.0")
	s.only("beta", "1", "1.0")
	if s.option("from") == nil {
		s.r.refuse(s.where(), "", "no section to add, want from=")
	}
	s.only("weights_normalization", "none")
	return func(in []*graph.Node) *graph.Node {
		for _, n := range in[1:] {
			if !n.Shape.Equal(in[0].Shape) {
				s.r.refuse(s.where(), "maps of one size can be added; Darknet adds the channels and pixels that both have", "it adds %v to %v", n.Shape, in[0].Shape)
				return nil
			}
		}
		n := s.add("", &ops.Add{}, in...)
		if n == nil {
			return nil
		}
		return s.chain(n, after...)
	}
}

// route reads a way back to another section, or several joined along their channels; with groups a part
// of the channels of each.
func route(s *section) build {
	groups, group := s.whole("groups", 1), s.whole("group_id", 0)
	s.only("stream", "0")
	if o := s.option("layers"); o == nil {
		s.r.refuse(s.where(), "", "no sections to read, want layers=")
	}
	return func(in []*graph.Node) *graph.Node {
		if groups != 1 {
			parts := make([]*graph.Node, len(in))
			for i, n := range in {
				if parts[i] = s.part(n, groups, group); parts[i] == nil {
					return nil
				}
			}
			in = parts
		}
		if len(in) == 1 {
			return in[0]
		}
		return s.add("", &ops.Concat{Axis: dim.Int(1)}, in...)
	}
}

// part is a group of the channels.
func (s *section) part(n *graph.Node, groups, group int) *graph.Node {
	c := n.Shape[1]
	if groups < 1 || c%groups != 0 || group >= groups {
		s.r.refuse(s.where(), "", "group %d of %d in %d channels", group, groups, c)
		return nil
	}
	return s.chain(n, &ops.Slice{From: dim.Int(group * c / groups), To: dim.Int((group + 1) * c / groups)})
}

func upsample(s *section) build {
	stride := s.whole("stride", 2)
	s.only("scale", "1", "1.0", "1.")
	return func(in []*graph.Node) *graph.Node {
		if len(in[0].Shape) != 4 {
			s.r.refuse(s.where(), "", "no map, but %v", in[0].Shape)
			return nil
		}
		size := dim.Pair{H: dim.Int(stride * in[0].Shape[2]), W: dim.Int(stride * in[0].Shape[3])}
		return s.chain(in[0], &ops.Resize{Size: size, Mode: ops.Nearest})
	}
}

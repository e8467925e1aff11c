package darknet

import (
	"fmt"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
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

// sam reads a product of two maps, with an activation.
func sam(s *section) build {
	after := s.activation("linear")
	if s.option("from") == nil {
		s.r.refuse(s.where(), "", "no section to multiply by, want from=")
	}
	return func(in []*graph.Node) *graph.Node {
		if len(in) != 2 || !in[0].Shape.Equal(in[1].Shape) {
			s.r.refuse(s.where(), "one map can be multiplied by another of its size", "%s", s.products(in))
			return nil
		}
		return s.product(in, after)
	}
}

// scaleChannels reads a product of a map and a number for each of its channels, which is what the section
// before gives.
func scaleChannels(s *section) build {
	after := s.activation("linear")
	s.only("scale_wh", "0")
	if s.option("from") == nil {
		s.r.refuse(s.where(), "", "no section to multiply, want from=")
	}
	return func(in []*graph.Node) *graph.Node {
		if len(in) != 2 || len(in[1].Shape) != 4 || !in[0].Shape.Equal(tensor.Shape{in[1].Shape[0], in[1].Shape[1], 1, 1}) {
			s.r.refuse(s.where(), "a map can be multiplied by a number for each channel", "%s", s.products(in))
			return nil
		}
		return s.product([]*graph.Node{in[1], in[0]}, after)
	}
}

func (s *section) product(in []*graph.Node, after []ops.Op) *graph.Node {
	n := s.add("", &ops.Mul{}, in...)
	if n == nil {
		return nil
	}
	return s.chain(n, after...)
}

// products says what is multiplied.
func (s *section) products(in []*graph.Node) string {
	text := "it multiplies "
	for i, n := range in {
		if i > 0 {
			text += " by "
		}
		text += fmt.Sprint(n.Shape)
	}
	return text
}

func activation(s *section) build {
	after := s.activation("linear")
	return func(in []*graph.Node) *graph.Node { return s.chain(in[0], after...) }
}

func upsample(s *section) build {
	stride := s.whole("stride", 2)
	s.only("scale", "1", "1.0", "1.")
	return func(in []*graph.Node) *graph.Node {
		x := s.image(in[0])
		if x == nil {
			return nil
		}
		size := dim.Pair{H: dim.Int(stride * x.Shape[2]), W: dim.Int(stride * x.Shape[3])}
		return s.chain(x, &ops.Resize{Size: size, Mode: ops.Nearest})
	}
}

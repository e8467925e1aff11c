package darknet

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// reorg reads the section that makes channels of the pixels of squares. Darknet computes the places of its
// numbers as if its input were the result of what goes the other way: one with C/stride² channels of
// stride times the height and width.
func reorg(s *section) build {
	r := s.reorganised()
	return func(in []*graph.Node) *graph.Node {
		x := s.image(in[0])
		if x == nil {
			return nil
		}
		c, h, w := x.Shape[1], x.Shape[2], x.Shape[3]
		if r < 1 || c%(r*r) != 0 || h%r != 0 || w%r != 0 {
			s.r.refuse(s.where(), "channels that are a multiple of stride*stride, and a height and width of stride", "stride %d on %v", r, x.Shape)
			return nil
		}
		if r == 1 {
			return x
		}
		seen := &ops.Reshape{Shape: dim.Shaped(c/(r*r), r*h, r*w)}
		meant := &ops.Reshape{Shape: dim.Shaped(r*r*c, h/r, w/r)}
		return s.chain(x, seen, &ops.PixelUnshuffle{R: dim.Int(r)}, &ops.ChannelShuffle{Groups: dim.Int(c / (r * r))}, meant)
	}
}

// reorg3d is reorg as it was meant: what lies at one place of all squares is together.
func reorg3d(s *section) build {
	r := s.reorganised()
	return func(in []*graph.Node) *graph.Node {
		x := s.image(in[0])
		if x == nil || r == 1 {
			return x
		}
		return s.chain(x, &ops.PixelUnshuffle{R: dim.Int(r)}, &ops.ChannelShuffle{Groups: dim.Int(x.Shape[1])})
	}
}

// reorganised is the side of the squares.
func (s *section) reorganised() int {
	for _, key := range []string{"reverse", "flatten", "extra"} {
		s.only(key, "0")
	}
	return s.whole("stride", 1)
}

// image refuses what has no height and width.
func (s *section) image(x *graph.Node) *graph.Node {
	if len(x.Shape) == 4 {
		return x
	}
	s.r.refuse(s.where(), "", "no map, but %v", x.Shape)
	return nil
}

// mostConstants is how many channels a list of constants may be for.
const mostConstants = 4096

// crop reads what takes the middle of a picture when it does not train, and makes -1 to 1 of 0 to 1.
func crop(s *section) build {
	h, w := s.whole("crop_height", 1), s.whole("crop_width", 1)
	adjusts := s.whole("noadjust", 0) == 0
	for _, key := range []string{"flip", "angle", "saturation", "exposure", "shift"} {
		s.option(key) // of training
	}
	return func(in []*graph.Node) *graph.Node {
		x := s.image(in[0])
		if x == nil {
			return nil
		}
		c, top, left := x.Shape[1], x.Shape[2]-h, x.Shape[3]-w
		if h < 1 || w < 1 || top < 0 || left < 0 {
			s.r.refuse(s.where(), "", "it takes %dx%d of %v, want no more than there is", h, w, x.Shape)
			return nil
		}
		if adjusts && c > mostConstants {
			s.r.refuse(s.where(), "", "a constant for each of %d channels, want at most %d", c, mostConstants)
			return nil
		}
		list := []ops.Op{&ops.Crop{By: ops.Padding{Top: dim.Int(top / 2), Bottom: dim.Int(top - top/2), Left: dim.Int(left / 2), Right: dim.Int(left - left/2)}}}
		if top == 0 && left == 0 {
			list = nil
		}
		if adjusts {
			list = append(list, &ops.ChannelAffine{Scale: slices.Repeat([]dim.Size{dim.Int(2)}, c), Shift: slices.Repeat([]dim.Size{dim.Int(-1)}, c)})
		}
		return s.chain(x, list...)
	}
}

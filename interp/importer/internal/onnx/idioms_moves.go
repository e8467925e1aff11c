package onnx

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// order is the order of axes that a step gives; nil if it gives none.
func (s *step) order() []int {
	if op, ok := s.op.(*ops.Permute); ok {
		return sizesOf(op.Axes)
	}
	return nil
}

// permuteTwice makes one order of axes of two, between which each number may be changed by itself.
func (t *tracer) permuteTwice(s *step) bool {
	second := s.order()
	if second == nil {
		return false
	}
	at := s.in[0]
	var between []*step
	for at.order() == nil && at.alone() && at.users == 1 {
		between = append(between, at)
		at = at.in[0]
	}
	first := at.order()
	if first == nil {
		return false
	}
	both := make([]int, len(second))
	for i, a := range second {
		both[i] = first[a]
	}
	x := at.in[0]
	switch same := slices.IsSorted(both); {
	case len(between) == 0 && same:
		return s.pass(x)
	case len(between) == 0:
		return s.become(&ops.Permute{Axes: dim.Shaped(both...)}, nil, x)
	case !same:
		return false
	}
	for _, b := range between {
		b.shape = x.shape
	}
	between[len(between)-1].in = []*step{x}
	return s.pass(between[0])
}

// alone reports whether a step changes each number by itself.
func (s *step) alone() bool {
	if len(s.in) != 1 {
		return false
	}
	switch op := s.op.(type) {
	case affine, clip, power, *ops.Scale, *ops.Pow, *ops.Dropout:
		return true
	case elementwise:
		return true
	case ops.Activator:
		return len(s.params) == 0 || !op.Activation().IsLearned()
	}
	return false
}

// permuteInput takes pictures with their channels first where the file moves them there at once.
func (t *tracer) permuteInput(s *step) bool {
	if s.node != nil || len(s.shape) != 4 || t.m.producer == own || s.users == 0 {
		return false
	}
	first := []int{0, 3, 1, 2}
	var moving []*step
	for _, r := range t.steps {
		if slices.Contains(r.in, s) {
			if !slices.Equal(r.order(), first) || r.node.op != "Transpose" {
				return false
			}
			moving = append(moving, r)
		}
	}
	if len(moving) != s.users { // it is an output too
		return false
	}
	s.shape = moving[0].shape
	for _, r := range moving {
		r.pass(s)
	}
	t.notes = append(t.notes, "the input "+quoted(s.input)+" has its channels last in the file, [N, H, W, C], and here first, [N, C, H, W]")
	return true
}

// permuteBelow has numbers added or multiplied before the axes change their places, if they are
// then one for each channel.
func (t *tracer) permuteBelow(s *step) bool {
	op, ok := s.op.(beside)
	if !ok || s.in[0].order() == nil || s.in[0].users != 1 || t.m.producer == own {
		return false
	}
	p := s.in[0]
	perm := make([]int, len(s.shape)-1)
	for i, a := range p.order()[1:] {
		perm[a-1] = i
	}
	w := s.params[0].transposed(perm...)
	if x := p.in[0]; !eachChannel(w, x.shape) {
		return false
	}
	before := t.new(s, op, p.in[0].shape, p.in[0])
	before.params, before.users = []*weight{w}, 1
	return s.become(p.op, nil, before)
}

// eachChannel reports whether a tensor for images of some shape has one number for each channel.
func eachChannel(w *weight, shape []int) bool {
	return len(w.shape) == len(shape)-1 && w.shape[0] == shape[1] && elements(w.shape) == shape[1]
}

// permuteMerge has values merged before their axes change their places, if all change alike.
func (t *tracer) permuteMerge(s *step) bool {
	perm := s.in0().order()
	if perm == nil || len(s.in) < 2 || t.m.producer == own {
		return false
	}
	before := make([]*step, len(s.in))
	for i, in := range s.in {
		if !slices.Equal(in.order(), perm) || in.users != 1 || len(in.shape) != len(s.shape) {
			return false
		}
		before[i] = in.in[0]
	}
	op := s.op
	switch o := s.op.(type) {
	case *ops.Add, *ops.Mul, *ops.Max, *ops.Mean, elementwise:
	case *ops.Concat:
		op = &ops.Concat{Axis: dim.Int(perm[o.Axis.MustInt()])}
	default:
		return false
	}
	shape := slices.Clone(s.shape)
	for i, a := range perm {
		shape[a] = s.shape[i]
	}
	merged := t.new(s, op, shape, before...)
	merged.users = 1
	return s.become(&ops.Permute{Axes: dim.Shaped(perm...)}, nil, merged)
}

// reshapeTwice makes one change of shape of two.
func (t *tracer) reshapeTwice(s *step) bool {
	if !kept(s) || !kept(s.in[0]) {
		return false
	}
	x := s.in[0].in[0]
	if slices.Equal(x.shape, s.shape) {
		return s.pass(x)
	}
	return s.become(reshaping(s.shape), nil, x)
}

// shuffle is axes that are divided, change their places, and are joined again.
func (t *tracer) shuffle(s *step) bool {
	if !kept(s) {
		return false
	}
	perm := s.in[0].order()
	if perm == nil || !kept(s.in[0].in[0]) {
		return false
	}
	divided := s.in[0].in[0].shape
	x := s.in[0].in[0].in[0]
	if len(divided) >= 3 && len(x.shape) >= 2 && slices.Equal(x.shape, s.shape) && divided[1]*divided[2] == x.shape[1] && swaps(perm) {
		return s.become(&ops.ChannelShuffle{Groups: dim.Int(divided[1])}, nil, x)
	}
	if len(divided) != 6 || len(x.shape) != 4 || len(s.shape) != 4 {
		return false
	}
	for _, m := range squares {
		r := divided[m.square]
		up := r == divided[m.other] && slices.Equal(perm, m.perm)
		switch {
		case !up:
		case m.down && slices.Equal(divided, []int{x.shape[0], x.shape[1], s.shape[2], r, s.shape[3], r}) && s.shape[1] == x.shape[1]*r*r:
			down := t.new(s, &ops.PixelUnshuffle{R: dim.Int(r)}, s.shape, x)
			if m.apart {
				return s.become(&ops.ChannelShuffle{Groups: dim.Int(x.shape[1])}, nil, down)
			}
			return s.pass(down)
		case !m.down && divided[4] == x.shape[2] && divided[5] == x.shape[3] && s.shape[2] == r*x.shape[2] && s.shape[3] == r*x.shape[3]:
			if m.apart {
				x = t.new(s, &ops.ChannelShuffle{Groups: dim.Int(r * r)}, x.shape, x)
			}
			return s.become(&ops.PixelShuffle{R: dim.Int(r)}, nil, x)
		}
	}
	return false
}

// squares are the ways in which channels become squares of pixels, or these channels: with those of
// a square together, or apart. Two of the six axes, square and other, are its sides.
var squares = []struct {
	perm          []int
	square, other int
	down, apart   bool
}{
	{[]int{0, 1, 4, 2, 5, 3}, 2, 3, false, false},
	{[]int{0, 3, 4, 1, 5, 2}, 1, 2, false, true},
	{[]int{0, 1, 3, 5, 2, 4}, 3, 5, true, false},
	{[]int{0, 3, 5, 1, 2, 4}, 3, 5, true, true},
}

// swaps reports whether an order exchanges the first two axes of images alone.
func swaps(perm []int) bool {
	for i, a := range perm {
		if want := map[int]int{1: 2, 2: 1}[i]; i == 1 || i == 2 {
			if a != want {
				return false
			}
		} else if a != i {
			return false
		}
	}
	return true
}

// groups is a group norm written as a norm of the channels that each group is made.
func (t *tracer) groups(s *step) bool {
	if !kept(s) {
		return false
	}
	norm := s.in[0]
	if len(norm.in) == 0 || !kept(norm.in[0]) || !slices.Equal(norm.in[0].in[0].shape, s.shape) || norm.shape[1] > s.shape[1] || s.shape[1]%norm.shape[1] != 0 {
		return false
	}
	eps := dim.Invalid()
	switch op := norm.op.(type) {
	case *ops.InstanceNorm:
		if eps = op.Eps; op.Scale || op.Shift {
			return false
		}
	case normalised:
		if eps = number(op.eps); !slices.Equal(op.axes, upTo(2, len(norm.shape))) {
			return false
		}
	}
	if !eps.IsValid() {
		return false
	}
	return s.become(&ops.GroupNorm{Groups: dim.Int(norm.shape[1]), Eps: eps}, nil, norm.in[0].in[0])
}

// lastAxis makes the last axis that a value is normalised along the channels.
func (t *tracer) lastAxis(s *step) bool {
	n, ok := s.op.(normalised)
	last := len(s.shape) - 1
	if !ok || last < 2 || !slices.Equal(n.axes, []int{last}) {
		return false
	}
	perm, back := toChannels(len(s.shape), last)
	moved := make([]int, len(perm))
	for i, a := range perm {
		moved[i] = s.shape[a]
	}
	x := t.new(s, &ops.Permute{Axes: dim.Shaped(perm...)}, moved, s.in[0])
	x = t.new(s, normalised{[]int{1}, n.eps}, moved, x)
	x.users = 1
	return s.become(&ops.Permute{Axes: dim.Shaped(back...)}, nil, x)
}

// upTo are the numbers from one on, below another.
func upTo(from, to int) (list []int) {
	for i := from; i < to; i++ {
		list = append(list, i)
	}
	return list
}

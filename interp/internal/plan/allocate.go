package plan

import (
	"cmp"
	"slices"

	"cnnlang/ops"
)

// A buffer is memory that values use from instruction first to last. It may lie in a larger
// one, its host; then only the first, last, offset and image stride of the outermost host
// count.
type buffer struct {
	size, first, last, offset int

	image int  // from an image to the next
	fixed bool // image must not change

	host *buffer
	at   int // in the host

	each bool // it is of one image of the batch
}

// root is the outermost host, b itself if it has none. It shortens the chain for the next
// call.
func (b *buffer) root() *buffer {
	if b.host == nil {
		return b
	}
	if top := b.host.root(); top != b.host {
		b.at += b.host.at
		b.host = top
	}
	return b.host
}

// extend makes the memory of b live at least until last.
func (b *buffer) extend(last int) {
	root := b.root()
	root.last = max(root.last, last)
}

// A slot is where in a buffer a value lies.
type slot struct {
	buffer *buffer
	at     int
	behind bool // after the images of the buffer, as means are: the image stride does not apply to it
}

// root is the outermost host and the offset of the value in it.
func (h slot) root() (*buffer, int) {
	root := h.buffer.root()
	if root == h.buffer {
		return root, h.at
	}
	return root, h.buffer.at + h.at
}

// An allocator finds slots for the values of a program, one after another.
type allocator struct {
	slots   []slot // by instruction
	buffers []*buffer
}

// allocate finds a slot for the value of i.
func (a *allocator) allocate(i *instruction) (slot, placing) {
	if s, ok := a.part(i); ok {
		return s, view
	}
	if s, ok := a.overwrite(i); ok {
		return s, inPlace
	}
	grid := i.layout.Grid(i.shape)
	b := &buffer{size: roundUp(i.size()), first: i.id, last: i.id, image: grid.Image, each: i.perImage}
	if i.kind == gather {
		b.first = 0
	}
	a.buffers = append(a.buffers, b)
	if a.host(i, b) {
		return slot{buffer: b}, view
	}
	return slot{buffer: b}, fresh
}

// part finds the slot of an alias, a slice, or the means after an image within its input.
func (a *allocator) part(i *instruction) (slot, bool) {
	if len(i.in) == 0 {
		return slot{}, false
	}
	in := i.in[0]
	s := a.slots[in.id]
	if i.kind == convert {
		ok := in.layout.SameMemory(i.layout, i.shape) && a.together(in)
		if root := s.buffer.root(); ok && i.shape[0] > 1 {
			root.fixed = true
		}
		return s, ok
	}
	switch op := i.op.(type) {
	case *ops.Slice:
		s.at += in.layout.Channel(in.shape, op.From.MustInt())
		return s, s.at%line == 0 && alike(i, in) && (i.shape[0] == 1 || in.blocked())
	case *ops.GlobalAvgPool:
		if !in.layout.Means {
			return slot{}, false
		}
		grid := in.layout.Grid(in.shape)
		s.at, s.behind = s.at+grid.MeansAt(), true
		return s, i.layout == in.layout.Bare()
	}
	return s, i.algorithm.Alias
}

// together reports whether the images of a value follow one another without gaps.
func (a *allocator) together(i *instruction) bool {
	s := a.slots[i.id]
	root, _ := s.root()
	grid := i.layout.Grid(i.shape)
	return i.shape[0] == 1 || s.behind || root.image == grid.Image
}

// overwrite finds an input of the shape of i that its algorithm may overwrite and that is
// read for the last time. No other input may be the same memory: an algorithm may overwrite
// only one input.
func (a *allocator) overwrite(i *instruction) (slot, bool) {
	for _, k := range i.algorithm.Overwrites {
		if k < 0 {
			k += len(i.in)
		}
		s := a.slots[i.in[k].id]
		dies := s.buffer.root().last <= i.id && i.in[k].shape.Equal(i.shape) && alike(i, i.in[k])
		for other, in := range i.in {
			dies = dies && (other == k || a.disjoint(i.in[k], in))
		}
		if dies {
			return s, true
		}
	}
	return slot{}, false
}

// alike reports whether a value lies as its input does, after which more values may follow.
func alike(i, in *instruction) bool {
	l := in.layout
	l.Means = false
	return i.layout == l
}

// disjoint reports whether two values share no memory, halos included. Gaps between images
// count as part of a value, so the answer may be false although they are disjoint.
func (a *allocator) disjoint(x, y *instruction) bool {
	rootX, atX := a.slots[x.id].root()
	rootY, atY := a.slots[y.id].root()
	return rootX != rootY || atX+x.size() <= atY || atY+y.size() <= atX
}

// host puts the buffers of all inputs of i into b, the buffer of i, if i puts them one
// after another: a concatenation of whole blocks of channels, between whose images there
// may be gaps, or of plain values along an axis before which there is only one image. Every
// input needs a buffer of its own without a host, and must begin on a cache line.
func (a *allocator) host(i *instruction, b *buffer) bool {
	op, ok := i.op.(*ops.Concat)
	if !ok || !i.fillsBlocks() || !i.blocked() && i.shape[:op.Axis.MustInt()].Elements() != 1 {
		return false
	}
	offsets := make(map[*buffer]int, len(i.in))
	offset := 0
	for _, in := range i.in {
		s := a.slots[in.id]
		_, twice := offsets[s.buffer]
		whole := roundUp(in.size()) == s.buffer.size // and not a slice of it
		if twice || !whole || s.buffer.fixed || s.buffer.host != nil || offset%line != 0 || in.layout != i.layout {
			return false
		}
		offsets[s.buffer] = offset
		offset += span(i, in)
	}
	for child, at := range offsets {
		child.host, child.at = b, at
		b.first = min(b.first, child.first)
		b.last = max(b.last, child.last)
	}
	return true
}

// span is how far the value after in lies from it in the concatenation i.
func span(i, in *instruction) int {
	if !i.blocked() {
		return in.shape.Elements()
	}
	return i.layout.Channel(i.shape, in.shape[1])
}

// roots are the buffers without a host, either of one image or of all, in the order of
// their first instructions.
func (a *allocator) roots(each bool) []*buffer {
	roots := slices.DeleteFunc(slices.Clone(a.buffers), func(b *buffer) bool { return b.host != nil || b.each != each })
	slices.SortStableFunc(roots, func(a, b *buffer) int { return cmp.Compare(a.first, b.first) })
	return roots
}

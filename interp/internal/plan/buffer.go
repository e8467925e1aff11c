package plan

import (
	"cmp"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
)

// A buffer is memory that values use from step first to step last. It may lie in
// a larger one, its host; then only the outermost host's steps and offset count,
// and how far its images lie from each other.
type buffer struct {
	size, first, last, offset int

	image int  // from an image to the next
	fixed bool // and must stay so

	host *buffer
	at   int // in the host

	each bool // it is of one image of the batch
}

// root is the outermost host, b itself where it has none. It shortens the way
// there for the next time.
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

// extend makes the memory of b live to step last at least.
func (b *buffer) extend(last int) {
	root := b.root()
	root.last = max(root.last, last)
}

// A home is where in a buffer a value lies.
type home struct {
	buffer *buffer
	at     int
	behind bool // the images of the buffer, as their means are: how far those are apart says nothing of it
}

// root is the outermost host and where in it the value lies.
func (h home) root() (*buffer, int) {
	root := h.buffer.root()
	if root == h.buffer {
		return root, h.at
	}
	return root, h.buffer.at + h.at
}

// A settler finds homes for the values of a graph, node by node.
type settler struct {
	graph   *lowered
	homes   []home // by node
	buffers []*buffer
}

// settle finds a home for the value of n.
func (s *settler) settle(n *graph.Node) (home, how) {
	if h, ok := s.part(n); ok {
		return h, view
	}
	if h, ok := s.overwrite(n); ok {
		return h, inPlace
	}
	b := &buffer{size: roundUp(s.graph.size(n)), first: n.ID, last: n.ID, image: s.graph.layouts[n.ID].Image(n.Shape), each: s.graph.each[n.ID]}
	if gathers(n) {
		b.first = 0
	}
	s.buffers = append(s.buffers, b)
	if s.adopt(n, b) {
		return home{buffer: b}, view
	}
	return home{buffer: b}, fresh
}

// part finds the value of an alias, a slice, or of means that lie behind an image, in
// its input.
func (s *settler) part(n *graph.Node) (home, bool) {
	switch op := n.Op.(type) {
	case ops.Aliaser:
		return s.homes[n.In[0].ID], true
	case *ops.Convert:
		h := s.homes[n.In[0].ID]
		ok := op.From.SameMemory(op.To, n.Shape) && s.together(n.In[0])
		if root := h.buffer.root(); ok && n.Shape[0] > 1 {
			root.fixed = true
		}
		return h, ok
	case *ops.Slice:
		h, in := s.homes[n.In[0].ID], n.In[0]
		layout := s.graph.layouts[in.ID]
		h.at += layout.Channel(in.Shape, op.From.MustInt())
		return h, h.at%line == 0 && s.alike(n, in) && (n.Shape[0] == 1 || !layout.Plain())
	case *ops.GlobalAvgPool:
		h, in := s.homes[n.In[0].ID], n.In[0]
		layout := s.graph.layouts[in.ID]
		h.at, h.behind = h.at+layout.MeansAt(in.Shape), true
		return h, layout.Means && s.graph.layouts[n.ID] == layout.Bare()
	}
	return home{}, false
}

// together reports whether the images of a value follow one another.
func (s *settler) together(n *graph.Node) bool {
	root, _ := s.homes[n.ID].root()
	return n.Shape[0] == 1 || s.homes[n.ID].behind || root.image == s.graph.layouts[n.ID].Image(n.Shape)
}

// overwrite finds an input of the shape of n that its op may write over and that
// is read for the last time, unless another input is the same memory: the op's
// promise covers one.
func (s *settler) overwrite(n *graph.Node) (home, bool) {
	for _, k := range overwritable(n.Op) {
		if k < 0 {
			k += len(n.In)
		}
		h := s.homes[n.In[k].ID]
		dies := h.buffer.root().last <= n.ID && n.In[k].Shape.Equal(n.Shape) && s.alike(n, n.In[k])
		for i, other := range n.In {
			dies = dies && (i == k || s.apart(n.In[k], other))
		}
		if dies {
			return h, true
		}
	}
	return home{}, false
}

// overwritable lists the inputs that an op lets its result overwrite; -1 is the
// last.
func overwritable(op ops.Op) []int {
	var list []int
	if fuser, ok := op.(ops.Fuser); ok && fuser.Epilogue().Add {
		list = append(list, -1)
	}
	if _, ok := op.(ops.InPlacer); ok {
		list = append(list, 0)
	}
	return list
}

// alike reports whether a value lies as its input does, behind which there may be more.
func (s *settler) alike(n, in *graph.Node) bool {
	layout := s.graph.layouts[in.ID]
	layout.Means = false
	return s.graph.layouts[n.ID] == layout
}

// apart reports whether two values share no memory, halos included. Images that lie
// apart are taken as if they did not, which can only join what is apart.
func (s *settler) apart(a, b *graph.Node) bool {
	rootA, atA := s.homes[a.ID].root()
	rootB, atB := s.homes[b.ID].root()
	return rootA != rootB || atA+s.graph.size(a) <= atB || atB+s.graph.size(b) <= atA
}

// adopt hosts in b, the buffer of n, all inputs of n, where n puts them one after
// another: a concatenation of whole blocks of channels, whose images may lie apart,
// or of plain values along an axis before which there is only one image. Every
// input needs a buffer of its own that has no host yet, and has to fall on a cache
// line.
func (s *settler) adopt(n *graph.Node, b *buffer) bool {
	op, ok := n.Op.(*ops.Concat)
	layout := s.graph.layouts[n.ID]
	if !ok || !fillBlocks(n, layout) || layout.Plain() && n.Shape[:op.Axis.MustInt()].Elements() != 1 {
		return false
	}
	offsets := make(map[*buffer]int, len(n.In))
	offset := 0
	for _, in := range n.In {
		h := s.homes[in.ID]
		_, twice := offsets[h.buffer]
		whole := roundUp(s.graph.size(in)) == h.buffer.size // and not a slice of it
		if twice || !whole || h.buffer.fixed || h.buffer.host != nil || offset%line != 0 || s.graph.layouts[in.ID] != s.graph.layouts[n.ID] {
			return false
		}
		offsets[h.buffer] = offset
		offset += s.span(n, in)
	}
	for child, at := range offsets {
		child.host, child.at = b, at
		b.first = min(b.first, child.first)
		b.last = max(b.last, child.last)
	}
	return true
}

// span is how far the value after in lies from it in the concatenation n.
func (s *settler) span(n, in *graph.Node) int {
	layout := s.graph.layouts[n.ID]
	if layout.Plain() {
		return in.Shape.Elements()
	}
	return layout.Channel(n.Shape, in.Shape[1])
}

// roots are the buffers without host that are of one image, or of all, in the order of
// their first steps.
func (s *settler) roots(each bool) []*buffer {
	roots := slices.DeleteFunc(slices.Clone(s.buffers), func(b *buffer) bool { return b.host != nil || b.each != each })
	slices.SortStableFunc(roots, func(a, b *buffer) int { return cmp.Compare(a.first, b.first) })
	return roots
}

package plan

import (
	"cmp"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// An element is one number of the value that a node computes, or without node a
// zero of a halo.
type element struct {
	node  *graph.Node
	index int
}

// namedRun goes through the steps with an arena of names: each step finds in every
// element it reads the name of the element it wants, and zeros around, and writes
// its own. It knows nothing of lifetimes and buffers. Where images are apart it is the first
// that goes through their steps.
func namedRun(t rapid.TB, g *lowered, pinned map[*graph.Node]bool) {
	l := layOut(g, pinned)
	arenas := map[bool][]element{false: make([]element, l.size), true: make([]element, l.own)}
	contents := make([][]element, len(g.Nodes)) // of each node's value
	lies := make([]lie, len(g.Nodes))
	finds := func(reader string, n *graph.Node) {
		for i, want := range contents[n.ID] {
			if got := arenas[g.each[n.ID]][lies[n.ID].elements[i]]; got != want {
				t.Fatalf("%s wants element %d of node %d: got %v of %v", reader, i, n.ID, got.index, got.node)
			}
		}
		for _, at := range lies[n.ID].zeros {
			if got := arenas[g.each[n.ID]][at]; got != (element{index: -1}) {
				t.Fatalf("%s wants a zero beside node %d at %d: got %v of %v", reader, n.ID, at, got.index, got.node)
			}
		}
	}
	for _, n := range inTurn(g) {
		i := n.ID
		r, arena := l.ranges[i], arenas[g.each[i]]
		lies[i] = lieOf(g, l, n)
		if first, last := lies[i].ends(); r.Offset%line != 0 || r.Offset < 0 || r.Offset+r.Size > len(arena) || first < r.Offset || last >= r.Offset+r.Size {
			t.Fatalf("node %d of %v lies at %+v of %d", i, n.Shape, r, len(arena))
		}
		for _, in := range n.In {
			finds(fmt.Sprint("node ", i), in)
		}
		if l.how[i] == view {
			contents[i] = moved(n, contents)
			finds("the view itself", n)
			continue
		}
		if !gathers(n) {
			mayShare(t, lies, n)
		}
		contents[i] = make([]element, len(lies[i].elements))
		for j, at := range lies[i].elements {
			contents[i][j] = element{n, j}
			arena[at] = element{n, j}
		}
		for _, at := range lies[i].zeros {
			arena[at] = element{index: -1}
		}
	}
	for n := range pinned {
		finds("the caller", n)
	}
}

// inTurn are the nodes in the order in which they are computed.
func inTurn(g *lowered) []*graph.Node {
	turn := func(n *graph.Node) int {
		switch {
		case g.each[n.ID]:
			return 0
		case gathers(n):
			return 1
		}
		return 2
	}
	return slices.SortedStableFunc(slices.Values(g.Nodes), func(a, b *graph.Node) int { return cmp.Compare(turn(a), turn(b)) })
}

// A lie is where a value lies in the arena: its elements in the order of its shape,
// and the zeros around them.
type lie struct{ elements, zeros []int }

// lieOf is the drawing of ops.Layout once more.
func lieOf(g *lowered, l layout, n *graph.Node) (p lie) {
	layout, from := g.layouts[n.ID], l.ranges[n.ID].Offset
	c, h, w := n.Shape[1], 1, 1
	if len(n.Shape) == 4 {
		h, w = n.Shape[2], n.Shape[3]
	}
	if layout.Plain() {
		for i := range n.Shape.Elements() {
			p.elements = append(p.elements, from+i)
		}
		return p
	}
	rows, across := h+layout.HaloH, w+layout.HaloW
	front, blocks := (layout.HaloH*across+layout.HaloW)*layout.Block, (c+layout.Block-1)/layout.Block
	plane, apart := layout.Channel(tensor.Shape{1, 2 * layout.Block, h, w}, layout.Block), l.apart[n.ID]
	if apart == 0 {
		apart = blocks * plane
	}
	for image := range n.Shape[0] {
		start := from + image*apart
		for i := range c * h * w {
			channel, y, x := i/(h*w), i/w%h, i%w
			p.elements = append(p.elements, start+front+channel/layout.Block*plane+(y*across+x)*layout.Block+channel%layout.Block)
		}
		for at := range front {
			p.zeros = append(p.zeros, start+at)
		}
		for i := range blocks * rows * across {
			block, y, x := i/(rows*across), i/across%rows, i%across
			for lane := range layout.Block {
				if y >= h || x >= w {
					p.zeros = append(p.zeros, start+front+block*plane+(y*across+x)*layout.Block+lane)
				}
			}
		}
	}
	return p
}

// ends are the first and the last number.
func (p lie) ends() (first, last int) {
	all := slices.Concat(p.elements, p.zeros)
	return slices.Min(all), slices.Max(all)
}

// moved is the value of an op that only moves elements.
func moved(n *graph.Node, contents [][]element) []element {
	channels := func(in *graph.Node, image, from, to int) []element {
		c, pixels := in.Shape[1], in.Shape[2:].Elements()
		return contents[in.ID][(image*c+from)*pixels : (image*c+to)*pixels]
	}
	var all []element
	switch op := n.Op.(type) {
	case *ops.Concat:
		for image := range n.Shape[0] {
			for _, in := range n.In {
				all = append(all, channels(in, image, 0, in.Shape[1])...)
			}
		}
	case *ops.Slice:
		for image := range n.Shape[0] {
			all = append(all, channels(n.In[0], image, op.From.MustInt(), op.To.MustInt())...)
		}
	default:
		all = contents[n.In[0].ID]
	}
	return all
}

// mayShare checks that the result of n overlaps no input but, exactly, the one
// that its op allows: the first of an InPlacer, the added one of an epilogue.
func mayShare(t rapid.TB, lies []lie, n *graph.Node) {
	out := map[int]bool{}
	for _, at := range lies[n.ID].elements {
		out[at] = true
	}
	shared := 0
	for k, in := range n.In {
		r := lies[in.ID].elements
		if !slices.ContainsFunc(r, func(at int) bool { return out[at] }) {
			continue
		}
		shared++
		_, writesOver := n.Op.(ops.InPlacer)
		fuser, fuses := n.Op.(ops.Fuser)
		allowed := writesOver && k == 0 || fuses && fuser.Epilogue().Add && k == len(n.In)-1
		if !allowed || !slices.Equal(r, lies[n.ID].elements) || !in.Shape.Equal(n.Shape) {
			t.Fatalf("node %d (%s) shares memory with its input %d", n.ID, n.Op.Name(), k)
		}
	}
	if shared > 1 {
		t.Fatalf("node %d (%s) shares memory with %d inputs", n.ID, n.Op.Name(), shared)
	}
}

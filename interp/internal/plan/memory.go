package plan

import "cnnlang/interp/graph"

// Values share one arena, but those of one image of a batch, which have another (there
// is one for each worker). Images come together when all steps of one are done, so what is
// gathered stays until then, and the result is there before the first step of the batch.
//
// A value lives from the step that writes it to the last step that reads it, both
// included; two that live at the same time lie apart:
//
//	float32
//	   ▲      ┌─────────────┐
//	   │      │    conv1    │ ┌───────────┐
//	   │ ┌────┴────┬────────┴─┤   conv3   │     a column is what
//	   │ │  input  │  conv2   │           │     lives at one step
//	   └─┴─────────┴──────────┴───────────┴──▶ step
//
// Values that are one memory form a buffer and get one place: an alias with what
// it is an alias of, and a result that an op writes over an input that nobody
// reads afterwards. Buffers also lie in buffers: the channels of a concatenation
// are its inputs one after another, so the inputs are computed where they go, and a
// slice is a part of what it is cut from. Of a batch that is so for blocked values,
// whose images may lie apart, and not for plain ones; and only a channel that
// begins a block can begin such a part. The means of all pixels may lie behind these
// already, written by the convolution. Aliases and such concatenations, slices and
// means are views; they take no step.

// line is the number of float32 to a cache line of 64 bytes. Every buffer begins
// on a line and fills whole ones.
//
// In a blocked layout the zeros above a plane are those below the one before it,
// so an image of a value that lies in another begins with zeros of its neighbour.
// Both write the same.
const line = 16

// A Range is a part of an arena, in float32.
type Range struct{ Offset, Size int }

// A layout is where each value lies.
type layout struct {
	ranges []Range // by node, with what lies between the images of those in others
	apart  []int   // by node: from an image to the next, 0 where they follow one another
	how    []how   // by node
	size   int     // of the arena
	own    int     // of an arena for one image of the batch
}

// how a value came to its memory.
type how int

const (
	fresh   how = iota
	inPlace     // over an input that died
	view        // it was there already
)

// layOut places the values of g. Those of pinned nodes live to the end.
func layOut(g *lowered, pinned map[*graph.Node]bool) layout {
	s := settler{graph: g, homes: make([]home, len(g.Nodes))}
	l := layout{ranges: make([]Range, len(g.Nodes)), apart: make([]int, len(g.Nodes)), how: make([]how, len(g.Nodes))}
	last := lastReads(g.Graph, pinned)
	for _, n := range g.Nodes {
		if gathers(n) {
			last[n.In[0].ID] = len(g.Nodes)
		}
	}
	for i, n := range g.Nodes {
		s.homes[i], l.how[i] = s.settle(n)
		s.homes[i].buffer.extend(last[i])
	}
	l.size, _ = place(s.roots(false))
	l.own, _ = place(s.roots(true))
	for i, n := range g.Nodes {
		root, at := s.homes[i].root()
		if !s.together(n) {
			l.apart[i] = root.image
		}
		l.ranges[i] = Range{root.offset + at, g.value(n, l.apart[i]).Floats()}
	}
	return l
}

// lastReads gives for each node the last step that reads it: its own where none
// does, one beyond the last step where it is pinned.
func lastReads(g *graph.Graph, pinned map[*graph.Node]bool) []int {
	last := make([]int, len(g.Nodes))
	for i, n := range g.Nodes {
		last[i] = i
		for _, in := range n.In {
			last[in.ID] = i
		}
	}
	for n := range pinned {
		last[n.ID] = len(g.Nodes)
	}
	return last
}

func roundUp(n int) int { return (n + line - 1) / line * line }

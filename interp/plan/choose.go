package plan

import (
	"cnnlang/interp/graph"
	"cnnlang/ops"
)

// A choice is the layouts of a graph before conversions.
type choice struct {
	graph   *graph.Graph
	ops     []ops.Op // by node, with the algorithms that were chosen for them
	layouts []ops.Layout
	wants   [][]ops.Layout
}

// choose decides which nodes work on blocked values, and how much halo each value
// has. The algorithms of some nodes are given, by path.
func choose(g *graph.Graph, algorithms map[string]string) *choice {
	c := &choice{g, make([]ops.Op, len(g.Nodes)), make([]ops.Layout, len(g.Nodes)), make([][]ops.Layout, len(g.Nodes))}
	for _, n := range g.Nodes[1:] {
		c.ops[n.ID] = n.Op
		if chooser, ok := n.Op.(ops.Chooser); ok && algorithms[n.Path] != "" {
			c.ops[n.ID] = chooser.Choose(algorithms[n.Path])
		}
		blocker, ok := c.ops[n.ID].(ops.Blocker)
		if !ok {
			continue
		}
		how := blocker.Blocked(n.InShapes(), n.Shape)
		if how.In != nil && (how.Leads || c.follows(n)) {
			c.wants[n.ID] = how.In
			c.layouts[n.ID] = ops.Layout{Block: ops.Lanes}
		}
	}
	for c.spread() {
	}
	return c
}

// follows reports whether an image among the inputs is blocked.
func (c *choice) follows(n *graph.Node) bool {
	for _, in := range n.In {
		if !c.layouts[in.ID].Plain() && in.Shape[2:].Elements() > 1 {
			return true
		}
	}
	return false
}

// wanted is the layout that a node wants its input i in.
func (c *choice) wanted(n *graph.Node, i int) ops.Layout {
	switch {
	case c.wants[n.ID] == nil:
		return ops.Layout{}
	case c.hosts(n):
		return c.layouts[n.ID]
	}
	return c.wants[n.ID][i]
}

// hosts reports whether the inputs of a node can be computed in its memory.
func (c *choice) hosts(n *graph.Node) bool {
	_, ok := n.Op.(*ops.Concat)
	return ok && n.Shape[0] == 1 && c.wants[n.ID] != nil
}

// spread gives values the halo that their readers want and reports whether any
// changed. Halos only grow, and never beyond the largest that is wanted.
func (c *choice) spread() (changed bool) {
	grow := func(n *graph.Node, want ops.Layout) {
		have := &c.layouts[n.ID]
		if have.Plain() || want.Block != have.Block || have.Covers(want) {
			return
		}
		have.HaloH, have.HaloW = max(have.HaloH, want.HaloH), max(have.HaloW, want.HaloW)
		changed = true
	}
	for id := len(c.graph.Nodes) - 1; id > 0; id-- {
		n := c.graph.Nodes[id]
		for i, in := range n.In {
			grow(in, c.wanted(n, i))
			if c.hosts(n) {
				grow(n, c.layouts[in.ID])
			}
		}
	}
	return changed
}

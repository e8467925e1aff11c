package plan

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// A choice is the layouts of a graph before conversions.
type choice struct {
	graph   *graph.Graph
	ops     []ops.Op // by node, with the algorithms that were chosen for them
	layouts []ops.Layout
	wants   [][]ops.Layout
	rounds  []ops.Precision // by node: how it works
	means   []bool          // by node: whether it can write the means of channels
}

// choose decides which nodes work on blocked values, of float32 or, where that is
// the precision, of bfloat16, and how much halo each value has. The algorithms of
// some nodes on float32 are given, by path.
func choose(g *graph.Graph, algorithms map[string]string, precision ops.Precision) *choice {
	n := len(g.Nodes)
	c := &choice{g, make([]ops.Op, n), make([]ops.Layout, n), make([][]ops.Layout, n), make([]ops.Precision, n), make([]bool, n)}
	wide := make([]bool, n)
	for _, n := range g.Nodes[1:] {
		c.ops[n.ID] = n.Op
		if gathers(n) {
			c.meet(n)
			wide[n.ID] = wide[n.In[0].ID]
			continue
		}
		how, layout := rounded(n, precision)
		if c.take(n, how, layout) {
			c.rounds[n.ID], wide[n.ID] = precision, how.Wide
			continue
		}
		if chooser, ok := n.Op.(ops.Chooser); ok && algorithms[n.Path] != "" {
			c.ops[n.ID] = chooser.Choose(algorithms[n.Path])
		}
		if blocker, ok := c.ops[n.ID].(ops.Blocker); ok {
			how := blocker.Blocked(n.InShapes(), n.Shape)
			c.means[n.ID] = c.take(n, how, ops.Layout{Block: ops.Lanes}) && how.Means
		}
	}
	c.widen(wide)
	for c.spread() {
	}
	return c
}

// meet has images lie in a batch as they do alone.
func (c *choice) meet(n *graph.Node) {
	layout := c.layouts[n.In[0].ID].Bare()
	c.layouts[n.ID] = layout
	if !layout.Plain() {
		c.wants[n.ID] = []ops.Layout{layout}
	}
}

// rounded is how a node works in a precision below float32, where it can.
func rounded(n *graph.Node, precision ops.Precision) (how ops.Blocking, layout ops.Layout) {
	if blocker, ok := n.Op.(ops.BF16Blocker); ok && precision == ops.BF16 {
		return blocker.BlockedBF16(n.InShapes(), n.Shape), ops.Layout{Block: ops.LanesBF16, BF16: true}
	}
	if splitter, ok := n.Op.(ops.Splitter); ok && precision == ops.F32Fast {
		return splitter.BlockedSplit(n.InShapes(), n.Shape), ops.Layout{Block: ops.Lanes}
	}
	return ops.Blocking{}, ops.Layout{}
}

// take has a node work on blocked values where it leads, or follows a blocked image
// of the same kind among its inputs, and no row is too long.
func (c *choice) take(n *graph.Node, how ops.Blocking, layout ops.Layout) bool {
	wide := func(s tensor.Shape) bool { return len(s) == 4 && s[3] > ops.MostRow }
	if how.In == nil || wide(n.Shape) || slices.ContainsFunc(n.InShapes(), wide) || !how.Leads && !c.follows(n, layout) {
		return false
	}
	c.wants[n.ID], c.layouts[n.ID] = how.In, layout
	return true
}

// follows reports whether an image among the inputs is blocked. Ops on bfloat16
// follow only such images.
func (c *choice) follows(n *graph.Node, layout ops.Layout) bool {
	for _, in := range n.In {
		have := c.layouts[in.ID]
		if !have.Plain() && in.Shape[2:].Elements() > 1 && (have.BF16 || !layout.BF16) {
			return true
		}
	}
	return false
}

// widen gives values float32 that their ops can compute so, and that nobody reads
// as bfloat16: the last ones, mostly. A gather reads as it is read.
func (c *choice) widen(can []bool) {
	for id := len(c.graph.Nodes) - 1; id > 0; id-- {
		n := c.graph.Nodes[id]
		for i, want := range c.wants[id] {
			if want.BF16 && !(gathers(n) && can[id]) {
				can[n.In[i].ID] = false
			}
		}
	}
	for _, n := range c.graph.Nodes {
		switch {
		case can[n.ID] && !gathers(n):
			c.layouts[n.ID] = ops.Layout{Block: ops.Lanes}
		case gathers(n):
			c.meet(n)
		}
	}
}

// wanted is the layout that a node wants its input i in.
func (c *choice) wanted(n *graph.Node, i int) ops.Layout {
	switch {
	case c.wants[n.ID] == nil:
		return ops.Layout{}
	case c.hosts(n) || gathers(n):
		return c.layouts[n.ID]
	}
	return c.wants[n.ID][i]
}

// hosts reports whether the inputs of a node can be computed in its memory.
func (c *choice) hosts(n *graph.Node) bool {
	_, ok := n.Op.(*ops.Concat)
	return ok && c.wants[n.ID] != nil && fillBlocks(n, c.layouts[n.ID])
}

// fillBlocks reports whether every input of a node but the last is whole blocks.
func fillBlocks(n *graph.Node, layout ops.Layout) bool {
	for _, in := range n.In[:len(n.In)-1] {
		if !layout.Plain() && in.Shape[1]%layout.Block != 0 {
			return false
		}
	}
	return true
}

// spread gives values the halo that their readers want and reports whether any
// changed. Halos only grow, and never beyond the largest that is wanted.
func (c *choice) spread() (changed bool) {
	grow := func(n *graph.Node, want ops.Layout) {
		have := &c.layouts[n.ID]
		if have.Plain() || want.Bare() != have.Bare() || have.Covers(want) {
			return
		}
		have.HaloH, have.HaloW = max(have.HaloH, want.HaloH), max(have.HaloW, want.HaloW)
		changed = true
	}
	for id := len(c.graph.Nodes) - 1; id > 0; id-- {
		n := c.graph.Nodes[id]
		for i, in := range n.In {
			grow(in, c.wanted(n, i))
			if c.hosts(n) || gathers(n) {
				grow(n, c.layouts[in.ID])
			}
		}
	}
	return changed
}

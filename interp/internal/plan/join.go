package plan

import (
	"cnnlang/interp/graph"
	"cnnlang/ops"
)

// A join is a depthwise convolution that becomes one step with the 1x1 convolution
// that alone reads it.
type join struct {
	first *graph.Node
	op    *ops.Separable
}

// join finds them, by the node that stays, and the nodes that go. Values that are
// shown stay.
func (c *choice) join(shown map[*graph.Node]bool) (joined map[*graph.Node]*join, gone map[*graph.Node]bool) {
	readers := make([]int, len(c.graph.Nodes))
	for _, n := range c.graph.Nodes {
		for _, in := range n.In {
			readers[in.ID]++
		}
	}
	joined, gone = map[*graph.Node]*join{}, map[*graph.Node]bool{}
	for _, n := range c.graph.Nodes[1:] {
		if len(n.In) == 0 || !c.inFloats(n) {
			continue
		}
		first := n.In[0]
		if first == c.graph.Input || !c.inFloats(first) || shown[first] || readers[first.ID] != 1 || gone[first] || joined[first] != nil {
			continue
		}
		if op, ok := ops.NewSeparable(c.ops[first.ID], c.ops[n.ID], first.In[0].Shape, first.Shape, n.Shape); ok {
			joined[n], gone[first] = &join{first, op}, true
		}
	}
	return joined, gone
}

// inFloats reports whether a node works on blocks of float32.
func (c *choice) inFloats(n *graph.Node) bool {
	return c.wants[n.ID] != nil && c.rounds[n.ID] == ops.F32 && c.layouts[n.ID].Block == ops.Lanes && c.wants[n.ID][0].Block == ops.Lanes
}

// squeeze has convolutions write the means of their channels where a global pool reads
// them, which then takes no step. Joined and stacked ones do not, nor those that are computed
// in a concatenation, where the next value follows.
func (c *choice) squeeze(joined map[*graph.Node]*join, stacks map[*graph.Node]*stack) {
	for _, n := range c.graph.Nodes {
		if joined[n] != nil || stacks[n] != nil {
			c.means[n.ID] = false
		}
		if c.hosts(n) {
			for _, in := range n.In {
				c.means[in.ID] = false
			}
		}
	}
	for _, n := range c.graph.Nodes {
		_, pools := n.Op.(*ops.GlobalAvgPool)
		if pools && c.inFloats(n) && c.layouts[n.ID] == c.layouts[n.ID].Bare() && c.means[n.In[0].ID] {
			c.layouts[n.In[0].ID].Means = true
		}
	}
}

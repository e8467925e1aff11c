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

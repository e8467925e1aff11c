package compare

import "cnnlang/interp/graph"

// together calls f for two parts of the same structure, and for all that they consist of.
func together(p, q *graph.Part, f func(p, q *graph.Part)) {
	f(p, q)
	for i := range p.Parts {
		together(p.Parts[i], q.Parts[i], f)
	}
	for i := range p.Branches {
		for k := range p.Branches[i] {
			together(p.Branches[i][k], q.Branches[i][k], f)
		}
	}
}

// sameTaps reports whether two parts of one network and the same structure take the same values
// from outside, and those that correspond from within.
func sameTaps(p, q *graph.Part) bool {
	same, within := true, map[*graph.Node]*graph.Node{}
	together(p, q, func(p, q *graph.Part) {
		switch inner := within[p.Node]; {
		case holds(p):
			within[p.Node] = q.Node
		case p.Kind != graph.Tap: // its value is that of a part in it, which may be a tap
		case inner == nil:
			same = same && p.Node == q.Node
		default:
			same = same && inner == q.Node
		}
	})
	return same
}

// correspond notes that two parts of the same structure correspond, and with them the values and the
// tensors that they hold. It reports whether they take from elsewhere values that correspond, too.
func (c *comparer) correspond(a, b *graph.Part) bool {
	same := true
	together(a, b, func(p, q *graph.Part) {
		switch {
		case p.Kind == graph.Tap:
			same = same && c.takesSame(p, q)
		case holds(p):
			c.pairTensors(p.Node.Params, q.Node.Params)
			c.note(p.Node, q.Node)
		}
	})
	return same
}

// note notes that two values correspond.
func (c *comparer) note(p, q *graph.Node) {
	c.values[[2]*graph.Node{p, q}] = true
	c.valued[p], c.valued[q] = true, true
}

// noteEnds notes that what two parts end with corresponds, once what they consist of is compared. Where
// they end with taps, these have told whether it does.
func (c *comparer) noteEnds(p, q *graph.Part) {
	if !c.valued[p.Node] || !c.valued[q.Node] {
		c.note(p.Node, q.Node)
	}
}

// takesSame reports whether a tap of A and one of B take values that correspond. Those to which nothing
// corresponds do if the taps have one name.
func (c *comparer) takesSame(p, q *graph.Part) bool {
	return c.values[[2]*graph.Node{p.Node, q.Node}] || !c.valued[p.Node] && !c.valued[q.Node] && p.Call == q.Call
}

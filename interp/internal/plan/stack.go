package plan

import (
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A stack is 1x1 convolutions that read one value and become one step, as the
// reductions of an inception block do: the value is read once, and their filters
// together are cut into better parts. Each result is a slice of that of the stack
// (drawn as a dot), and all but the last are whole blocks, so that slices are views:
//
//	    ┌─ 1x1 ───────┐              ┌─ 1x1 ─────────────┐
//	x ──┼─ 1x1 ─ 3x3 ─┼─ …       x ──┤       ┌─ · ─ 3x3 ─┼─ …
//	    └─ 1x1 ─ 5x5 ─┘              └─ 1x1 ─┴─ · ─ 5x5 ─┘
//
// A result stays by itself where it would have to be copied: where a concatenation
// puts it, or where images meet, or where another op writes over it. It is also by
// itself where it is shown.
type stack struct {
	op       *ops.Conv
	members  []*graph.Node // in the order of their channels, of which the last may not fill its block
	channels int           // of all
	layout   ops.Layout

	// Of the lowered graph, when it is there.
	made *graph.Node
	from map[*graph.Node]int // the first channel of a member
}

// A stackable is all that members have in common.
type stackable struct {
	in         *graph.Node
	side       *graph.Side
	layout     ops.Layout
	rounds     ops.Precision
	act        ops.Activation
	norm, bias bool
}

// stacks finds them, by their members, which are no nodes that others have joined.
func (c *choice) stacks(shown map[*graph.Node]bool, joined map[*graph.Node]*join, gone map[*graph.Node]bool) map[*graph.Node]*stack {
	taken := c.taken()
	open := map[stackable]*stack{}
	of := map[*graph.Node]*stack{}
	for _, n := range c.graph.Nodes[1:] {
		key, ok := c.stackable(n)
		if !ok || shown[n] || taken[n] || gone[n] || joined[n] != nil {
			continue
		}
		s := open[key]
		if s == nil || !c.fits(s, n) {
			s = &stack{layout: key.layout}
			open[key] = s
		}
		of[n] = s
		c.push(s, n)
	}
	for n, s := range of {
		switch {
		case len(s.members) == 1:
			delete(of, n)
		case s.op == nil:
			s.op = c.stacked(s.members)
		}
	}
	return of
}

// stackable reports whether a node may be a member of a stack, and of which.
func (c *choice) stackable(n *graph.Node) (stackable, bool) {
	conv, ok := c.ops[n.ID].(*ops.Conv)
	if !ok || c.wants[n.ID] == nil {
		return stackable{}, false
	}
	_, ok = ops.Stack([]*ops.Conv{conv})
	e := conv.Epilogue()
	return stackable{n.In[0], n.Side, c.layouts[n.ID].Bare(), c.rounds[n.ID], e.Act, e.Norm != nil, conv.Bias}, ok
}

// taken are the values whose memory a reader decides on, or writes over.
func (c *choice) taken() map[*graph.Node]bool {
	taken := map[*graph.Node]bool{}
	for _, n := range c.graph.Nodes[1:] {
		for _, k := range overwritable(c.ops[n.ID]) {
			taken[n.In[(k+len(n.In))%len(n.In)]] = true
		}
		if c.hosts(n) || gathers(n) {
			for _, in := range n.In {
				taken[in] = true
			}
		}
	}
	return taken
}

// fits reports whether n may be one more member. All results live as long as one of
// them is read, so together they are no larger than what they read.
func (c *choice) fits(s *stack, n *graph.Node) bool {
	return s.channels+n.Shape[1] <= n.In[0].Shape[1] && (s.channels%s.layout.Block == 0 || c.fills(n))
}

// fills reports whether a value is whole blocks.
func (c *choice) fills(n *graph.Node) bool { return n.Shape[1]%c.layouts[n.ID].Block == 0 }

// push adds a member, whose readers may want more halo than those of the others.
func (c *choice) push(s *stack, n *graph.Node) {
	at := len(s.members)
	if s.channels%s.layout.Block > 0 {
		at--
	}
	s.members = slices.Insert(s.members, at, n)
	s.channels += n.Shape[1]
	s.layout.HaloH = max(s.layout.HaloH, c.layouts[n.ID].HaloH)
	s.layout.HaloW = max(s.layout.HaloW, c.layouts[n.ID].HaloW)
}

func (c *choice) stacked(members []*graph.Node) *ops.Conv {
	var convs []*ops.Conv
	for _, n := range members {
		convs = append(convs, c.ops[n.ID].(*ops.Conv))
	}
	op, ok := ops.Stack(convs)
	if !ok {
		panic("plan: a stack of what is not alike")
	}
	return op
}

// member adds the slice that is the value of n, and before that of the first member
// to come the stack, which reads in.
func (l *lowered) member(s *stack, n, in *graph.Node, wants []ops.Layout, rounds ops.Precision) *graph.Node {
	if s.made == nil {
		l.addStack(s, n, in, wants, rounds)
	}
	if rounds = ops.F32; s.layout.BF16 {
		rounds = ops.BF16
	}
	op := &ops.Slice{From: dim.Int(s.from[n]), To: dim.Int(s.from[n] + n.Shape[1])}
	slice := &graph.Node{Path: n.Path, Op: op, In: []*graph.Node{s.made}, Shape: n.Shape, Side: n.Side, Origin: n.Origin}
	return l.add(slice, s.layout, []ops.Layout{s.layout}, rounds)
}

func (l *lowered) addStack(s *stack, n, in *graph.Node, wants []ops.Layout, rounds ops.Precision) {
	made := &graph.Node{Op: s.op, In: []*graph.Node{in}, Shape: slices.Clone(n.Shape), Side: n.Side, Origin: n.Origin}
	made.Shape[1] = s.channels
	var paths []string
	from := 0
	s.from = make(map[*graph.Node]int, len(s.members))
	for _, m := range s.members {
		paths, made.Params = append(paths, m.Path), append(made.Params, m.Params...)
		s.from[m] = from
		from += m.Shape[1]
	}
	made.Path = strings.Join(paths, " + ")
	s.made = l.add(made, s.layout, wants, rounds)
}

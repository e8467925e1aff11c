package plan

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// A lowered graph says in which layout every value lies. Where two ops disagree,
// and where a session shows a value, a conversion stands between them:
//
//	image ─ convert ─ conv ─ maxpool ─ … ─ gap ─ convert ─ flatten ─ linear
//	 nchw     1c+3x3   16c     16c+1x1      16c    nchw      nchw     nchw
//
// Convolutions lead: they are so much faster on blocked values that they convert
// what they are given. Ops that work pixel by pixel or channel by channel follow
// the blocked images among their inputs. All others work on plain values.
//
// In a plan for bfloat16 what can be computed so is, images lie in 32b and 4b in place
// of 16c and 1c, and all else is as it is for float32. One for f32fast has the
// layouts of float32.
//
// A value has as much halo as the reader that wants the most of it. A
// concatenation has its inputs' halo and they have its, so that they can be
// computed where it is.
type lowered struct {
	*graph.Graph
	layouts []ops.Layout
	wants   [][]ops.Layout  // by node: of its inputs; nil for a plain node
	rounds  []ops.Precision // by node: how it works
	// to leads from the nodes of the graph that was given to those that hold the
	// same values; shown is their plain form, where that was asked for.
	to, shown map[*graph.Node]*graph.Node
	each      []bool // by node: whether it is of one image of the batch
}

// lower chooses layouts for a graph and puts in the conversions. Nodes before the one
// with which images meet are of one. The values of nodes that are asked for will be there
// in plain layout.
func lower(whole *graph.Graph, meet int, asked map[*graph.Node]bool, algorithms map[string]string, precision ops.Precision) *lowered {
	g := part(whole, meet)
	shown := g.among(asked)
	c := choose(g.Graph, algorithms, precision)
	l := &lowered{
		Graph: &graph.Graph{Name: g.Name},
		to:    make(map[*graph.Node]*graph.Node, len(g.Nodes)),
		shown: make(map[*graph.Node]*graph.Node, len(shown)),
	}
	converted := make(map[conversion]*graph.Node)
	joined, gone := c.join(shown)
	stacks := c.stacks(shown, joined, gone)
	c.squeeze(joined, stacks)
	for _, n := range g.Nodes {
		if gone[n] {
			continue
		}
		if s := stacks[n]; s != nil {
			in := l.convert(converted, l.to[n.In[0]], c.wanted(n, 0))
			l.to[n] = l.member(s, n, in, c.wants[n.ID], c.rounds[n.ID])
			continue
		}
		made, wants := *n, c.wants[n.ID]
		made.Op = c.ops[n.ID]
		made.In = nil
		rest := n.In
		if s := joined[n]; s != nil {
			made.Op, made.Params = s.op, slices.Concat(s.first.Params, n.Params)
			made.In = append(made.In, l.convert(converted, l.to[s.first.In[0]], c.wanted(s.first, 0)))
			wants = slices.Concat(c.wants[s.first.ID], wants[1:])
			rest = n.In[1:]
		}
		for i, in := range rest {
			made.In = append(made.In, l.convert(converted, l.to[in], c.wanted(n, i+len(n.In)-len(rest))))
		}
		l.to[n] = l.add(&made, c.layouts[n.ID], wants, c.rounds[n.ID])
	}
	for _, n := range g.Nodes {
		if shown[n] {
			l.shown[n] = l.convert(converted, l.to[n], ops.Layout{})
		}
	}
	l.Input, l.Output = l.to[g.Input], l.shown[g.Output]
	l.each = each(l.Graph, whole.Input.Shape[0])
	l.to, l.shown = g.from(l.to), g.from(l.shown)
	return l
}

// pinned are the nodes whose values must be there when a run has ended.
func (l *lowered) pinned() map[*graph.Node]bool {
	set := make(map[*graph.Node]bool, len(l.shown))
	for _, n := range l.shown {
		set[n] = true
	}
	return set
}

// add appends a node.
func (l *lowered) add(n *graph.Node, layout ops.Layout, wants []ops.Layout, rounds ops.Precision) *graph.Node {
	n.ID = len(l.Nodes)
	l.Nodes = append(l.Nodes, n)
	l.layouts = append(l.layouts, layout)
	l.wants = append(l.wants, wants)
	l.rounds = append(l.rounds, rounds)
	return n
}

// A conversion is of one value to one layout.
type conversion struct {
	from *graph.Node
	to   ops.Layout
}

// convert returns n in a layout that covers what is wanted.
func (l *lowered) convert(made map[conversion]*graph.Node, n *graph.Node, want ops.Layout) *graph.Node {
	have := l.layouts[n.ID]
	if have == want || !have.Plain() && have.Covers(want) {
		return n
	}
	key := conversion{n, want}
	if made[key] == nil {
		op := &ops.Convert{From: have, To: want}
		node := &graph.Node{Path: n.Path, Op: op, In: []*graph.Node{n}, Shape: n.Shape, Side: n.Side, Origin: n.Origin}
		made[key] = l.add(node, want, nil, ops.F32)
	}
	return made[key]
}

// size is how many float32 the value of a node takes.
func (l *lowered) size(n *graph.Node) int { return l.layouts[n.ID].Floats(n.Shape) }

// blocked reports whether the node works on blocked values.
func (l *lowered) blocked(n *graph.Node) bool { return l.wants[n.ID] != nil }

// value is what an op is told of the value of n, whose images lie so far apart.
func (l *lowered) value(n *graph.Node, apart int) ops.Value {
	return ops.Value{Shape: n.Shape, Layout: l.layouts[n.ID], Apart: apart}
}

// values are what the op of a node is told of its inputs and its result.
func (p *Plan) values(n *graph.Node) (in []ops.Value, out ops.Value) {
	for _, m := range n.In {
		in = append(in, p.lowered.value(m, p.layout.apart[m.ID]))
	}
	return in, p.lowered.value(n, p.layout.apart[n.ID])
}

// prepare chooses the algorithm of a node, whose op may be one that packs elsewhere.
func (p *Plan) prepare(n *graph.Node, op ops.Op, params []tensor.Tensor) ops.Prepared {
	in, out := p.values(n)
	if convert, ok := op.(*ops.Convert); ok {
		return convert.Between(in[0], out)
	}
	if !p.lowered.blocked(n) { // nor is any of its inputs
		return op.Prepare(n.InShapes(), n.Shape, params)
	}
	switch p.lowered.rounds[n.ID] {
	case ops.BF16:
		return op.(ops.BF16Blocker).PrepareBF16(in, out, params)
	case ops.F32Fast:
		return op.(ops.Splitter).PrepareSplit(in, out, params)
	}
	return op.(ops.Blocker).PrepareBlocked(in, out, params)
}

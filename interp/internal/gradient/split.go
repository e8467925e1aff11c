package gradient

import (
	"fmt"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A Split is a net cut behind its last values that no tensor which learns has a part in:
//
//	image ── conv ── bn ── … ── gap ──┐ cut ┌── dropout ── linear ── loss
//	         Frozen, as in a run            Learning, as in training
//
// What Frozen computes follows from one image alone.
type Split struct {
	// Frozen is for one image; its outputs are the inputs of Learning. It is nil where no tensor is frozen before
	// all that learn: then Learning is the net.
	Frozen *graph.Graph
	// Learning has the outputs of the net, and the tensors that learn with those behind them.
	Learning *graph.Graph
	Heads    []Head // of Learning
}

// SplitOf cuts a net as it learns by these options. A bn that takes stored statistics can be frozen, one that takes
// those of the batch cannot. Dropout is frozen, and drops nothing, where frozen tensors follow.
func SplitOf(net *graph.Graph, opts Options) *Split {
	c := &cutter{net: net, opts: opts, fixed: map[*graph.Node]bool{}, to: map[*graph.Node]*graph.Node{}}
	b := &builder{net: net, opts: opts}
	b.opts.Heads = slices.Clone(opts.Heads)
	for _, o := range net.Outputs {
		b.opts.Heads = append(b.opts.Heads, Head{Node: o.Node})
	}
	c.nodes = b.needed()
	c.fix(func(*graph.Node) bool { return true })
	followed := c.followed()
	c.fix(func(n *graph.Node) bool { return followed[n] })
	whole := &Split{Learning: net, Heads: opts.Heads}
	if !slices.ContainsFunc(c.nodes, func(n *graph.Node) bool { return c.fixed[n] && len(n.Params) > 0 }) {
		return whole
	}
	frozen, ok := c.frozen(c.cut())
	if !ok {
		return whole
	}
	return c.split(frozen)
}

// A cutter cuts a net.
type cutter struct {
	net   *graph.Graph
	opts  Options
	nodes []*graph.Node               // that anything depends on, in order
	fixed map[*graph.Node]bool        // before the cut
	at    []*graph.Node               // values at the cut
	to    map[*graph.Node]*graph.Node // of the net, to those of the graph that is made
}

// fix finds what no tensor that learns has a part in, with those dropouts and identities that idle says.
func (c *cutter) fix(idle func(*graph.Node) bool) {
	clear(c.fixed)
	for _, n := range c.net.Inputs {
		c.fixed[n] = true
	}
	for _, n := range c.nodes {
		c.fixed[n] = n.Shape[0] == c.net.Images() &&
			!slices.ContainsFunc(n.In, func(in *graph.Node) bool { return !c.fixed[in] }) &&
			!slices.ContainsFunc(n.Params, func(p graph.Param) bool { return !p.Running && c.opts.Learns(p) }) &&
			c.alike(n, idle)
	}
}

// alike reports whether a node computes in training what it does in a run, and something.
func (c *cutter) alike(n *graph.Node, idle func(*graph.Node) bool) bool {
	switch n.Op.(type) {
	case *ops.Dropout, *ops.DropPath, *ops.Identity:
		return idle(n)
	case *ops.BatchNorm:
		return c.opts.Stored != nil && c.opts.Stored(n)
	}
	_, differs := n.Op.(ops.Trainee)
	return !differs
}

// followed are the fixed nodes that another with tensors depends on.
func (c *cutter) followed() map[*graph.Node]bool {
	set := map[*graph.Node]bool{}
	for _, n := range slices.Backward(c.nodes) {
		if c.fixed[n] && (set[n] || len(n.Params) > 0) {
			for _, in := range n.In {
				set[in] = true
			}
		}
	}
	return set
}

// cut are the fixed values that others read, or that are outputs or heads, in order.
func (c *cutter) cut() (list []*graph.Node) {
	read := map[*graph.Node]bool{}
	for _, n := range c.nodes {
		for _, in := range n.In {
			read[in] = read[in] || !c.fixed[n]
		}
	}
	for _, o := range c.net.Outputs {
		read[o.Node] = true
	}
	for _, h := range c.opts.Heads {
		read[h.Node] = true
	}
	for _, n := range c.net.Nodes {
		if c.fixed[n] && read[n] {
			list = append(list, n)
		}
	}
	return list
}

// frozen is the graph of the values at the cut, for one image. It is not ok if a value of an image depends on how many
// there are.
func (c *cutter) frozen(at []*graph.Node) (g *graph.Graph, ok bool) {
	g = &graph.Graph{Name: c.net.Name}
	for _, n := range c.net.Inputs {
		made := &graph.Node{Path: n.Path, Shape: oneOf(n.Shape)}
		c.to[n] = made
		g.Inputs = append(g.Inputs, made)
	}
	g.Nodes = slices.Clone(g.Inputs)
	need := map[*graph.Node]bool{}
	for _, n := range at {
		need[n] = true
	}
	for _, n := range slices.Backward(c.nodes) {
		for _, in := range n.In {
			need[in] = need[in] || need[n]
		}
	}
	for _, n := range c.nodes {
		if !need[n] {
			continue
		}
		made := c.copy(n)
		shape, err := n.Op.Infer(dim.Numbers{}, made.InDims())
		if err != nil || !slices.EqualFunc(shape, oneOf(n.Shape), func(d dim.Size, n int) bool { return d == dim.Int(n) }) {
			return nil, false
		}
		made.Shape = oneOf(n.Shape)
		g.Nodes = append(g.Nodes, made)
	}
	for i, n := range at {
		g.Outputs = append(g.Outputs, graph.Output{Name: fmt.Sprint("value ", i), Node: c.to[n]})
	}
	c.at = at
	finish(g)
	return g, true
}

// split makes the rest of the net.
func (c *cutter) split(frozen *graph.Graph) *Split {
	clear(c.to)
	g := &graph.Graph{Name: c.net.Name}
	for i, n := range c.at {
		made := &graph.Node{Path: frozen.Outputs[i].Name, Shape: n.Shape}
		c.to[n] = made
		g.Inputs = append(g.Inputs, made)
	}
	g.Nodes = slices.Clone(g.Inputs)
	for _, n := range c.nodes {
		if c.fixed[n] {
			continue
		}
		made := c.copy(n)
		made.Shape = n.Shape
		g.Nodes = append(g.Nodes, made)
	}
	for _, o := range c.net.Outputs {
		g.Outputs = append(g.Outputs, graph.Output{Name: o.Name, Node: c.to[o.Node]})
	}
	finish(g)
	s := &Split{Frozen: frozen, Learning: g}
	for _, h := range c.opts.Heads {
		h.Node = c.to[h.Node]
		s.Heads = append(s.Heads, h)
	}
	return s
}

// copy is a node of the graph that is made, without its shape.
func (c *cutter) copy(n *graph.Node) *graph.Node {
	made := &graph.Node{Path: n.Path, Shared: n.Shared, Op: n.Op, Params: n.Params, Origin: n.Origin}
	for _, in := range n.In {
		made.In = append(made.In, c.to[in])
	}
	c.to[n] = made
	return made
}

// finish numbers the nodes.
func finish(g *graph.Graph) {
	for i, n := range g.Nodes {
		n.ID = i
	}
	g.Share()
}

// oneOf is the shape of one image.
func oneOf(s tensor.Shape) tensor.Shape { return append(tensor.Shape{1}, s[1:]...) }

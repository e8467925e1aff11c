package structure

import (
	"cnnlang/interp/graph"
	"cnnlang/ops"
)

// A core is what is left of a graph to be understood: the values that are read several times, the
// merges whose branches are not known yet, and the chains of steps between them. It shrinks as
// branches are found: in a net in series and parallel to one chain from the input to the output.
type core struct {
	root    *vertex   // the only input, nil where there are several
	outputs []string  // the names of the outputs, where there are several
	all     []*vertex // in the order of the graph
	end     *vertex   // where the last chain ends
	queue   []*vertex // merges to look at
	// waiting are the values that may get names, nil before any does.
	waiting   *candidates
	dominance *dominance
	vertexOf  []*vertex // of each node, nil for one within a chain
	region    *region   // in which names are given, nil for the whole graph
	naming    bool      // whether they are given
}

// A vertex is a value between chains.
type vertex struct {
	node  *graph.Node     // nil for the list of the outputs, and for the end
	at    int             // the place of its node in the graph
	in    []*edge         // the chain that leads to it; those of a merge that is not known yet
	out   []*edge         // those that begin with it, and some that are gone
	outs  int             // how many are not
	merge bool            // its branches are not known yet
	from  map[*vertex]int // of such a merge, how many of its chains begin with each value that has no name
	named bool            // it is read by name, so that chains may begin with it anywhere
	gone  bool            // it is within a chain
	// entrance says that it is that of the region in which names are given: it is read by name there.
	entrance bool
	within   bool   // it is in a region that stands in a chain
	as       string // what it is to be called
}

// An edge is a chain: steps that begin with a value, one after the other.
type edge struct {
	from        *vertex // nil where they need none, as a learned tensor
	to          *vertex
	slot        int // its place in to.in
	first, last *item
	depth       int  // how deep combinators are nested in it
	down, up    bool // whether there are steps in it that make fewer pixels, and more
	gone        bool // it is within another
}

// An item is a step of a chain.
type item struct {
	node     *graph.Node // nil for the list of the outputs
	branches []*edge     // of a combinator
	source   *vertex     // the value that flows into them
	region   []statement // what stands there in place of one step, the last of which makes the value
	reads    []*vertex   // the values that are read in it and not made in it
	next     *item
}

// A statement is a chain that makes a value.
type statement struct {
	value *vertex
	chain *edge
}

func (e *edge) add(it *item) {
	if e.last == nil {
		e.first = it
	} else {
		e.last.next = it
	}
	e.last = it
	for _, branch := range it.branches {
		e.down, e.up = e.down || branch.down, e.up || branch.up
	}
	for _, inner := range it.region {
		e.down, e.up = e.down || inner.chain.down, e.up || inner.chain.up
	}
	if it.node != nil {
		e.down, e.up = e.down || isDown(it.node.Op), e.up || isUp(it.node.Op)
	}
}

// combines reports whether an operation takes branches.
func combines(n *graph.Node) bool {
	switch n.Op.(type) {
	case *ops.Add, *ops.Mul, *ops.Max, *ops.Mean, *ops.Concat, *ops.Matmul:
		return true
	}
	return false
}

// A coring makes the core of a graph.
type coring struct {
	*core
	reads   []int   // how often the value of each node is read
	pending []*edge // the chain that ends with a node that is none
}

// newCore makes the core of what the outputs of a graph need.
func newCore(g *graph.Graph) *core {
	c := &coring{&core{vertexOf: make([]*vertex, len(g.Nodes))}, readsOf(g), make([]*edge, len(g.Nodes))}
	c.dominance = newDominance(g, c.reads)
	for i, n := range g.Nodes {
		if c.reads[i] > 0 || n.Op == nil {
			c.node(n)
		}
	}
	c.end = &vertex{at: len(g.Nodes) + 1}
	if len(g.Outputs) == 1 {
		c.end.receives(c.take(g.Output()))
		return c.core
	}
	list := c.vertex(nil)
	for _, o := range g.Outputs {
		list.receives(c.take(o.Node))
		c.outputs = append(c.outputs, o.Name)
	}
	list.waits()
	c.queue = append(c.queue, list)
	c.end.receives(c.begin(list))
	return c.core
}

// readsOf counts how often each value is read that an output needs.
func readsOf(g *graph.Graph) []int {
	reads := make([]int, len(g.Nodes))
	for _, o := range g.Outputs {
		reads[o.Node.ID]++
	}
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		if reads[i] > 0 {
			for _, in := range inputsOf(g.Nodes[i]) {
				reads[in.ID]++
			}
		}
	}
	return reads
}

// inputsOf are the values that an operation works on: a learned tensor reads only how many images
// there are, which every value says.
func inputsOf(n *graph.Node) []*graph.Node {
	if _, learned := n.Op.(*ops.Learned); learned {
		return nil
	}
	return n.In
}

func (c *coring) node(n *graph.Node) {
	in := inputsOf(n)
	switch {
	case n.Op == nil:
		v := c.vertex(n)
		if v.named = n.Path != "" && n.Path != "input" || c.root != nil; !v.named {
			c.root = v
		}
		return
	case combines(n) && len(in) > 1:
		v := c.vertex(n)
		for _, x := range in {
			v.receives(c.take(x))
		}
		v.waits()
		c.queue = append(c.queue, v)
		return
	}
	e := &edge{}
	if len(in) > 0 {
		e = c.take(in[0])
	}
	it := &item{node: n}
	if combines(n) {
		it.branches = []*edge{{}} // one that does nothing
	}
	if e.add(it); c.reads[n.ID] == 1 {
		c.pending[n.ID] = e
		return
	}
	c.vertex(n).receives(e)
}

func (c *coring) vertex(n *graph.Node) *vertex {
	v := &vertex{node: n, at: len(c.vertexOf)}
	if c.all = append(c.all, v); n != nil {
		v.at = n.ID
		c.vertexOf[n.ID] = v
		v.named = n.Op != nil && !c.dominance.needed[n.ID] && c.reads[n.ID] > 1 // it may be read anywhere
	}
	return v
}

// take is the chain to a value that is to go on.
func (c *coring) take(n *graph.Node) *edge {
	if v := c.vertexOf[n.ID]; v != nil {
		return c.begin(v)
	}
	return c.pending[n.ID]
}

// begin begins a chain with a value.
func (c *core) begin(v *vertex) *edge {
	e := &edge{from: v}
	v.out, v.outs = append(v.out, e), v.outs+1
	return e
}

// receives ends a chain.
func (v *vertex) receives(e *edge) {
	e.to, e.slot = v, len(v.in)
	v.in = append(v.in, e)
}

// waits makes a merge one whose branches are not known yet.
func (v *vertex) waits() {
	v.merge, v.from = true, map[*vertex]int{}
	for _, e := range v.in {
		if e.from.flows() {
			v.from[e.from]++
		}
	}
}

// flows reports whether chains that begin with a value have to stand behind it, since it is not read by
// name.
func (v *vertex) flows() bool { return v != nil && !v.named && !v.entrance }

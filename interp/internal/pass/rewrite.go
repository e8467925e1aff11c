package pass

import (
	"fmt"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
)

// A rewrite copies a graph node by node, with changes.
type rewrite struct {
	old   *graph.Graph
	keep  map[*graph.Node]bool // of old
	sides map[*graph.Side]bool // of old, the ones to compute
	uses  map[*graph.Node]int  // of old: how often the value is read
	exact bool

	to      Map                         // old to new
	nodes   []*graph.Node               // new
	copied  int                         // how many of them are as they were
	gone    map[*graph.Node]bool        // of nodes: merged into a later one
	heads   map[*graph.Side]*graph.Side // old to new
	dropped map[*graph.Side]bool        // of old: not in the new graph
}

// newRewrite begins a copy of g; m leads from the nodes of opts to those of g.
func newRewrite(g *graph.Graph, m Map, opts Options) *rewrite {
	r := &rewrite{
		old:     g,
		keep:    make(map[*graph.Node]bool),
		sides:   make(map[*graph.Side]bool),
		uses:    make(map[*graph.Node]int),
		exact:   opts.Exact,
		to:      make(Map),
		gone:    make(map[*graph.Node]bool),
		heads:   make(map[*graph.Side]*graph.Side),
		dropped: make(map[*graph.Side]bool),
	}
	for _, n := range opts.Keep {
		kept := m[n]
		if kept == nil {
			panic(fmt.Sprintf("pass: the kept node %d %s is not in the graph", n.ID, n.Path))
		}
		r.keep[kept] = true
		r.uses[kept]++
		if kept.Side != nil {
			r.sides[kept.Side] = true
		}
	}
	for _, n := range g.Nodes {
		for _, in := range n.In {
			r.uses[in]++
		}
	}
	for _, o := range g.Outputs {
		r.uses[o.Node]++
	}
	for _, s := range g.Sides {
		if slices.Contains(opts.Sides, s.Name) {
			r.sides[s] = true
		}
		r.heads[s] = &graph.Side{Name: s.Name, Outer: r.heads[s.Outer], Err: s.Err}
		if s.Output != nil {
			r.uses[s.Output]++
		}
	}
	for _, s := range slices.Backward(g.Sides) {
		if r.sides[s] && s.Outer != nil {
			r.sides[s.Outer] = true
		}
	}
	return r
}

// run applies the rule to every node and returns the new graph.
func (r *rewrite) run(apply rule) *graph.Graph {
	for _, n := range r.old.Nodes {
		become := apply
		if n.Op == nil {
			become = r.copy
		}
		if made := become(n); made != nil {
			r.to[n] = made
		}
	}
	return r.finish()
}

// changes reports whether the new graph is another than the old one.
func (r *rewrite) changes() bool {
	return r.copied < len(r.old.Nodes) || len(r.nodes) > r.copied || len(r.dropped) > 0
}

// copy keeps the node as it was.
func (r *rewrite) copy(n *graph.Node) *graph.Node {
	r.copied++
	return r.add(n, &graph.Node{Path: n.Path, Op: n.Op, In: r.images(n.In...), Params: n.Params, Origin: n.Origin})
}

// forward makes readers of n read its input instead.
func (r *rewrite) forward(n *graph.Node) *graph.Node { return r.to[n.In[0]] }

// merge fuses n with the node that computes one of its inputs: the producer takes the place
// of n, with another op whose further inputs and tensors are appended. The producer's own
// value is gone, so nothing else may read it.
func (r *rewrite) merge(producer, n *graph.Node, op ops.Op, more []*graph.Node, params []graph.Param) *graph.Node {
	from := r.to[producer]
	delete(r.to, producer)
	r.gone[from] = true
	return r.add(n, &graph.Node{
		Path:   from.Path,
		Shared: from.Shared,
		Op:     op,
		In:     slices.Concat(from.In, r.images(more...)),
		Params: slices.Concat(from.Params, params),
		Origin: from.Origin,
	})
}

// add adds a node to the new graph that holds the value of n.
func (r *rewrite) add(n, made *graph.Node) *graph.Node {
	if made.Shape = n.Shape; made.Path == n.Path {
		made.Shared = n.Shared
	}
	if n.Side != nil {
		made.Side = r.heads[n.Side]
	}
	r.nodes = append(r.nodes, made)
	return made
}

// images are the new nodes that hold the values of old ones.
func (r *rewrite) images(nodes ...*graph.Node) []*graph.Node {
	var list []*graph.Node
	for _, n := range nodes {
		if r.to[n] == nil {
			panic(fmt.Sprintf("pass: node %d %s is read but was removed", n.ID, n.Path))
		}
		list = append(list, r.to[n])
	}
	return list
}

// only returns the new node with the value of n if that is read only once, so that it may
// be fused into its reader.
func (r *rewrite) only(n *graph.Node) (*graph.Node, bool) {
	return r.to[n], r.uses[n] == 1
}

func (r *rewrite) finish() *graph.Graph {
	g := &graph.Graph{Name: r.old.Name}
	for _, n := range r.old.Inputs {
		g.Inputs = append(g.Inputs, r.to[n])
	}
	for _, o := range r.old.Outputs {
		g.Outputs = append(g.Outputs, graph.Output{Name: o.Name, Node: r.to[o.Node]})
	}
	for _, n := range r.nodes {
		if !r.gone[n] {
			g.Nodes = append(g.Nodes, n)
		}
	}
	if err := graph.Sort(g.Nodes); err != nil {
		panic(fmt.Sprintf("pass: %v", err))
	}
	g.Share()
	for _, s := range r.old.Sides {
		if r.dropped[s] {
			continue
		}
		r.heads[s].Output = r.to[s.Output]
		g.Sides = append(g.Sides, r.heads[s])
	}
	for _, s := range r.old.Steps {
		if r.to[s.Node] == nil || r.dropped[s.Side] || s.Items != nil { // a list is no value that could be kept
			continue
		}
		s.Node, s.Side = r.to[s.Node], r.heads[s.Side]
		g.Steps = append(g.Steps, s)
	}
	return g
}

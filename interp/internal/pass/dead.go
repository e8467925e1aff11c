package pass

import (
	"cnnlang/interp/graph"
	"cnnlang/ops"
)

// dropSides removes the side heads that are not wanted and their nodes.
func dropSides(r *rewrite) rule {
	for _, s := range r.old.Sides {
		r.dropped[s] = !r.sides[s]
	}
	return func(n *graph.Node) *graph.Node {
		if n.Side != nil && r.dropped[n.Side] {
			return nil
		}
		return r.copy(n)
	}
}

// dropDead removes the nodes that no output and no kept node depends on.
func dropDead(r *rewrite) rule {
	alive := make(map[*graph.Node]bool)
	for _, n := range r.old.Inputs {
		alive[n] = true // also one that nothing reads
	}
	for _, o := range r.old.Outputs {
		alive[o.Node] = true
	}
	for _, s := range r.old.Sides {
		alive[s.Output] = true
	}
	for n := range r.keep {
		alive[n] = true
	}
	// Inputs come first in the order, so walking backwards reaches every reader of a node
	// before the node.
	for i := len(r.old.Nodes) - 1; i >= 0; i-- {
		n := r.old.Nodes[i]
		for _, in := range n.In {
			alive[in] = alive[in] || alive[n]
		}
	}
	return func(n *graph.Node) *graph.Node {
		if !alive[n] {
			return nil
		}
		return r.copy(n)
	}
}

// dropIdentities removes the ops that return their input when a network is run, a merge of
// one branch among them.
func dropIdentities(r *rewrite) rule {
	return func(n *graph.Node) *graph.Node {
		same := false
		switch n.Op.(type) {
		case *ops.Identity, *ops.Dropout, *ops.DropPath:
			same = true
		case *ops.Add, *ops.Mul, *ops.Max, *ops.Mean, *ops.Concat:
			same = len(n.In) == 1
		}
		if same && !r.keep[n] {
			return r.forward(n)
		}
		return r.copy(n)
	}
}

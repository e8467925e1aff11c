package structure

import "cnnlang/interp/graph"

// A dominance says of which value all paths lead through which. Its two trees have the nodes of a graph, what
// stands before all inputs, and what reads all outputs.
type dominance struct {
	needed []bool   // whether a node needs an input
	before ancestry // the parent of a node is the last one that every path from the inputs to it leads through
	behind ancestry // that of a path from it to the outputs
}

// A ancestry finds common ancestors. Jumps are those of Myers, "An applicative random-access stack", 1983.
type ancestry struct{ parent, jump, depth []int }

func newTree(n int) ancestry { return ancestry{make([]int, n), make([]int, n), make([]int, n)} }

// put hangs a node below a parent, which is in the tree.
func (t ancestry) put(n, parent int) {
	t.parent[n], t.depth[n], t.jump[n] = parent, t.depth[parent]+1, parent
	if j := t.jump[parent]; t.depth[parent]-t.depth[j] == t.depth[j]-t.depth[t.jump[j]] {
		t.jump[n] = t.jump[j]
	}
}

// meet is the lowest common ancestor of two nodes.
func (t ancestry) meet(a, b int) int {
	if t.depth[a] < t.depth[b] {
		a, b = b, a
	}
	for t.depth[a] > t.depth[b] {
		if t.depth[t.jump[a]] >= t.depth[b] {
			a = t.jump[a]
		} else {
			a = t.parent[a]
		}
	}
	for a != b {
		if t.jump[a] != t.jump[b] {
			a, b = t.jump[a], t.jump[b]
		} else {
			a, b = t.parent[a], t.parent[b]
		}
	}
	return a
}

// below is the ancestor of a node that is a child of another of its ancestors, or the node itself.
func (t ancestry) below(n, top int) (child int, ok bool) {
	if t.depth[n] <= t.depth[top] {
		return 0, false
	}
	for t.depth[n] > t.depth[top]+1 {
		if t.depth[t.jump[n]] > t.depth[top] {
			n = t.jump[n]
		} else {
			n = t.parent[n]
		}
	}
	return n, t.parent[n] == top
}

// newDominance follows the nodes of a graph that are read. A learned tensor needs no value, so that it may
// stand where the other branches of its merge begin.
func newDominance(g *graph.Graph, reads []int) *dominance {
	start, end := len(g.Nodes), len(g.Nodes)+1
	d := &dominance{make([]bool, len(g.Nodes)), newTree(end + 1), newTree(end + 1)}
	d.before.parent[start], d.before.jump[start] = start, start
	d.behind.parent[end], d.behind.jump[end] = end, end
	for i, n := range g.Nodes {
		at := -1
		for _, in := range inputsOf(n) {
			if d.needed[in.ID] {
				at = meeting(d.before, at, in.ID)
			}
		}
		if d.needed[i] = at >= 0 || n.Op == nil; at < 0 {
			at = start
		}
		d.before.put(i, at)
	}
	last := make([]int, len(g.Nodes))
	for i := range last {
		last[i] = -1
	}
	for _, o := range g.Outputs {
		last[o.Node.ID] = end
	}
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		if reads[i] == 0 {
			continue
		}
		d.behind.put(i, last[i])
		for _, in := range inputsOf(g.Nodes[i]) {
			last[in.ID] = meeting(d.behind, last[in.ID], i)
		}
	}
	return d
}

func meeting(t ancestry, a, b int) int {
	if a < 0 {
		return b
	}
	return t.meet(a, b)
}

// mostGrown is how often a region may grow before it counts as the whole graph.
const mostGrown = 16

// region is the smallest part of a graph around a merge that has one entrance and one exit: all paths to
// the exit lead through the entrance, and all from the entrance through the exit. It is false where that
// is the whole graph.
func (d *dominance) region(merge int) (entrance, exit int, ok bool) {
	entrance, exit = d.before.parent[merge], merge
	for range mostGrown {
		if entrance >= len(d.before.parent)-2 {
			return 0, 0, false
		}
		out := d.behind.meet(entrance, exit)
		if out >= len(d.before.parent)-2 {
			return 0, 0, false
		}
		in := d.before.meet(entrance, out)
		if out == exit && in == entrance {
			return entrance, exit, true
		}
		entrance, exit = in, out
	}
	return 0, 0, false
}

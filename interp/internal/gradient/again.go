package gradient

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
)

// Results of cheap operations are not kept for the backward pass, but computed again there of what is kept anyway (Chen et al.
// 2016, "Training Deep Nets with Sublinear Memory Cost", arXiv:1604.06174): an activation of what is normalised by the
// statistics of the batch, of which the gradient of the norm needs the input, and of its sum with a value that the branch
// beside it reads:
//
//	         ┌─ conv ─ norm ─ relu ─ conv ─ norm ─┐                           computed again: both relus,
//	x ───────┤                                    add ─ relu ── …            kept: x, the results of both convs
//	         └────────────────────────────────────┘

// consider notes what is read, and of a value of the forward pass whether it is computed again.
func (b *builder) consider(n *graph.Node) {
	for _, in := range n.In {
		b.reads[in]++
	}
	switch n.Op.(type) {
	case *ops.BatchNormalize:
		b.cheap[n] = true
	case *ops.Add:
		b.cheap[n] = slices.ContainsFunc(n.In, b.passes) && !slices.ContainsFunc(n.In, func(in *graph.Node) bool {
			return !b.passes(in) && (b.reads[in] == 1 || b.fleeting[in])
		})
	case ops.Activator:
		b.fleeting[n] = b.learning[n] && b.passes(n.In[0])
	}
}

// passes reports whether a value is cheap and read only once.
func (b *builder) passes(n *graph.Node) bool { return b.cheap[n] && b.reads[n] == 1 }

// again is the node that the backward pass reads for a value of the forward pass.
func (b *builder) again(n *graph.Node) *graph.Node {
	if !b.fleeting[n] {
		return n
	}
	if b.repeats[n] == nil {
		b.repeats[n] = b.repeat(n)
	}
	return b.repeats[n]
}

// repeat writes a node again, with those before it that are cheap.
func (b *builder) repeat(n *graph.Node) *graph.Node {
	in := slices.Clone(n.In)
	for i, before := range in {
		if b.passes(before) {
			in[i] = b.repeat(before)
		}
	}
	made := b.add(n.Op, n.Path, n.Params, in)
	made.Shared = n.Shared
	return made
}

package gradient

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
)

// StatisticsOf is the part of a step that computes the statistics of a batch, without gradients: its inputs are those
// of the net, and nothing is dropped. It is nil where every bn that the heads depend on takes stored
// statistics. Of the options Learns is not asked.
func StatisticsOf(net *graph.Graph, opts Options) (*Step, error) {
	opts.Learns = func(graph.Param) bool { return false }
	b := newBuilder(net, opts)
	b.undropped = true
	b.begin()
	for _, n := range b.needed() {
		if err := b.forward(n); err != nil {
			return nil, err
		}
	}
	if len(b.step.Statistics) == 0 {
		return nil, nil
	}
	b.forget()
	b.end()
	return b.step, nil
}

// forget leaves out what no statistics depend on.
func (b *builder) forget() {
	used := map[*graph.Node]bool{}
	for _, s := range b.step.Statistics {
		used[s.Node] = true
	}
	for _, n := range slices.Backward(b.nodes) {
		for _, in := range n.In {
			used[in] = used[in] || used[n]
		}
	}
	b.nodes = slices.DeleteFunc(b.nodes, func(n *graph.Node) bool { return !used[n] })
}

// trains reports whether a node computes something else in training.
func (b *builder) trains(n *graph.Node) bool {
	if _, differs := n.Op.(ops.Trainee); !differs {
		return false
	}
	if _, norm := n.Op.(*ops.BatchNorm); norm {
		return b.opts.Stored == nil || !b.opts.Stored(n)
	}
	return !b.undropped
}

package namemap

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// An order says what the elements of a vector are. Where it is flattened from a map
// [C, H, W], the net counts them channel by channel, and a file with channels last pixel by
// pixel.
type order struct {
	flat    tensor.Shape // C, H, W; nil for elements that every layout counts alike
	unknown *graph.Node  // the step behind which the order is not known, or nil
}

func (o order) natural() bool { return o.flat == nil && o.unknown == nil }

func (o order) equal(p order) bool { return o.unknown == p.unknown && slices.Equal(o.flat, p.flat) }

// orders finds the order of every vector of a graph, by node; and for learned vectors the step
// that joins them with one of another order, in which they would have to be as well. So it is with
// the tensors of a node that another one has again, for an item of another order.
func orders(g *graph.Graph) (all map[*graph.Node]order, beside map[*graph.Node]*graph.Node) {
	all, beside = map[*graph.Node]order{}, map[*graph.Node]*graph.Node{}
	learned := map[*graph.Node]*graph.Node{} // what a vector was computed from, element by element
	for _, n := range g.Nodes {
		if n.Op == nil || len(n.In) == 0 {
			continue
		}
		if o := orderOf(n, all); !o.natural() {
			all[n] = o
		}
		if _, is := n.Op.(*ops.Learned); is {
			learned[n] = n
		} else if !elementwise(n.Op) {
			continue
		}
		for _, in := range n.In {
			if from := learned[in]; from != nil && all[n].unknown == n {
				beside[from] = n
			} else if from != nil {
				learned[n] = from
			}
		}
	}
	first := map[string]*graph.Node{}
	for _, n := range g.Nodes {
		for _, p := range n.Params {
			before, shared := first[p.Path]
			switch {
			case !shared:
				first[p.Path] = n
			case len(n.In) > 0 && !all[n.In[0]].equal(all[before.In[0]]):
				beside[before] = n
			}
		}
	}
	return all, beside
}

// taken is the order of what a node takes, in which its tensors are.
func (a *application) taken(n *graph.Node) order {
	switch {
	case a.beside[n] != nil:
		return order{unknown: a.beside[n]}
	case len(n.In) == 0:
		return order{}
	}
	return a.order[n.In[0]]
}

func orderOf(n *graph.Node, all map[*graph.Node]order) order {
	first := all[n.In[0]]
	if _, flattens := n.Op.(*ops.Flatten); flattens && len(n.In[0].Shape) > 2 {
		if s := n.In[0].Shape[1:]; s[0] > 1 && s[1:].Elements() > 1 {
			return order{flat: s}
		}
		return order{}
	}
	if op, is := n.Op.(*ops.Reshape); is && len(op.Shape) == 1 && len(n.In[0].Shape) > 2 {
		return order{unknown: n} // whatever the axes before may be
	}
	switch n.Op.(type) {
	case *ops.Linear, *ops.Learned:
		return order{}
	}
	if len(n.Shape) != 2 {
		return order{}
	}
	same := true
	for _, in := range n.In {
		o := all[in]
		same = same && o.unknown == nil && slices.Equal(o.flat, first.flat) && in.Shape.Equal(n.Shape)
		if o.unknown != nil {
			return o
		}
	}
	switch {
	case same && elementwise(n.Op):
		return first
	case slices.ContainsFunc(n.In, func(in *graph.Node) bool { return !all[in].natural() }):
		return order{unknown: n}
	}
	return order{}
}

// elementwise reports whether every element of a result stands where those that it is
// computed from stand.
func elementwise(op ops.Op) bool {
	switch op.(type) {
	case ops.Activator, *ops.Dropout, *ops.DropPath, *ops.Identity, *ops.Scale, *ops.Pow, *ops.BatchNorm, *ops.LayerNorm, *ops.L2Normalize,
		*ops.Softmax, *ops.Add, *ops.Mul, *ops.Max, *ops.Mean, *ops.Flatten, *ops.ChannelAffine:
		return true
	}
	return false
}

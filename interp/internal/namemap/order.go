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

// orders finds the order of every vector of a graph, by node, unless it is natural; and for learned vectors the step
// that joins them with one of another order, in which they would have to be as well. So it is with
// the tensors of a node that another one has again, for an item of another order.
func orders(g *graph.Graph) (all map[*graph.Node]order, beside map[*graph.Node]*graph.Node) {
	all, beside = map[*graph.Node]order{}, map[*graph.Node]*graph.Node{}
	learned := map[*graph.Node]*graph.Node{} // what a vector was computed from, element by element
	moved := map[*graph.Node]*graph.Node{}   // the step behind which a map's axes are not [C, H, W]
	for _, n := range g.Nodes {
		if n.Op == nil || len(n.In) == 0 {
			continue
		}
		if from := movedBy(n, moved); from != nil {
			moved[n] = from
		}
		if o := orderOf(n, all, moved); !o.natural() {
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

// movedBy is the step that gave a map axes of which it is not known how a file has them: a reshape or
// permute, at n or before it.
func movedBy(n *graph.Node, moved map[*graph.Node]*graph.Node) *graph.Node {
	switch n.Op.(type) {
	case *ops.Reshape, *ops.Permute:
		if isMap(n.In[0].Shape) || isMap(n.Shape) {
			return n
		}
	}
	for _, in := range n.In {
		if from := moved[in]; from != nil && len(n.Shape) > 2 {
			return from
		}
	}
	return nil
}

// isMap reports whether the numbers of an image lie along several axes, so that they may be counted in
// several orders.
func isMap(s tensor.Shape) bool {
	long := 0
	for _, size := range s[1:] {
		if size > 1 {
			long++
		}
	}
	return long > 1
}

// flattens reports whether an op makes vectors of maps.
func flattens(n *graph.Node) bool {
	switch n.Op.(type) {
	case *ops.Flatten, *ops.Reshape:
		return len(n.Shape) == 2 && len(n.In[0].Shape) > 2
	}
	return false
}

func orderOf(n *graph.Node, all map[*graph.Node]order, moved map[*graph.Node]*graph.Node) order {
	first := all[n.In[0]]
	if flattens(n) {
		s := n.In[0].Shape
		_, reshapes := n.Op.(*ops.Reshape)
		switch from := moved[n.In[0]]; {
		case from != nil:
			return order{unknown: from}
		case s[1] == 1 || s[2:].Elements() == 1:
			return order{}
		case reshapes || len(s) != 4:
			return order{unknown: n}
		}
		return order{flat: s[1:]}
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

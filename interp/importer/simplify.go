package importer

import (
	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/ops"
)

// simplify joins what only moves numbers: of two reshapes in a row the second is enough, two permutes are
// one, and what leaves a value as it is goes.
//
//	reshape([4, 6]) -> flatten                     flatten
//	permute([0, 2, 3, 1]) -> permute([0, 3, 1, 2])
func simplify(net *flat.Net) {
	g := net.Graph
	instead := map[*graph.Node]*graph.Node{}
	for _, n := range g.Operations() {
		for i, in := range n.In {
			if other := instead[in]; other != nil {
				n.In[i] = other
			}
		}
		switch op := n.Op.(type) {
		case *ops.Reshape, *ops.Flatten:
			if reshapes(n.In[0].Op) {
				n.In[0] = n.In[0].In[0]
			}
			if n.Shape.Equal(n.In[0].Shape) {
				instead[n] = n.In[0]
			} else if len(n.Shape) == 2 {
				n.Op = &ops.Flatten{}
			}
		case *ops.Permute:
			if before, ok := n.In[0].Op.(*ops.Permute); ok {
				joined := &ops.Permute{}
				for _, axis := range op.Axes {
					joined.Axes = append(joined.Axes, before.Axes[axis.MustInt()])
				}
				n.Op, n.In[0] = joined, n.In[0].In[0]
			}
			if stays(n.Op.(*ops.Permute)) {
				instead[n] = n.In[0]
			}
		}
	}
	for i, o := range g.Outputs {
		if other := instead[o.Node]; other != nil {
			g.Outputs[i].Node = other
		}
	}
	net.Prune()
}

func reshapes(op ops.Op) bool {
	switch op.(type) {
	case *ops.Reshape, *ops.Flatten:
		return true
	}
	return false
}

func stays(op *ops.Permute) bool {
	for i, axis := range op.Axes {
		if axis.MustInt() != i {
			return false
		}
	}
	return true
}

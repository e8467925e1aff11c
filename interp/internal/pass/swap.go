package pass

import (
	"cnnlang/interp/graph"
	"cnnlang/ops"
)

// swapPools lets an average pool follow the 1x1 convolution that alone reads it, if that
// leaves fewer channels to pool. Both are linear, one over pixels and the other over
// channels:
//
//	W·mean(x)  =  mean(W·x)
//
// The mean of a constant is the constant, so the norm folded into the convolution may move
// too; but a pool that counts its padding is a mean of pixels and zeros, so there the norm
// stays after the pool. The activation always does.
func swapPools(r *rewrite) rule {
	return func(n *graph.Node) *graph.Node {
		conv, pool, ok := r.pooled(n)
		if !ok {
			return r.copy(n)
		}
		made := r.to[n.In[0]]
		delete(r.to, n.In[0])
		r.gone[made] = true
		epilogue := conv.Epilogue()
		own, normed, slopes := ops.Split(epilogue, n.Params)
		norm := epilogue.Norm
		if pool.IsMean() {
			own, normed = n.Params[:len(n.Params)-len(slopes)], nil
		} else {
			epilogue.Norm = nil
		}
		linear := conv.WithEpilogue(ops.Epilogue{Norm: epilogue.Norm})
		x := r.add(n, &graph.Node{Path: n.Path, Op: linear, In: made.In, Params: own, Origin: n.Origin})
		x = r.add(n, &graph.Node{Path: made.Path, Shared: made.Shared, Op: pool, In: []*graph.Node{x}, Origin: made.Origin})
		if normed != nil {
			x = r.add(n, &graph.Node{Path: n.Path, Op: norm, In: []*graph.Node{x}, Params: normed, Origin: n.Origin})
		}
		if act := epilogue.Act; act != ops.None {
			x = r.add(n, &graph.Node{Path: n.Path, Op: act.Op(), In: []*graph.Node{x}, Params: slopes, Origin: n.Origin})
		}
		return x
	}
}

// pooled returns the convolution of n and the pool before it, if they may be swapped.
func (r *rewrite) pooled(n *graph.Node) (*ops.Conv, *ops.AvgPool, bool) {
	conv, ok := n.Op.(*ops.Conv)
	if !ok || !conv.IsPointwise() || conv.Epilogue().Add || n.In[0] == r.old.Input() || n.Shape[1] >= n.In[0].Shape[1] {
		return nil, nil, false
	}
	made, once := r.only(n.In[0])
	pool, ok := made.Op.(*ops.AvgPool)
	if !ok || !once || !made.Shape.Equal(made.In[0].Shape) {
		return nil, nil, false
	}
	return conv, pool, pool.IsMean() || !conv.Bias
}

package pass

import (
	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// foldNorms folds batch normalisation into the weight and bias of the layer
// before it. With a = weight / sqrt(running_var + eps),
//
//	a·((W x + b) - mean) + bias  =  (a·W) x + (a·(b - mean) + bias)
//
// which the layer computes while it packs its weights.
func foldNorms(r *rewrite) rule {
	return func(n *graph.Node) *graph.Node {
		norm, ok := n.Op.(*ops.BatchNorm)
		if !ok {
			return r.copy(n)
		}
		layer, ok := r.layer(n.In[0])
		if !ok || layer.Epilogue() != (ops.Epilogue{}) {
			return r.copy(n)
		}
		op := layer.WithEpilogue(ops.Epilogue{Norm: norm})
		return r.merge(n.In[0], n, op, nil, n.Params)
	}
}

// foldGates lets a product of two own the factor that is one learned number for each channel:
// it is there before the network is run.
func foldGates(r *rewrite) rule {
	return func(n *graph.Node) *graph.Node {
		if _, ok := n.Op.(*ops.Mul); !ok || len(n.In) != 2 {
			return r.copy(n)
		}
		for k, factor := range n.In {
			_, learned := factor.Op.(*ops.Learned)
			_, once := r.only(factor)
			image := n.In[1-k]
			if !learned || !once || !image.Shape.Equal(n.Shape) || factor.Shape[1] != n.Shape[1] || factor.Shape[2:].Elements() > 1 {
				continue
			}
			r.gone[r.to[factor]] = true
			delete(r.to, factor)
			gate := ops.Gate(dim.Shaped(factor.Params[0].Shape...))
			return r.add(n, &graph.Node{Path: n.Path, Op: gate, In: r.images(image), Params: factor.Params, Origin: n.Origin})
		}
		return r.copy(n)
	}
}

// foldPads lets a convolution that alone reads an image with zeros around it pad with these
// itself.
func foldPads(r *rewrite) rule {
	return func(n *graph.Node) *graph.Node {
		conv, ok := n.Op.(*ops.Conv)
		if !ok {
			return r.copy(n)
		}
		made, once := r.only(n.In[0])
		pad, ok := made.Op.(*ops.Border)
		if !ok || !once || pad.Mode != ops.Zeros || conv.Pad.Mode == ops.Same {
			return r.copy(n)
		}
		delete(r.to, n.In[0])
		r.gone[made] = true
		return r.add(n, &graph.Node{Path: n.Path, Op: conv.Around(pad.By), In: made.In, Params: n.Params, Origin: n.Origin})
	}
}

// fuseAdds lets one of the two layers of a residual sum, or the product with a gate or the norm at the
// end of one, add the other value. If both could, the later one does: by then the other
// value is there.
func fuseAdds(r *rewrite) rule {
	return func(n *graph.Node) *graph.Node {
		if _, ok := n.Op.(*ops.Add); !ok || len(n.In) != 2 {
			return r.copy(n)
		}
		a, b := n.In[0], n.In[1]
		if a.ID < b.ID {
			a, b = b, a
		}
		for _, pair := range [][2]*graph.Node{{a, b}, {b, a}} {
			own, other := pair[0], pair[1]
			layer, ok := r.adder(own)
			if !ok || layer.Epilogue().Add || layer.Epilogue().Act != ops.None {
				continue
			}
			epilogue := layer.Epilogue()
			epilogue.Add = true
			return r.merge(own, n, layer.WithEpilogue(epilogue), []*graph.Node{other}, nil)
		}
		return r.copy(n)
	}
}

// fuseActivations lets convolutions, linear layers, products and sums apply the activation
// that follows them.
func fuseActivations(r *rewrite) rule {
	return func(n *graph.Node) *graph.Node {
		act, ok := n.Op.(ops.Activator)
		if !ok {
			return r.copy(n)
		}
		before, ok := r.only(n.In[0])
		if !ok {
			return r.copy(n)
		}
		fuser, ok := before.Op.(ops.Fuser)
		if !ok || fuser.Epilogue().Act != ops.None || act.Activation().IsLearned() && !ownsTensors(fuser) {
			return r.copy(n)
		}
		epilogue := fuser.Epilogue()
		epilogue.Act = act.Activation()
		return r.merge(n.In[0], n, fuser.WithEpilogue(epilogue), nil, n.Params)
	}
}

// ownsTensors reports whether an op can own those of what it takes over.
func ownsTensors(op ops.Fuser) bool {
	switch op.(type) {
	case *ops.Add, *ops.Mul, *ops.BatchNormalize:
		return false
	}
	return true
}

// layer returns the op of n if it is a convolution or a linear layer whose value is read
// once; such an op can take over a norm and a sum.
func (r *rewrite) layer(n *graph.Node) (ops.Fuser, bool) {
	made, ok := r.only(n)
	if !ok {
		return nil, false
	}
	switch op := made.Op.(type) {
	case *ops.Conv:
		return op, true
	case *ops.Linear:
		return op, true
	}
	return nil, false
}

// adder returns the op of n if it can take over a sum. Layers and gates round that once with their own sums and products, which
// is not exact; a norm by statistics rounds it by itself.
func (r *rewrite) adder(n *graph.Node) (ops.Fuser, bool) {
	if made, ok := r.only(n); ok {
		switch op := made.Op.(type) {
		case *ops.Mul:
			return op, !r.exact && len(made.In) == 2 && !made.In[0].Shape.Equal(made.In[1].Shape)
		case *ops.BatchNormalize:
			return op, true
		}
	}
	layer, ok := r.layer(n)
	return layer, ok && !r.exact
}

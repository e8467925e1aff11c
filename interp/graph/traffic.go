package graph

import (
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// Bytes are those of a part of a network in float32, for one image.
type Bytes struct {
	Values  dim.Size // what its operations give
	Weights dim.Size // its tensors, running statistics too, but for those of a node before it
	Moved   dim.Size // all that its operations read and give: inputs, tensors and values
}

// Add returns the sum.
func (b Bytes) Add(c Bytes) Bytes {
	return Bytes{b.Values.Add(c.Values), b.Weights.Add(c.Weights), b.Moved.Add(c.Moved)}
}

// Bytes returns the bytes of a node.
func (n *Node) Bytes() (b Bytes) {
	b.Values = ofImage(n)
	b.Moved = b.Values
	for _, in := range n.In {
		b.Moved = b.Moved.Add(ofImage(in))
	}
	for _, p := range n.Params {
		size := floats(dim.Shaped(p.Shape...))
		if b.Moved = b.Moved.Add(size); !p.Again {
			b.Weights = b.Weights.Add(size)
		}
	}
	return b
}

// ofImage is the bytes of a value for one image.
func ofImage(n *Node) dim.Size { return floats(dim.Shaped(n.Shape...)[1:]) }

func floats(s dim.Shape) dim.Size { return s.Product().Mul(dim.Int(4)) }

// Activations is how many numbers a convolution or a linear layer gives for one image, 0 for
// anything else.
func (n *Node) Activations() int64 {
	switch n.Op.(type) {
	case *ops.Conv, *ops.Deconv, *ops.Linear:
		return int64(n.Shape[1:].Elements())
	}
	return 0
}

// Activations is how many numbers those of the main path give for one image.
func (g *Graph) Activations() (all int64) {
	for _, n := range g.Nodes {
		if n.Side == nil {
			all += n.Activations()
		}
	}
	return all
}

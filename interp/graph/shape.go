package graph

import (
	"strings"

	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// InShapes lists the shapes of the node's inputs.
func (n *Node) InShapes() []tensor.Shape {
	shapes := make([]tensor.Shape, len(n.In))
	for i, in := range n.In {
		shapes[i] = in.Shape
	}
	return shapes
}

// InDims is InShapes in the form that shape rules take.
func (n *Node) InDims() []dim.Shape {
	shapes := make([]dim.Shape, len(n.In))
	for i, in := range n.In {
		shapes[i] = in.Dims()
	}
	return shapes
}

// Dims is the shape in the form that shape rules take; the caller may change it.
func (n *Node) Dims() dim.Shape {
	if n.Sizes != nil {
		return n.Sizes.Clone()
	}
	return dim.Shaped(n.Shape...)
}

// SizesOf writes the shape of one image as pictures and people do: 64×56×56, or of a sketch
// 4*c × H//2 × W//2; "" of a list, which has none.
func SizesOf(s dim.Shape) string {
	if len(s) == 0 {
		return ""
	}
	list, sign := make([]string, len(s)-1), "×"
	for i, n := range s[1:] {
		if list[i] = n.String(); !n.Known() {
			sign = " × "
		}
	}
	return strings.Join(list, sign)
}

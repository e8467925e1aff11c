package graph

import (
	"fmt"
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
		shapes[i] = dim.Shaped(in.Shape...)
	}
	return shapes
}

// SizesOf writes the shape of one image as pictures and people do: 64×56×56.
func SizesOf(s tensor.Shape) string {
	list := make([]string, len(s)-1)
	for i, n := range s[1:] {
		list[i] = fmt.Sprint(n)
	}
	return strings.Join(list, "×")
}

package graph

import (
	"fmt"
	"strings"
)

// InputText is the shape of the input, or of several the name and the shape of each:
// image [1, 3, 32, 32], flow [1, 2, 32, 32].
func (g *Graph) InputText() string { return endsText(g.inputs(), shapeText) }

// OutputText is InputText of the outputs.
func (g *Graph) OutputText() string { return endsText(g.Outputs, shapeText) }

// OtherInputs names the inputs but the first, with their shapes.
func (g *Graph) OtherInputs() string { return named(g.inputs()[1:], shapeText) }

// OtherOutputs is OtherInputs of the outputs.
func (g *Graph) OtherOutputs() string { return named(g.Outputs[1:], shapeText) }

func (g *Graph) inputs() []Output {
	ends := make([]Output, len(g.Inputs))
	for i, n := range g.Inputs {
		ends[i] = Output{n.Path, n}
	}
	return ends
}

func shapeText(n *Node) string { return n.Shape.String() }

func endsText(ends []Output, write func(*Node) string) string {
	if len(ends) == 1 {
		return write(ends[0].Node)
	}
	return named(ends, write)
}

func named(ends []Output, write func(*Node) string) string {
	texts := make([]string, len(ends))
	for i, o := range ends {
		texts[i] = o.Name + " " + write(o.Node)
	}
	return strings.Join(texts, ", ")
}

// Several reports whether there are several inputs or several outputs.
func (g *Graph) Several() bool { return len(g.Inputs) > 1 || len(g.Outputs) > 1 }

// Named reports whether inputs and outputs go by their names: there are several of either, or one has a name.
func (g *Graph) Named() bool {
	return g.Several() || g.Input().Path != "input" || g.Outputs[0].Name != "output"
}

// heading names the network with its inputs and outputs.
func heading(g *Graph) string {
	outputs := endsText(g.Outputs, func(n *Node) string { return fmt.Sprintf("%v (%d)", n.Shape, n.ID) })
	return strings.TrimSpace(g.Name + " " + g.InputText() + " -> " + outputs)
}

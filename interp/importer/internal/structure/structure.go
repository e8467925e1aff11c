// Package structure finds the structure of a net that a file describes operation by operation: which
// steps are in series, what is parallel and where it is merged, and which values are read from afar.
// It makes a tree of it, which package tree writes.
//
// Valdes, Tarjan, Lawler, "The Recognition of Series Parallel Digraphs", 1982, reduce such graphs to
// one edge; what cannot be reduced is read by name here.
package structure

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/tree"
	"cnnlang/ops/dim"
)

// Of is the tree of a net, without blocks.
func Of(n *flat.Net) *tree.Net {
	c := newCore(n.Graph)
	c.reduce()
	body, w := c.emit()
	w.name(n)
	body = scoped(n, body)
	in, out := signature(n.Graph)
	return &tree.Net{Name: n.Graph.Name, In: in, Out: out, Meta: n.Meta, Body: body}
}

// signature writes what the net takes and gives.
func signature(g *graph.Graph) (in, out string) {
	batch := "N"
	if n := g.Images(); n != 1 {
		batch = fmt.Sprintf("N = %d", n)
	}
	switch {
	case len(g.Inputs) == 1 && named(g.Input()) == "" && resizable(g):
		s := g.Input().Shape
		in = fmt.Sprintf("[%s, %d, H = %d, W = %d]", batch, s[1], s[2], s[3])
	case len(g.Inputs) == 1 && named(g.Input()) == "":
		in = sizes(g.Input(), batch)
	default:
		for _, n := range g.Inputs {
			in += "| " + sizes(n, batch) + " as " + n.Path + " "
			batch = "N"
		}
	}
	if len(g.Outputs) == 1 && g.Outputs[0].Name == "output" {
		return strings.TrimSpace(in), sizes(g.Output(), "N")
	}
	for _, o := range g.Outputs {
		out += "| " + sizes(o.Node, "N") + " as " + o.Name + " "
	}
	return strings.TrimSpace(in), strings.TrimSpace(out)
}

// resizable reports whether a signature that leaves the height and width of the image open says all
// that is known of the outputs: they are vectors.
func resizable(g *graph.Graph) bool {
	if len(g.Input().Shape) != 4 {
		return false
	}
	larger := shapesOf(g, 32)
	for _, o := range g.Outputs {
		if len(o.Node.Shape) != 2 || larger == nil || !slices.Equal(o.Node.Dims(), larger[o.Node]) {
			return false
		}
	}
	return !slices.ContainsFunc(g.Nodes, func(n *graph.Node) bool {
		return slices.ContainsFunc(strings.Split(n.Path, "."), func(name string) bool { return name == "H" || name == "W" })
	})
}

// shapesOf are the shapes of all values for an image that is larger by so many pixels, nil where it does not fit.
func shapesOf(g *graph.Graph, by int) map[*graph.Node]dim.Shape {
	shapes := map[*graph.Node]dim.Shape{}
	for _, n := range g.Nodes {
		if n.Op == nil {
			s := n.Shape
			shapes[n] = dim.Shaped(s[0], s[1], s[2]+by, s[3]+by)
			continue
		}
		in := make([]dim.Shape, len(n.In))
		for i, x := range n.In {
			in[i] = shapes[x]
		}
		var err error
		if shapes[n], err = n.Op.Infer(dim.Numbers{}, in); err != nil {
			return nil
		}
	}
	return shapes
}

func sizes(n *graph.Node, batch string) string {
	text := "[" + batch
	for _, size := range n.Shape[1:] {
		text += fmt.Sprintf(", %d", size)
	}
	return text + "]"
}

// named is what an input is called, "" for one without a name.
func named(n *graph.Node) string {
	if n.Path == "input" {
		return ""
	}
	return n.Path
}

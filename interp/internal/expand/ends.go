package expand

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/graph"
)

// The inputs and outputs of a net are one without a name on either side, or ports: those that a
// `repeat` counts, xs.0, xs.1, become one again.
//
//	net n repeat i of 2 | [N, 8, [32, 16][i], 32] as xs | [N, 4] as y -> repeat 2 | [N, 8, _, 32] as zs {

// An end is one input or output.
type end struct {
	name string
	node *graph.Node
}

// signature writes what the net takes and gives.
func (w *writer) signature() string {
	var in, out []end
	for _, n := range w.graph.Inputs {
		in = append(in, end{n.Path, n})
	}
	for _, o := range w.graph.Outputs {
		out = append(out, end{o.Name, o.Node})
	}
	batch := "N"
	if n := w.graph.Images(); n != 1 {
		batch = fmt.Sprintf("N = %d", n)
	}
	return w.ports(in, "input", batch, func(sizes []string) string { return "[" + strings.Join(sizes, ", ") + "][i]" }) + " -> " +
		w.ports(out, "output", "N", func([]string) string { return "_" })
}

// ports writes one side: alone is the name of what has none, and differ what is said of a size that
// differs in the values of a repeat.
func (w *writer) ports(ends []end, alone, batch string, differ func(sizes []string) string) string {
	if len(ends) == 1 && ends[0].name == alone {
		return shapeOf(ends, batch, differ)
	}
	var ports []string
	for len(ends) > 0 {
		base, counted := baseOf(ends[0].name)
		n := 1
		for counted && n < len(ends) && ends[n].name == base+"."+strconv.Itoa(n) {
			n++
		}
		head := "| "
		if counted {
			head = fmt.Sprintf("repeat i of %d | ", n)
		}
		ports = append(ports, head+shapeOf(ends[:n], batch, differ)+" as "+base)
		ends, batch = ends[n:], "N"
	}
	return strings.Join(ports, " ")
}

// baseOf is what the values of a repeat are called together.
func baseOf(name string) (base string, counted bool) { return strings.CutSuffix(name, ".0") }

// shapeOf writes the shape of values that one port has.
func shapeOf(ends []end, batch string, differ func(sizes []string) string) string {
	text := "[" + batch
	for axis := range ends[0].node.Shape[1:] {
		sizes := make([]string, len(ends))
		for i, e := range ends {
			sizes[i] = strconv.Itoa(e.node.Shape[axis+1])
		}
		if same := slices.Compact(slices.Clone(sizes)); len(same) > 1 {
			text += ", " + differ(sizes)
		} else {
			text += ", " + sizes[0]
		}
	}
	return text + "]"
}

// named is how an input is read that the signature names, "" for one that it does not.
func named(g *graph.Graph, n *graph.Node) string {
	if n.Op != nil || len(g.Inputs) == 1 && n.Path == "input" {
		return ""
	}
	if i := strings.LastIndexByte(n.Path, '.'); i >= 0 {
		return n.Path[:i] + "[" + n.Path[i+1:] + "]"
	}
	return n.Path
}

// begins is the input that the first step reads without a name: the only one, unless a `repeat`
// counts it, since that is a list, if only of one.
func begins(g *graph.Graph) *graph.Node {
	if _, counted := baseOf(g.Inputs[0].Path); len(g.Inputs) == 1 && !counted {
		return g.Input()
	}
	return nil
}

// lists reports whether the text ends with a list of the outputs, and not with the only one.
func lists(g *graph.Graph) bool {
	_, counted := baseOf(g.Outputs[0].Name)
	return len(g.Outputs) > 1 || counted
}

// give ends the text with the outputs: one, or the list of them.
func (w *writer) give() {
	if !lists(w.graph) {
		w.goTo(w.graph.Output())
		return
	}
	var branches []string
	for _, o := range w.graph.Outputs {
		branches = append(branches, "| @"+w.tap(o.Node))
	}
	w.line(`"": list { %s }`, strings.Join(branches, " "))
}

// Package compare says how two networks differ, as someone who knows both would tell it: what was
// added, removed or changed where in the structure of their texts, what that costs, and which
// weights of one the other can load.
//
// Parts of the two outlines (graph.Part) are aligned: equal neighbours count as one with a
// number (runs.go), series are aligned by label, call and structure (align.go), and what is
// aligned is compared in turn (change.go).
package compare

import (
	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
)

// A Net is a network to be compared.
type Net struct {
	Graph   *graph.Graph
	Outline []*graph.Part
}

// A Diff is how a network B differs from A.
type Diff struct {
	A, B Totals
	// Changes are those of the series, nil where structure and labels are the same.
	Changes []*Change
	Weights Weights
}

// Totals are the counts of a network, side heads included.
type Totals struct {
	Graph *graph.Graph
	Heads bool // whether the costs are of side heads, too
	Cost
}

// A Cost is what a part weighs and does for one image: the bytes of all its tensors and those of the
// values of all its operations are in float32, whether they live at one time or not.
type Cost struct{ Params, MACs, Weights, Values dim.Size }

// Add returns the sum.
func (c Cost) Add(d Cost) Cost {
	return Cost{c.Params.Add(d.Params), c.MACs.Add(d.MACs), c.Weights.Add(d.Weights), c.Values.Add(d.Values)}
}

// Empty reports whether nothing differs: neither a step nor a shape, nor the name of a tensor.
func (d *Diff) Empty() bool {
	for _, e := range d.Ends() {
		if e.A != e.B {
			return false
		}
	}
	return len(d.Changes) == 0 && d.Weights.same()
}

// An End is the inputs or the outputs of both networks: their shapes, and the names of several or of
// one that is called otherwise in the other network.
type End struct{ What, A, B string }

// Ends are the inputs and the outputs.
func (d *Diff) Ends() []End {
	a, b := d.A.Graph, d.B.Graph
	in := End{"input", a.InputText(), b.InputText()}
	if x, y := a.Inputs[0].Path, b.Inputs[0].Path; x != y {
		in.A, in.B = named(len(a.Inputs), x, in.A), named(len(b.Inputs), y, in.B)
	}
	out := End{"output", a.OutputText(), b.OutputText()}
	if x, y := a.Outputs[0].Name, b.Outputs[0].Name; x != y {
		out.A, out.B = named(len(a.Outputs), x, out.A), named(len(b.Outputs), y, out.B)
	}
	return []End{in, out}
}

// named is the shape of one value with its name; those of several have theirs.
func named(n int, name, text string) string {
	if n > 1 {
		return text
	}
	return name + " " + text
}

// Nets compares two networks.
func Nets(a, b Net) *Diff {
	c := &comparer{signatures: map[string]int{}, of: map[*graph.Part]int{}, paired: map[string]string{},
		values: map[[2]*graph.Node]bool{}, valued: map[*graph.Node]bool{}}
	c.inputs(a.Graph.Inputs, b.Graph.Inputs)
	c.sign(a.Outline)
	c.sign(b.Outline)
	d := &Diff{A: totals(a), B: totals(b)}
	d.Changes = c.series(a.Outline, b.Outline)
	d.Weights = c.weights(a.Graph, b.Graph)
	return d
}

// inputs says which inputs correspond: those of one name, and the only ones of both networks.
func (c *comparer) inputs(a, b []*graph.Node) {
	for _, x := range a {
		for _, y := range b {
			if x.Path == y.Path || len(a) == 1 && len(b) == 1 {
				c.note(x, y)
			}
		}
	}
}

// A comparer holds what is known of the parts of both networks.
type comparer struct {
	signatures map[string]int          // numbers of structures
	of         map[*graph.Part]int     // the structure of each part
	paired     map[string]string       // tensors of A and what corresponds to them in B
	values     map[[2]*graph.Node]bool // values of A and of B that correspond
	valued     map[*graph.Node]bool    // those to which another corresponds
}

func totals(n Net) Totals {
	t := Totals{Graph: n.Graph}
	t.Cost = costOf(n.Outline)
	graph.Walk(n.Outline, func(p *graph.Part) { t.Heads = t.Heads || p.Kind == graph.Head })
	return t
}

// costOf is what a series costs.
func costOf(series []*graph.Part) (c Cost) {
	graph.Walk(series, func(p *graph.Part) {
		if holds(p) {
			n, bytes := p.Node.Count(), p.Node.Bytes()
			c = c.Add(Cost{n.Params, n.MACs, bytes.Weights, bytes.Values})
		}
	})
	return c
}

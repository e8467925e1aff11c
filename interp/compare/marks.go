package compare

import "cnnlang/interp/graph"

// A Mark is what became of a part, with the innermost change that it is in.
type Mark struct {
	Kind    Kind
	Follows bool // its shapes alone differ
	Change  *Change
}

// Marks are the parts of both networks that differ. A block of which only something inside differs has
// none, and neither have the parts of one of which there are more or fewer; copies that only one network has are
// added or removed.
func (d *Diff) Marks() (a, b map[*graph.Part]Mark) {
	m := marks{map[*graph.Part]Mark{}, map[*graph.Part]Mark{}}
	m.all(d.Changes)
	return m.a, m.b
}

type marks struct{ a, b map[*graph.Part]Mark }

func (m marks) all(list []*Change) {
	for _, c := range list {
		m.change(c)
	}
}

func (m marks) change(c *Change) {
	as := Mark{Kind: c.Kind, Follows: c.Follows(), Change: c}
	whole := func(of map[*graph.Part]Mark, parts []*graph.Part) {
		graph.Walk(parts, func(p *graph.Part) { of[p] = as })
	}
	heads := func(of map[*graph.Part]Mark, parts []*graph.Part) {
		for _, p := range parts {
			of[p] = as
		}
	}
	switch {
	case c.Copies:
		both := min(len(c.A.Parts), len(c.B.Parts))
		heads(m.a, c.A.Parts[:both])
		heads(m.b, c.B.Parts[:both])
		as.Kind = Removed
		whole(m.a, c.A.Parts[both:])
		as.Kind = Added
		whole(m.b, c.B.Parts[both:])
	case len(c.Inner) == 0:
		whole(m.a, c.A.Parts)
		whole(m.b, c.B.Parts)
	default:
		m.all(c.Inner)
		again(m.a, c.A.Parts)
		again(m.b, c.B.Parts)
		if c.itself() {
			heads(m.a, c.A.Parts)
			heads(m.b, c.B.Parts)
		}
	}
}

// again marks copies like the first one.
func again(of map[*graph.Part]Mark, parts []*graph.Part) {
	for _, copy := range parts[1:] {
		together(parts[0], copy, func(p, q *graph.Part) {
			if mark, ok := of[p]; ok {
				of[q] = mark
			}
		})
	}
}

// itself reports whether a part differs by more than what it consists of.
func (c *Change) itself() bool {
	a, b := c.A.Parts[0], c.B.Parts[0]
	return c.A.Call != c.B.Call || len(c.Arguments) > 0 || c.Units.Call != "" || c.A.Label != c.B.Label ||
		len(a.Branches) != len(b.Branches) || a.Kind == graph.Merge && !c.A.Shape.Equal(c.B.Shape)
}

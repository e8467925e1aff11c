package elab

import (
	"maps"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
)

// sideHead makes a branch off x that ends in a named output. It is made apart:
// where it does not fit the input size, the network is whole without it.
func (m *machine) sideHead(s *ast.Side, e *env, sc scope, x Tensor) {
	name, ok := m.sideName(s, e, sc)
	switch {
	case !ok:
		return
	case m.inItem != nil:
		m.fail(sideInEach(s))
		return
	}
	if _, again := m.heads[name]; again {
		m.fail(duplicateSide(s.Span(), name))
		return
	}
	head := &graph.Side{Name: name, Outer: m.side}
	first := len(m.graph.Sides)
	m.heads[name] = s.Span()
	m.graph.Sides = append(m.graph.Sides, head)

	found := diag.Collector{Most: maxReported}
	report, side, nodes, steps, count, blamed := m.report, m.side, len(m.graph.Nodes), len(m.graph.Steps), m.count, maps.Clone(m.blamed)
	m.report = func(d *diag.Diagnostic) {
		if d.Severity == diag.Error {
			if found.Add(d); m.unknowns != nil && !aboutShape(d) {
				m.unknowns.Wrong()
			}
		} else {
			report(d) // of a head within this one, without which this one is whole
		}
	}
	m.side = head
	around := e.frame.taps
	e.frame.taps = &taps{around: around} // what a head names ends with the head
	m.open()
	end := func() {}
	if m.unknowns != nil {
		end = m.unknowns.Side(name)
	}
	var out Tensor
	m.head(graph.Part{Path: name, Side: head, Span: s.Span(), Names: e.frame.part}, func() (Tensor, bool) {
		out = m.stepValue(s.Step, e, sc, x)
		m.one(out, s.Span(), "a side head is")
		return out, len(found.List) == 0 && !out.Poisoned
	})
	end()
	m.close()
	m.report, m.side, e.frame.taps = report, side, around

	head.Output = out.Node
	if len(found.List) == 0 && !out.Poisoned {
		return
	}
	m.graph.Nodes, m.graph.Steps, m.origins = m.graph.Nodes[:nodes], m.graph.Steps[:steps], m.origins[:steps]
	head.Output, m.count, m.blamed = nil, count, blamed
	for _, d := range found.List {
		if !aboutShape(d) {
			m.report(d) // a mistake at any size
			continue
		}
		delete(m.said, cause{d.Code, d.Span}) // it may be made elsewhere, too
		if head.Err == nil {
			head.Err = diag.List{d}.Err()
			m.report(sideDoesNotFit(s.Step, name, d, m.defaults))
		}
	}
	for _, within := range m.graph.Sides[first+1:] {
		within.Output, within.Err = nil, head.Err // it needs what is gone
	}
}

// misfits reports whether a value is one of a side head that does not fit, of which no repeat goes on.
func (m *machine) misfits(x Tensor) bool { return m.side != nil && x.Suspect }

// sideName is the head's label or, where that is empty or missing, the name
// after `as`.
func (m *machine) sideName(s *ast.Side, e *env, sc scope) (string, bool) {
	label, _, ok := m.label(s.Step, e)
	if !ok {
		return "", false
	}
	if label != "" {
		return sc.labels + label, true
	}
	for _, c := range s.Step.Claims {
		if c.As != nil {
			return c.As.Text, true
		}
	}
	if !m.knows(s.Step, e) {
		return "", false // side aux { … }: the colon is missing, which has been said
	}
	m.fail(unnamedSide(s.Span()))
	return "", false
}

// knows reports whether what a step calls stands for anything.
func (m *machine) knows(s *ast.Step, e *env) bool {
	if s.Call == nil {
		return true
	}
	r := s.Call.Callee.Ref()
	if _, local := e.lookup(r.Path[0].Text); local {
		return true
	}
	o, _ := e.module.LookupPath(r.Path)
	return o != nil
}

// aboutShape reports whether another input size might cure the mistake.
func aboutShape(d *diag.Diagnostic) bool {
	c := d.Code
	return d.OfInput || c != diag.Several && (c[:3] == "E04" || c[:3] == "E05") || c == diag.TwoShapes
}

package elab

import (
	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
)

// The outline of a net is its text as it was applied (graph.Part). Only a picture, a
// comparison or a table of blocks wants it, so it is noted where Options.Outline asks.

// partOf notes a part of the series that is being made. What is made before the returned
// function is called, which notes the value, are its own parts.
func (m *machine) partOf(p graph.Part, s *ast.Step) func(Tensor) {
	if m.series == nil {
		return func(Tensor) {}
	}
	p.Path, p.Span, p.Stage, p.Side = m.unmarked(p.Path), s.Span(), s.Stage, m.side
	*m.series = append(*m.series, &p)
	around := m.series
	m.series = &p.Parts
	return func(t Tensor) {
		m.series, p.Node = around, t.node()
		p.Closed = p.Kind == graph.Block && len(p.Parts) == 0 && m.sketching() && p.Node != nil && p.Node.Path == closedPath
	}
}

// branch collects the parts that make adds to the series as a branch of its own.
func (m *machine) branch(at *site, make func()) {
	if m.series == nil {
		make()
		return
	}
	around, series := m.series, []*graph.Part(nil)
	m.series = &series
	make()
	m.series = around
	at.branches = append(at.branches, series)
}

// head notes the parts that make adds to the series as a side head's, unless that fails.
func (m *machine) head(p graph.Part, make func() (out Tensor, good bool)) {
	if m.series == nil {
		make()
		return
	}
	around, before := m.series, len(*m.series)
	p.Kind = graph.Head
	m.series = &p.Parts
	out, good := make()
	m.series = around
	*m.series = (*m.series)[:before]
	if good {
		p.Node = out.Node
		*m.series = append(*m.series, &p)
	}
}

// argumentsGiven are the arguments that something is called with, as texts, but for those that
// are its defaults.
func (m *machine) argumentsGiven(c *Closure, e *env) (list []graph.Argument) {
	if m.series == nil {
		return nil
	}
	if m.sketching() {
		return m.writtenArguments(c)
	}
	for _, p := range parameters(c.Object) {
		if v := e.values[p.Name.Text]; c.has(p.Name.Text) && !m.isDefault(p, v, e) {
			list = append(list, graph.Argument{Name: p.Name.Text, Value: show(v)})
		}
	}
	return list
}

// operationsArguments are the arguments of an operation, likewise.
func (m *machine) operationsArguments(c *Closure, at *site) []graph.Argument {
	if m.series == nil {
		return nil
	}
	if m.sketching() {
		return m.writtenArguments(c)
	}
	e, _ := m.bind(c, at.span()) // once more: the operation was made of it
	return m.argumentsGiven(c, e)
}

// isDefault reports whether a parameter has the value that it would have by default.
func (m *machine) isDefault(p *ast.Param, v Value, e *env) (same bool) {
	if p.Default == nil {
		return false
	}
	m.apartFrom(func(*diag.Diagnostic) bool { return false }, func() {
		d, ok := m.eval(p.Default, e)
		if ok {
			d, _ = m.convert(d, m.typeOf(p, e))
		}
		equal, comparable := m.equal(v, d)
		same = ok && equal && comparable
	})
	return same
}

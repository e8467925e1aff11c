package elab

import (
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
)

// The outline of a net is its text as it was applied (graph.Part). Only a picture, a
// comparison or a table of blocks wants it, so it is noted where Options.Outline asks.

// partOf notes a part of the series that is being made. What is made before the returned
// function is called, which notes the value, are its own parts.
func (m *machine) partOf(p graph.Part, s *ast.Step) func(Tensor) {
	return m.part(&p, s)
}

func (m *machine) part(p *graph.Part, s *ast.Step) func(Tensor) {
	if m.series == nil {
		return func(Tensor) {}
	}
	if !m.inSeries {
		p.Path = m.ofItem(p.Path)
	}
	p.Path, p.Span, p.Stage, p.Side, p.Around = m.unmarked(p.Path), s.Span(), s.Stage, m.side, slices.Clone(m.around)
	if m.sketching() {
		p.Label = writtenLabel(s)
	}
	*m.series = append(*m.series, p)
	leave := m.into(&p.Parts)
	return func(t Tensor) {
		leave()
		p.Node = t.node()
		p.Closed = p.Kind == graph.Block && len(p.Parts) == 0 && m.sketching() && p.Node != nil && p.Node.Path == closedPath
	}
}

// into makes a series the one to which parts are added, until the function it returns is called.
func (m *machine) into(series *[]*graph.Part) (leave func()) {
	before, around := m.series, m.around
	m.series, m.around = series, nil
	return func() { m.series, m.around = before, around }
}

// blockItself is a block with its arguments, as it is called from another or, with from nil, a net.
func (m *machine) blockItself(c *Closure, e *env, from *frame) *graph.Part {
	p := &graph.Part{Kind: graph.Block, Call: c.Object.Name, Declared: c.Object.Block.Span(), Given: m.parametersOf(c, e, from)}
	if sig := c.Object.Block.Sig; sig != nil {
		p.Signature = c.Object.Module.File.Source.OneLine(sig.Span())
		for _, d := range sig.Input().Sizes {
			if sig.TakesList() {
				break // its parts take any of several
			}
			p.Axes = append(p.Axes, bare(d.Size))
		}
	}
	e.frame.part = p
	return p
}

// valuesOf are values of a block's signature for an outline.
func valuesOf(values []portValue) (list []graph.Output) {
	for _, v := range values {
		o := graph.Output{Node: v.x.node()}
		if n := v.port.Shape.As; n != nil {
			o.Name = strings.Trim(v.String(), "`")
		}
		list = append(list, o)
	}
	return list
}

// branch collects the parts that make adds to the series as a branch of its own.
func (m *machine) branch(at *site, b *ast.Branch, make func()) {
	if m.series == nil {
		make()
		return
	}
	series, way := []*graph.Part(nil), graph.Around{Span: at.step.Span(), Iteration: len(at.branches)}
	if b != nil {
		way = graph.Around{Span: b.Span()}
	}
	if n := len(m.around); b != nil && b.Repeat != nil && n > 0 {
		way = m.around[n-1]
		way.Span = b.Span()
	}
	leave := m.into(&series)
	make()
	leave()
	at.branches, at.ways = append(at.branches, series), append(at.ways, way)
}

// head notes the parts that make adds to the series as a side head's, unless that fails.
func (m *machine) head(p graph.Part, make func() (out Tensor, good bool)) {
	if m.series == nil {
		make()
		return
	}
	before := len(*m.series)
	p.Kind, p.Around = graph.Head, slices.Clone(m.around)
	leave := m.into(&p.Parts)
	out, good := make()
	leave()
	*m.series = (*m.series)[:before]
	if good {
		p.Node = out.Node
		*m.series = append(*m.series, &p)
	}
}

// argumentsGiven are the arguments that something is called with, as texts, but for those that
// are its defaults, which are the others.
func (m *machine) argumentsGiven(c *Closure, e *env) (given, defaults []graph.Argument) {
	if m.series == nil {
		return nil, nil
	}
	if m.sketching() {
		return m.writtenArguments(c), nil
	}
	for _, p := range parameters(c.Object) {
		v, known := e.values[p.Name.Text]
		switch {
		case c.has(p.Name.Text) && !m.isDefault(p, v, e):
			given = append(given, graph.Argument{Name: p.Name.Text, Value: show(v)})
		case known && v != nil:
			defaults = append(defaults, graph.Argument{Name: p.Name.Text, Value: show(v)})
		}
	}
	return given, defaults
}

// operationPart notes an operation, or what joins branches.
func (m *machine) operationPart(kind graph.PartKind, at *site, c *Closure) func(Tensor) {
	if m.series == nil {
		return func(Tensor) {}
	}
	e, _ := m.bind(c, at.span()) // once more: the operation was made of it
	given, defaults := m.argumentsGiven(c, e)
	return m.part(&graph.Part{
		Kind: kind, Path: at.path, Call: c.Object.Name, Args: given, Defaults: defaults, Branches: at.branches, Ways: at.ways,
		Names: at.env.frame.part, Given: m.parametersOf(c, e, at.env.frame), Callee: m.calledByName(at),
	}, at.step)
}

// blockPart notes a block, the names of which the formulas of its parts may use. What is
// made before the returned function is called are its parts.
func (m *machine) blockPart(at *site, c *Closure, e *env) func(Tensor) {
	if m.series == nil {
		return func(Tensor) {}
	}
	p := m.blockItself(c, e, at.env.frame)
	p.Path = at.path
	p.Args, p.Defaults = m.argumentsGiven(c, e)
	p.Names, p.Callee = at.env.frame.part, m.calledByName(at)
	noted := m.part(p, at.step)
	return func(t Tensor) {
		p.Channels = m.channels(c, e) // once the names of the sizes are known
		noted(t)
	}
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

package elab

import (
	"strconv"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/ops/dim"
)

// A sketch is the outline of an application to unknown sizes: its steps as they are written,
// with what is known of their shapes. It has parts for `if` and `repeat` too, since which
// way one goes and how often another is applied differ from case to case; package prove
// puts the cases together. Nodes of a sketch are in no graph.

// Written is an argument in a sketch: its value, and the text that gives it.
type Written struct {
	Value Value
	Text  string
}

func (m *machine) sketching() bool { return m.unknowns != nil && m.series != nil }

// closedPath is that of the value of a block which is not entered, in a sketch.
const closedPath = "…"

// drawn gives a value in a sketch a node of its own, since that of no operation holds it.
func (m *machine) drawn(x Tensor, path string) Tensor {
	if m.sketching() && !x.Poisoned && !x.Many {
		x.Node = &graph.Node{Path: path, Sizes: x.Shape}
	}
	return x
}

// choice notes an `if` that goes one of its two ways.
func (m *machine) choice(f *ast.If, e *env, holds bool, make func() Tensor) Tensor {
	if !m.sketching() {
		return make()
	}
	p := &graph.Part{Kind: graph.Choice, Call: inText(f.Cond, e), Branches: [][]*graph.Part{nil, nil}, Span: f.Span(), Side: m.side}
	x, taken := m.collected(make)
	if p.Branches[1] = taken; holds {
		p.Branches[0], p.Branches[1] = taken, nil
	}
	*m.series = append(*m.series, p)
	p.Node = x.node()
	return x
}

// collected applies something whose parts make a series of their own, which is not nil.
func (m *machine) collected(make func() Tensor) (x Tensor, series []*graph.Part) {
	series = []*graph.Part{}
	around, rounds := m.series, m.rounds
	m.series, m.rounds = &series, nil
	x = make()
	m.series, m.rounds = around, rounds
	return x, series
}

// repeated notes a repeat, whose iterations make applies.
func (m *machine) repeated(h *ast.RepeatHead, e *env, make func() Tensor) Tensor {
	if !m.sketching() {
		return make()
	}
	count := inText(h.Count, e)
	if h.How == "in" {
		count = "len(" + count + ")"
	}
	p := &graph.Part{Kind: graph.Repeat, Call: inText(h, e), Times: count, Span: h.Span(), Side: m.side}
	p.Args = []graph.Argument{{Name: "times", Value: count}}
	*m.series = append(*m.series, p)
	around, rounds := m.series, m.rounds
	m.rounds = p
	x := make()
	m.series, m.rounds = around, rounds
	p.Node = x.node()
	return x
}

// repeatedBranch applies a branch of a combinator as often as its repeat says; in a sketch, where
// that may differ, all of them are one branch.
func (m *machine) repeatedBranch(at *site, b *ast.Branch, one func(in *env) Tensor) (ok bool) {
	if !m.sketching() {
		return m.iterations(b.Repeat, at.env, func(in *env, _ int) bool {
			m.branch(at, b, func() { one(in) })
			return !m.stopped
		})
	}
	m.branch(at, b, func() {
		m.repeated(b.Repeat, at.env, func() (x Tensor) {
			i := 0
			ok = m.iterations(b.Repeat, at.env, func(in *env, _ int) bool {
				x = m.iteration(dim.Int(i), func() Tensor { return one(in) })
				i++
				return !m.stopped
			})
			return x
		})
	})
	return ok
}

// iteration notes what make applies as the i-th iteration of the repeat around it.
func (m *machine) iteration(i dim.Size, make func() Tensor) Tensor {
	if !m.sketching() || m.rounds == nil {
		return make()
	}
	x, series := m.collected(make)
	m.rounds.Branches = append(m.rounds.Branches, series)
	m.rounds.Args = append(m.rounds.Args, graph.Argument{Name: "number", Value: i})
	return x
}

// soMany notes how many iterations the repeat has whose iterations are being applied.
func (m *machine) soMany(n int) {
	if m.rounds != nil {
		m.rounds.Times = strconv.Itoa(n)
	}
}

// iterationsSoFar returns a function that forgets the iterations which are noted since then.
func (m *machine) iterationsSoFar() (forget func()) {
	if m.rounds == nil {
		return func() {}
	}
	p, n := m.rounds, len(m.rounds.Branches)
	return func() { p.Branches, p.Args = p.Branches[:n], p.Args[:1+n] }
}

// writtenArguments are the arguments that a closure has been given.
func (m *machine) writtenArguments(c *Closure) (list []graph.Argument) {
	for _, p := range parameters(c.Object) {
		b, given := c.Args[p.Name.Text]
		if !given {
			continue
		}
		w := Written{Value: b.value, Text: show(b.value)}
		if b.expr != nil && b.env != nil {
			w.Text = inText(b.expr, b.env)
		}
		list = append(list, graph.Argument{Name: p.Name.Text, Value: w})
	}
	return list
}

// writtenLabel is a step's label as the text writes it, without its quotes.
func writtenLabel(s *ast.Step) *string {
	text := ""
	switch {
	case s.Label == nil:
	case s.Label.Name != nil:
		text = s.Label.Name.Text
	default:
		for _, p := range s.Label.Text.String().Parts {
			if p.Expr == nil {
				text += p.Text
				continue
			}
			value := ast.Text(p.Expr)
			if _, isBinary := p.Expr.(*ast.Binary); isBinary {
				value = value[1 : len(value)-1] // without its parentheses
			}
			text += "{" + value + "}"
		}
	}
	return &text
}

// inText is a part of the text, on one line.
func inText(n ast.Node, e *env) string { return e.module.File.Source.OneLine(n.Span()) }

// unknownCall notes the call of a block that is a parameter.
func (m *machine) unknownCall(b UnknownBlock, at *site, x Tensor) Tensor {
	if !m.sketching() {
		return m.applyUnknown(b, at, x)
	}
	p := graph.Part{Kind: graph.Block, Path: at.path, Call: b.Name}
	here := at.step.Call.Callee.Ref().Args.All()
	for i, g := range b.given {
		w := Written{Value: g.value, Text: "_"}
		if k := i - len(b.given) + len(here); k >= 0 {
			w.Text = inText(here[k].Value, at.env)
		}
		p.Args = append(p.Args, graph.Argument{Name: g.name, Value: w})
	}
	noted := m.partOf(p, at.step)
	x = m.drawn(m.applyUnknown(b, at, x), closedPath)
	noted(x)
	return x
}

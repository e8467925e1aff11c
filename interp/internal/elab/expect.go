package elab

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// expectations checks the facts that a net and the presets that lead to it
// state of the whole, and counts those that do not apply. Those of a net that a preset
// gives arguments are about its own defaults and are none of this one's. With noted they are in
// the result, those that do not apply too.
func (m *machine) expectations(chain []*resolve.Object, r *Result, params *env, opts Options) {
	known := quantities{of: r, memory: opts.Memory}
	m.shapeOf = shapesIn(r.Graph)
	defer func() { m.shapeOf = nil }()
	for i, o := range chain {
		if i > 0 && chain[i-1].Block.Preset.Ref().Args != nil {
			break
		}
		e := &env{module: o.Module, frame: &frame{}, values: map[string]Value{}}
		if i == len(chain)-1 {
			e.up = params
		}
		for _, st := range statements(o.Block) {
			if st.Expect == nil {
				continue
			}
			cond := st.Expect.Cond
			if !m.defaults && !opts.Facts || !known.in(cond, e.values) {
				r.Unchecked.Expect++
				continue
			}
			if opts.Facts {
				r.Facts = append(r.Facts, m.fact(o.Module.File.Source, cond, e))
			}
			if !m.defaults {
				r.Unchecked.Expect++
				continue
			}
			holds, ok := m.evalBool(cond, e)
			if ok && !holds {
				part := m.unmet(cond, e)
				m.fail(expectFails(part, m.sidesOf(part, e)))
			}
		}
	}
	e := &env{module: chain[0].Module, frame: &frame{}, values: map[string]Value{}}
	for _, cond := range opts.Require.Conditions {
		if known.in(cond, e.values) {
			r.Required = append(r.Required, m.required(opts.Require.Source, cond, e))
		}
	}
}

// shapesIn answers shape(label).
func shapesIn(g *graph.Graph) func(path string) (Value, bool) {
	return func(path string) (Value, bool) {
		n, ok := g.At(path)
		if at, isOutput := g.OutputAt(path); isOutput && (path != "output" || len(g.Outputs) > 1) {
			n, ok = g.Outputs[at].Node, true
		}
		if at := slices.IndexFunc(g.Inputs, func(in *graph.Node) bool { return in.Path == path || path == "input" && len(g.Inputs) == 1 }); !ok && at >= 0 {
			n, ok = g.Inputs[at], true
		}
		if !ok {
			return nil, false
		}
		shape := make([]Value, len(n.Shape))
		for i, d := range n.Shape {
			shape[i] = dim.Int(d)
		}
		return shape, true
	}
}

// A Fact is a condition of `expect`, or of Options.Require.
type Fact struct {
	Text string // as it is written
	// Sides are those of a comparison as they are, "" for any other condition.
	Sides [2]string
	Holds bool // false too where it has no value
	Span  source.Span
	// Quantity is what the part that does not hold is about, or else the whole: the first name in it
	// that only facts know, such as params, and Value what it is. "" if it has none.
	Quantity string
	Value    dim.Size
	Least    bool // the quantity is too small
}

// fact compares a fact, without a word.
func (m *machine) fact(in *source.File, cond ast.Expr, e *env) (f Fact) {
	m.apartFrom(func(*diag.Diagnostic) bool { return false }, func() { f = m.required(in, cond, e) })
	return f
}

// required compares a fact, and reports what has no value.
func (m *machine) required(in *source.File, cond ast.Expr, e *env) (f Fact) {
	f.Span = cond.Span()
	f.Text = strings.Join(strings.Fields(in.Text[f.Span.Start.Offset:f.Span.End.Offset]), " ")
	holds, ok := m.evalBool(cond, e)
	f.Holds = ok && holds
	if !ok {
		return f
	}
	f.Sides = m.sidesOf(cond, e)
	part := cond
	if !holds {
		part = m.unmet(cond, e)
	}
	f.Quantity, f.Value = quantityIn(part, e)
	if b, ok := part.(*ast.Binary); ok {
		name, _ := quantityIn(b.L, e)
		f.Least = name != "" && b.Op[0] == '>' || name == "" && b.Op[0] == '<'
	}
	return f
}

// Unchecked counts the facts that were left alone: `expect`, and `is` with a number.
type Unchecked struct{ Expect, Is int }

func (u Unchecked) String() string {
	var parts []string
	if u.Expect > 0 {
		parts = append(parts, fmt.Sprintf("%d `expect`", u.Expect))
	}
	if u.Is > 0 {
		parts = append(parts, fmt.Sprintf("%d `is`", u.Is))
	}
	return strings.Join(parts, " and ")
}

// unmet is the part of a condition for which it does not hold: of some joined by `and`
// the first that does not.
func (m *machine) unmet(x ast.Expr, e *env) ast.Expr {
	var parts []ast.Expr // from the last
	for b, ok := x.(*ast.Binary); ok && b.Op == "and"; b, ok = x.(*ast.Binary) {
		parts, x = append(parts, b.R), b.L
	}
	for _, next := range slices.Backward(parts) {
		if holds, ok := m.evalBool(x, e); !ok || !holds {
			break
		}
		x = next
	}
	return x
}

// sidesOf shows both sides of a comparison, for a message.
func (m *machine) sidesOf(x ast.Expr, e *env) (sides [2]string) {
	b, ok := x.(*ast.Binary)
	if !ok || b.Op == "and" || b.Op == "or" { // whose right side may be without a value
		return sides
	}
	for i, side := range []ast.Expr{b.L, b.R} {
		if v, ok := m.eval(side, e); ok {
			sides[i] = show(v)
			if c, isBlock := v.(*Closure); isBlock {
				sides[i] = c.withArguments()
			}
		}
	}
	return sides
}

// stepShape is the function shape(label) of `expect`.
func (m *machine) stepShape(r *ast.Ref, e *env) (Value, bool) {
	if len(r.Args.List) != 1 {
		m.fail(wrongArity(r.Span(), "shape", 1, len(r.Args.List)))
		return nil, false
	}
	var path string
	switch x := r.Args.List[0].Value.(type) {
	case *ast.Ref:
		path = x.Text()
	default:
		v, ok := m.eval(x, e)
		if !ok {
			return nil, false
		}
		text, isText := v.(string)
		if !isText {
			m.fail(wrongType(x.Span(), "the path of a step", v))
			return nil, false
		}
		path = text
	}
	shape, ok := m.shapeOf(path)
	switch at := r.Args.List[0].Span(); {
	case !ok && m.graph.ListAt(path) > 0:
		m.fail(severalTensors(at, "`shape` is of", m.graph.ListAt(path)))
	case !ok:
		m.fail(unknownPath(at, path, m.graph))
	}
	return shape, ok
}

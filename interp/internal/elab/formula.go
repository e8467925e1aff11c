package elab

import (
	"slices"
	"strconv"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// An export wants to know how the text computes what a call is given: a graph.Formula of the
// names of the block in which the call is written. All of this is noted where an outline is asked
// for, and nil wherever a formula would say more than its reader could use.

// maxFormula is how many parts a formula may have: lets that stand for each other could make
// one grow exponentially.
const maxFormula = 64

// formulas makes the formulas of one block's names.
type formulas struct {
	*machine
	of   *frame
	left int
}

// noting reports whether formulas are wanted: of an outline of a net, but not of a sketch.
func (m *machine) noting() bool { return m.series != nil && m.unknowns == nil }

// formula is how an expression is computed from the names of a block, nil where that is too
// long or of something that is no formula's.
func (m *machine) formula(x ast.Expr, e *env, of *frame) *graph.Formula {
	if !m.noting() || x == nil || e == nil || of == nil {
		return nil
	}
	f := &formulas{m, of, maxFormula}
	return f.make(x, e)
}

func (f *formulas) make(x ast.Expr, e *env) *graph.Formula {
	if f.left--; f.left < 0 {
		return nil
	}
	switch x := x.(type) {
	case *ast.Number:
		v, _ := parseNumber(x.Text)
		return known(v)
	case *ast.DimsLit:
		v, _ := f.dims(x)
		return known(v)
	case *ast.Bool:
		return known(x.Value)
	case *ast.String:
		if text, plain := x.Plain(); plain {
			return known(text)
		}
	case *ast.List:
		return f.op("list", e, x.Items...)
	case *ast.Unary:
		return f.op(x.Op, e, x.X)
	case *ast.Binary:
		return f.op(x.Op, e, x.L, x.R)
	case *ast.Cond:
		return f.op("if", e, x.If, x.Then, x.Else)
	case *ast.Index:
		return f.op("index", e, x.X, x.I)
	case *ast.Ref:
		return f.ref(x, e)
	}
	return nil
}

func (f *formulas) op(name string, e *env, of ...ast.Expr) *graph.Formula {
	made := &graph.Formula{Op: name, Of: make([]*graph.Formula, len(of))}
	for i, x := range of {
		if made.Of[i] = f.make(x, e); made.Of[i] == nil {
			return nil
		}
	}
	return made
}

func (f *formulas) ref(r *ast.Ref, e *env) *graph.Formula {
	name := r.Path[0].Text
	if len(r.Path) == 1 {
		for in := e; in != nil; in = in.up {
			v, bound := in.values[name]
			let := in.lets[name]
			if item, apart := in.items[name]; apart {
				let = item
			}
			switch {
			case !bound:
				continue
			case r.Args != nil:
				return nil
			case let != nil:
				return f.make(let, in)
			case in.frame == f.of:
				return &graph.Formula{Name: name, Value: plain(v)}
			}
			return known(v)
		}
		switch {
		case r.Args != nil && functions[name] != nil:
			list := make([]ast.Expr, len(r.Args.List))
			for i, a := range r.Args.List {
				list[i] = a.Value
			}
			return f.op(name, e, list...)
		case r.Args == nil && paddings[name] != nil:
			return known(*paddings[name])
		}
	}
	if o, _ := e.module.LookupPath(r.Path); o != nil && o.Let != nil && r.Args == nil {
		v, _ := f.let(o, r)
		return known(v)
	}
	return nil
}

// known is the formula of a value.
func known(v Value) *graph.Formula {
	if v := plain(v); v != nil {
		return &graph.Formula{Value: v}
	}
	return nil
}

// plain is a value as a formula has it, nil for what it does not have.
func plain(v Value) any {
	switch v := v.(type) {
	case dim.Size, bool, string, dim.Pair, ops.Padding:
		return v
	}
	return nil
}

// parametersOf are the parameters of a call, all of them.
func (m *machine) parametersOf(c *Closure, e *env, from *frame) (list []graph.Parameter) {
	if !m.noting() {
		return nil
	}
	for _, p := range parameters(c.Object) {
		b, isGiven := c.Args[p.Name.Text]
		list = append(list, graph.Parameter{
			Name: p.Name.Text, Value: plain(e.values[p.Name.Text]), Formula: m.formula(b.expr, b.env, from),
			Given: isGiven, Default: p.Default != nil,
		})
	}
	return list
}

// calledByName is the parameter that a step calls, nil where it calls nothing of that sort.
func (m *machine) calledByName(at *site) *graph.Formula {
	if !m.noting() {
		return nil
	}
	r := at.step.Call.Callee.Ref()
	for in := at.env; in != nil; in = in.up {
		if _, bound := in.values[r.Path[0].Text]; bound && in.lets[r.Path[0].Text] == nil && len(r.Path) == 1 {
			return &graph.Formula{Name: r.Path[0].Text}
		}
	}
	return nil
}

// channels is what a signature claims of the channels.
func (m *machine) channels(c *Closure, e *env) *graph.Formula {
	sig := c.Object.Block.Sig
	if !m.noting() || sig == nil || sig.GivesList() || len(sig.Output().Sizes) < 2 || bare(sig.Output().Sizes[1].Size) == "_" {
		return nil
	}
	return m.formula(sig.Output().Sizes[1].Size, e, e.frame)
}

// itemOf is an expression for the i-th item of what a let takes apart.
func itemOf(l *ast.Let, i int) ast.Expr {
	return &ast.Index{Extent: l.Extent, X: l.Value, I: &ast.Number{Extent: l.Extent, Text: strconv.Itoa(i)}}
}

// inArm notes that what follows is applied because a condition holds or not.
func (m *machine) inArm(f *ast.If, e *env, holds bool) (leave func()) {
	if !m.noting() {
		return func() {}
	}
	around, cond := m.around, m.formula(f.Cond, e, e.frame)
	if cond != nil && !holds {
		cond = &graph.Formula{Op: "not", Of: []*graph.Formula{cond}}
	}
	m.around = append(slices.Clip(around), graph.Around{Span: f.Span(), Cond: cond})
	return func() { m.around = around }
}

// iterationOf is one iteration of a repeat as parts note it.
func (m *machine) iterationOf(h *ast.RepeatHead, e *env, i int) graph.Around {
	a := graph.Around{Span: h.Span(), Cond: m.formula(h.Count, e, e.frame), Repeat: true, Iteration: i}
	switch {
	case h.Index != nil && !h.Index.Skips():
		a.Index = h.Index.Text
	case h.How == "of" && h.Each != nil && h.Each.Name != nil && !h.Each.Name.Skips():
		a.Index = h.Each.Name.Text
	}
	return a
}

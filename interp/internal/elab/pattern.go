package elab

import (
	"cnnlang/lang/ast"
	"cnnlang/ops/dim"
)

// What a pattern gives names to: a value as a whole, or with `[a, b]` the items of a list.

// wholeList is the number of a row where a list is taken apart that is no row of another.
var wholeList = dim.Invalid()

// letStep binds the names of a let in a body.
func (m *machine) letStep(l *ast.Let, e *env) bool {
	v, ok := m.eval(l.Value, e)
	if !ok || !m.bindNames(l.Pattern, v, e, l.Value, e, wholeList) {
		return false
	}
	for i, n := range l.Pattern.All() {
		if value := l.ValueOf(i); value != nil && !n.Skips() {
			if e.lets == nil {
				e.lets = map[string]ast.Expr{}
			}
			e.lets[n.Text] = value
		}
		if m.series != nil && l.Pattern.Name == nil && !n.Skips() {
			if e.items == nil {
				e.items = map[string]ast.Expr{}
			}
			e.items[n.Text] = itemOf(l, i)
		}
	}
	return true
}

// bindNames binds the names of a pattern to a value: that of x among the names of known, or
// row i of it.
func (m *machine) bindNames(p *ast.Pattern, v Value, in *env, x ast.Expr, known *env, i dim.Size) bool {
	values := []Value{v}
	if i != wholeList {
		in.row = &row{p, x, known, i}
	}
	if p.Name == nil {
		var ok bool
		if values, ok = m.items(p, v, x, known, i); !ok {
			return false
		}
	}
	for k, n := range p.All() {
		if !n.Skips() {
			in.values[n.Text] = values[k]
		}
	}
	return true
}

// items are those of a list that has as many as a pattern has names.
func (m *machine) items(p *ast.Pattern, v Value, x ast.Expr, e *env, i dim.Size) ([]Value, bool) {
	switch v := v.(type) {
	case []Value:
		if len(v) != len(p.Items) {
			m.fail(m.otherLength(p, len(v), x, e, i))
			return nil, false
		}
		return v, true
	case dim.Pair:
		if len(p.Items) != 2 {
			m.fail(m.otherLength(p, 2, x, e, i))
			return nil, false
		}
		return []Value{v.H, v.W}, true
	case UnknownList:
		if !m.unknowns.Need(v.length(m.unknowns).Sub(dim.Int(len(p.Items))), dim.Zero, true) {
			m.fail(m.otherLength(p, -1, x, e, i))
			return nil, false
		}
		list := make([]Value, len(p.Items))
		for k, n := range p.Items {
			if !m.step(n.Span()) {
				return nil, false
			}
			list[k] = v.item(m.unknowns, dim.Int(k))
		}
		return list, true
	}
	m.fail(notTakenApart(p, v))
	return nil, false
}

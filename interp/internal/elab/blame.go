package elab

import (
	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// Who is to blame for a value: the place where it is written, which is often not the
// one where it turns out to be wrong.

// An origin is where a value was given its name, and the name.
type origin struct {
	name  string
	value ast.Expr
}

// originOf follows a name to the argument, default or let it stands for, through as
// many calls as handed it on; false where the expression is no name, or one of a
// value that is computed.
func (m *machine) originOf(x ast.Expr, e *env) (o origin, ok bool) {
	for range MaxDepth {
		r, isRef := x.(*ast.Ref)
		if !isRef || r.Args != nil || e == nil {
			return o, ok
		}
		next, env := m.given(r, e)
		if next == nil {
			return o, ok
		}
		o, ok = origin{r.Path[len(r.Path)-1].Text, next}, true
		x, e = next, env
	}
	return o, ok
}

// given is what a name stands for, and the names known where that is written; nil
// where it is none that was given a value as a whole.
func (m *machine) given(r *ast.Ref, e *env) (ast.Expr, *env) {
	name := r.Path[0].Text
	for in := e; in != nil && len(r.Path) == 1; in = in.up {
		if _, bound := in.values[name]; !bound {
			continue
		}
		if value := in.lets[name]; value != nil {
			return value, in
		}
		c := in.frame.of
		if in.up != nil || c == nil {
			return nil, nil
		}
		p := find(parameters(c.Object), name)
		switch b, given := c.Args[name]; {
		case p == nil:
			return nil, nil // a size of the input
		case given:
			return b.expr, b.env
		default:
			return p.Default, in
		}
	}
	if object, _ := e.module.LookupPath(r.Path); object != nil && object.Let != nil {
		return object.Let.ValueOf(object.Item), &env{module: object.Module, frame: &frame{}}
	}
	return nil, nil
}

// A row is the item of a list that an iteration is for, and the pattern that names it.
type row struct {
	pattern *ast.Pattern
	list    ast.Expr
	known   *env // the names in list
	i       dim.Size
}

// writtenAt follows a name as originOf does, and into the rows of lists that are written out.
func (m *machine) writtenAt(x ast.Expr, e *env) (ast.Expr, *env) {
	for range MaxDepth {
		r, isRef := x.(*ast.Ref)
		if !isRef || r.Args != nil || e == nil {
			break
		}
		next, env := m.given(r, e)
		if next == nil {
			next, env = m.inRow(r, e)
		}
		if next == nil {
			break
		}
		x, e = next, env
	}
	return x, e
}

// inRow is what stands in a list for a name that a repeat gives to its items or their items; nil
// for any other name, and where the list is computed.
func (m *machine) inRow(r *ast.Ref, e *env) (ast.Expr, *env) {
	name := r.Path[0].Text
	for ; e != nil && len(r.Path) == 1; e = e.up {
		if _, bound := e.values[name]; bound {
			break
		}
	}
	if e == nil || e.row == nil || len(r.Path) != 1 {
		return nil, nil
	}
	i, known := e.row.i.Int()
	if !known {
		return nil, nil
	}
	item, env := m.listItem(e.row.list, e.row.known, i)
	for k, n := range e.row.pattern.All() {
		switch {
		case item == nil || n.Text != name:
		case e.row.pattern.Name != nil:
			return item, env
		default:
			return m.listItem(item, env, k)
		}
	}
	return nil, nil
}

// listItem is what is written for an item of a list.
func (m *machine) listItem(x ast.Expr, e *env, i int) (ast.Expr, *env) {
	x, e = m.writtenAt(x, e)
	if l, isList := x.(*ast.List); isList && i < len(l.Items) {
		return l.Items[i], e
	}
	return nil, nil
}

// failOver is fail for an error in the value of an expression. A value that others have
// named is one mistake, however many of those who use it cannot: it is told once, with
// the place where it is written.
func (m *machine) failOver(d *diag.Diagnostic, x ast.Expr, e *env) {
	if m.unknowns != nil {
		m.fail(d)
		return
	}
	o, ok := m.originOf(x, e)
	if !ok {
		m.fail(d)
		return
	}
	at := o.value.Span()
	if m.blamed[at] {
		return
	}
	m.blamed[at] = true
	if n, isNumber := o.value.(*ast.Number); isNumber && d.Code == diag.InexactDivision {
		use := d.Span
		d.Span = at
		d.At(use, "used here")
		d.WithHelp("`%s` is %s: write a whole number", o.name, n.Text)
	} else if e.module.Prelude == nil { // whose blocks are operations to whoever applies them
		use := d.Span
		d.Span = at
		d.At(use, "used here")
	} else if !d.Span.Contains(at) {
		d.At(at, "`%s` gets its value here", o.name)
	}
	m.fail(d)
}

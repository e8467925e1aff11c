package elab

import (
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// equal compares two values; those of different types are unequal. comparable is false for
// `_`, and for two taps, which hold nothing before the net runs.
func (m *machine) equal(l, r Value) (equal, comparable bool) {
	if n, ok := l.(dim.Size); ok { // what lists mostly hold
		if k, ok := r.(dim.Size); ok {
			return m.facts.Decide(n.Sub(k), dim.Zero), true
		}
	}
	l, r = m.settle(l), m.settle(r)
	a, b := kind(l), kind(r)
	switch {
	case a == "_" || b == "_" || a == "tensor" && b == "tensor":
		return false, false
	case m.beyondComparison(l, r, a, b):
		return false, true
	case a == "pad" || b == "pad":
		return m.equalPadding(l, r), true
	case a != b:
		return false, true
	}
	zero := func(size dim.Size) bool { return m.facts.Decide(size, dim.Zero) }
	switch l := l.(type) {
	case dim.Pair:
		r := r.(dim.Pair)
		return zero(l.H.Sub(r.H)) && zero(l.W.Sub(r.W)), true
	case []Value:
		return m.equalItems(l, r.([]Value))
	case *Closure:
		return m.equalBlocks(l, r.(*Closure))
	}
	return l == r, true // a bool or a string
}

// kind is the type of a value where all numbers are of one.
func kind(v Value) string {
	if _, isNumber := v.(dim.Size); isNumber {
		return "number"
	}
	return typeName(v)
}

// beyondComparison reports whether one of two values is unknown and may equal the other,
// which their kinds do not exclude; a list may be a pad.
func (m *machine) beyondComparison(l, r Value, a, b string) bool {
	if a != b && !(a == "pad" && b == "list") && !(a == "list" && b == "pad") {
		return false
	}
	for _, v := range []Value{l, r} {
		what := ""
		switch v := v.(type) {
		case UnknownString:
			what = "the string " + v.Name
		case UnknownList:
			what = "the list " + v.Name
		case UnknownBlock:
			what = "the block " + v.Name
		case unknownTensors:
			what = "a list of tensors"
		}
		if what != "" {
			m.unknowns.Beyond("a comparison of " + what)
			return true
		}
	}
	return false
}

// equalItems compares lists item by item; `_` on the right equals anything.
func (m *machine) equalItems(l, r []Value) (equal, comparable bool) {
	if len(l) != len(r) {
		return false, true
	}
	for i := range l {
		if _, skip := r[i].(wildcard); skip {
			continue
		}
		if m.budget.Steps--; m.budget.Steps < 0 {
			return false, true // the next step reports it
		}
		equal, comparable := m.equal(l[i], r[i])
		if !equal || !comparable {
			return false, comparable
		}
	}
	return true, true
}

// equalBlocks compares blocks: the same one, with the same arguments, which are those filled
// in and the defaults of the others. A body in braces equals itself alone.
func (m *machine) equalBlocks(l, r *Closure) (equal, comparable bool) {
	if l.Slot != nil || r.Slot != nil {
		return l.Slot == r.Slot && l.Env == r.Env, true
	}
	if l.Object.Block != r.Object.Block {
		return false, true
	}
	for _, g := range sizesOf(l.Object) {
		a, b := l.Args[g.name], r.Args[g.name]
		if equal, comparable := m.equalArguments(a.value, b.value, ast.Type{}); !equal || !comparable {
			return false, comparable
		}
	}
	left, right := m.argumentsOf(l, r), m.argumentsOf(r, l)
	for _, p := range parameters(l.Object) {
		t := ast.Type{}
		if p.Type != nil {
			t = *p.Type
		} else if p.Default != nil {
			t.Name = writtenType(p.Default)
		}
		a, b := left.values[p.Name.Text], right.values[p.Name.Text]
		if equal, comparable := m.equalArguments(a, b, t); !equal || !comparable {
			return false, comparable
		}
	}
	return true, true
}

// argumentsOf are the arguments that a block has, and the defaults of those that it lacks and
// the other has, or whose value these may need.
func (m *machine) argumentsOf(c, other *Closure) *env {
	e := &env{module: c.Object.Module, frame: &frame{}, values: map[string]Value{}}
	params := parameters(c.Object)
	differ := slices.ContainsFunc(params, func(p *ast.Param) bool { return c.has(p.Name.Text) != other.has(p.Name.Text) })
	for _, p := range params {
		name := p.Name.Text
		if arg, given := c.Args[name]; given {
			e.values[name] = arg.value
		} else if differ && p.Default != nil {
			m.apartFrom(func(d *diag.Diagnostic) bool { return d.Code.IsLimit() }, func() {
				if v, ok := m.eval(p.Default, e); ok {
					e.values[name] = v
				}
			})
		}
	}
	return e
}

// equalArguments compares arguments of one type, which may be written in different ways; nil
// is for none.
func (m *machine) equalArguments(l, r Value, t ast.Type) (equal, comparable bool) {
	if l == nil || r == nil {
		return l == nil && r == nil, true
	}
	if m.budget.Steps--; m.budget.Steps < 0 {
		return false, true
	}
	l, r = m.settle(l), m.settle(r)
	switch a, b := kind(l), kind(r); {
	case t.Name == "pad" && a != b && !m.beyondComparison(l, r, "pad", "pad"):
		return m.equalPadding(l, r), true
	case t.Name == "dims" && a != b:
		l, r = asDims(l), asDims(r)
	}
	return m.equal(l, r)
}

// asDims is a number or a list of two as a height and a width, and any other value itself.
func asDims(v Value) Value {
	switch x := v.(type) {
	case dim.Size:
		return dim.Square(x)
	case []Value:
		if len(x) == 2 {
			h, ok1 := x[0].(dim.Size)
			w, ok2 := x[1].(dim.Size)
			if ok1 && ok2 {
				return dim.Pair{H: h, W: w}
			}
		}
	}
	return v
}

// equalPadding compares a pad with what may be one: by its keyword, or side by side; valid is
// 0 on every side.
func (m *machine) equalPadding(l, r Value) bool {
	a, ok1 := m.padding(l)
	b, ok2 := m.padding(r)
	if !ok1 || !ok2 {
		return false
	}
	for _, p := range []*ops.Padding{&a, &b} {
		if p.Mode == ops.Valid {
			*p = ops.Padding{Top: dim.Int(0), Bottom: dim.Int(0), Left: dim.Int(0), Right: dim.Int(0)}
		}
	}
	if a.Mode != b.Mode || a.Mode != ops.Explicit {
		return a.Mode == b.Mode
	}
	same := func(x, y dim.Size) bool { return m.facts.Decide(x.Sub(y), dim.Zero) }
	return same(a.Top, b.Top) && same(a.Bottom, b.Bottom) && same(a.Left, b.Left) && same(a.Right, b.Right)
}

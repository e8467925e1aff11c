package elab

import (
	"cnnlang/lang/ast"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

func (m *machine) unary(x *ast.Unary, e *env) (Value, bool) {
	if x.Op == "not" {
		b, ok := m.evalBool(x.X, e)
		return !b, ok
	}
	n, ok := m.evalSize(x.X, e)
	return n.Neg(), ok
}

func (m *machine) binary(x *ast.Binary, e *env) (Value, bool) {
	switch x.Op {
	case "and", "or":
		l, ok := m.evalBool(x.L, e)
		if !ok || l == (x.Op == "or") {
			return l, ok
		}
		r, ok := m.evalBool(x.R, e)
		return r, ok
	case "==", "!=":
		l, ok1 := m.eval(x.L, e)
		r, ok2 := m.eval(x.R, e)
		if !ok1 || !ok2 {
			return nil, false
		}
		equal, comparable := m.equal(l, r)
		if !comparable {
			m.fail(notComparable(x.Span(), l, r))
			return nil, false
		}
		return equal == (x.Op == "=="), true
	}
	l, ok1 := m.evalSize(x.L, e)
	r, ok2 := m.evalSize(x.R, e)
	if !ok1 || !ok2 {
		return nil, false
	}
	if c, ok := comparisons[x.Op]; ok {
		return m.facts.Decide(c.of(l, r), c.relation) != c.negated, true
	}
	return m.arithmetic(x, l, r, e)
}

// A comparison says of the difference of its sides, the second less the first where swapped,
// that it stands in a relation to 0, or with negated that it does not.
type comparison struct {
	relation         dim.Relation
	negated, swapped bool
}

var comparisons = map[string]comparison{
	"==": {dim.Zero, false, false},
	"!=": {dim.Zero, true, false},
	">=": {dim.NonNegative, false, false},
	"<":  {dim.NonNegative, true, false},
	"<=": {dim.NonNegative, false, true},
	">":  {dim.NonNegative, true, true},
}

func (c comparison) of(l, r dim.Size) dim.Size {
	if c.swapped {
		l, r = r, l
	}
	return l.Sub(r)
}

// notZero reports whether a size can be divided by.
func (m *machine) notZero(size dim.Size) bool {
	return size != dim.Int(0) && (m.unknowns == nil || m.unknowns.Assume(size, dim.Zero, false, false))
}

func (m *machine) arithmetic(x *ast.Binary, l, r dim.Size, e *env) (Value, bool) {
	var v dim.Size
	switch x.Op {
	case "+":
		v = l.Add(r)
	case "-":
		v = l.Sub(r)
	case "*":
		v = l.Mul(r)
	case "/", "//", "%":
		if !m.notZero(r) {
			m.failOver(divisionByZero(x.R.Span(), x.Op), x.R, e)
			return nil, false
		}
		switch x.Op {
		case "/":
			v = l.Quo(r)
		case "//":
			v = l.FloorDiv(r)
		default:
			v = l.Mod(r)
		}
	case "**":
		n, ok := r.Int()
		if m.unknowns != nil && !r.Known() {
			p, ok := m.unknowns.Power(l, r)
			if !ok {
				m.unknowns.Beyond("a power with an unknown exponent")
			}
			return p, ok
		}
		if !ok || l == dim.Int(0) && n < 0 {
			m.failOver(badExponent(x.R.Span(), r), x.R, e)
			return nil, false
		}
		v = l.Pow(n)
	default:
		panic("elab: unknown operator " + x.Op)
	}
	if !v.IsValid() {
		if m.beyond(l, "a formula that grows too large") || m.beyond(r, "a formula that grows too large") {
			return nil, false
		}
		m.fail(numberOutOfRange(x.Span()))
	}
	return v, v.IsValid()
}

// beyond reports whether a number is unknown where only a known one can be
// followed, for a reason.
func (m *machine) beyond(n dim.Size, reason string) bool {
	if m.unknowns == nil || n.Known() && n.IsValid() {
		return false
	}
	m.unknowns.Beyond(reason)
	return true
}

// equal compares two values of one type; comparable is false where the types
// differ or have no equality.
func (m *machine) equal(l, r Value) (equal, comparable bool) {
	_, padding := l.(ops.Padding)
	if _, ok := r.(ops.Padding); ok || padding {
		return m.equalPadding(l, r)
	}
	for _, v := range []Value{l, r} {
		if list, isUnknown := v.(UnknownList); isUnknown {
			m.unknowns.Beyond("a comparison of the list " + list.Name)
			return false, true
		}
	}
	switch l := l.(type) {
	case dim.Size:
		r, ok := r.(dim.Size)
		return ok && m.facts.Decide(l.Sub(r), dim.Zero), ok
	case bool:
		r, ok := r.(bool)
		return l == r, ok
	case string:
		if r, ok := r.(UnknownString); ok {
			return m.equal(r, l)
		}
		r, ok := r.(string)
		return l == r, ok
	case UnknownString:
		m.unknowns.Beyond("a comparison of the string " + l.Name)
		return false, true
	case dim.Pair:
		r, ok := r.(dim.Pair)
		return ok && m.facts.Decide(l.H.Sub(r.H), dim.Zero) && m.facts.Decide(l.W.Sub(r.W), dim.Zero), ok
	case []Value:
		r, ok := r.([]Value)
		if !ok || len(l) != len(r) {
			return false, ok
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
	return false, false
}

// equalPadding compares a pad with what may be one: by its keyword, or side by side; valid is
// 0 on every side.
func (m *machine) equalPadding(l, r Value) (equal, comparable bool) {
	a, ok1 := m.padding(l)
	b, ok2 := m.padding(r)
	if !ok1 || !ok2 {
		return false, false
	}
	for _, p := range []*ops.Padding{&a, &b} {
		if p.Mode == ops.Valid {
			*p = ops.Padding{Top: dim.Int(0), Bottom: dim.Int(0), Left: dim.Int(0), Right: dim.Int(0)}
		}
	}
	if a.Mode != b.Mode || a.Mode != ops.Explicit {
		return a.Mode == b.Mode, true
	}
	same := func(x, y dim.Size) bool { return m.facts.Decide(x.Sub(y), dim.Zero) }
	return same(a.Top, b.Top) && same(a.Bottom, b.Bottom) && same(a.Left, b.Left) && same(a.Right, b.Right), true
}

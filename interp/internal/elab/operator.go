package elab

import (
	"cnnlang/lang/ast"
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
	left, ok1 := m.eval(x.L, e)
	right, ok2 := m.eval(x.R, e)
	if !ok1 || !ok2 {
		return nil, false
	}
	if (x.Op == "+" || x.Op == "*") && (isList(left) || isList(right)) {
		return m.listOf(x, left, right, e)
	}
	l, ok1 := m.sizeOf(x.L, left)
	r, ok2 := m.sizeOf(x.R, right)
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
	return size != dim.Int(0) && (m.unknowns == nil || m.unknowns.Need(size, dim.Zero, false))
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

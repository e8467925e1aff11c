package elab

import (
	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/ops/dim"
)

// UnknownBool is a bool parameter that may be either: Size is a variable that is
// 1 for true and 0 for false.
type UnknownBool struct{ Size dim.Size }

// UnknownString is a string parameter that may be any.
type UnknownString struct{ Name string }

// settle decides an unknown bool where it is read.
func (m *machine) settle(v Value) Value {
	if b, ok := v.(UnknownBool); ok {
		return m.facts.Decide(b.Size.Sub(dim.Int(1)), dim.Zero)
	}
	return v
}

// holds evaluates one condition of a `where`. Among unknowns it is taken as
// given, piece by piece.
func (m *machine) holds(x ast.Expr, e *env) (holds, ok bool) {
	if m.unknowns == nil {
		return m.evalBool(x, e)
	}
	b, isBinary := x.(*ast.Binary)
	if !isBinary {
		return m.evalBool(x, e)
	}
	if b.Op == "and" {
		l, ok1 := m.holds(b.L, e)
		r, ok2 := m.holds(b.R, e)
		return l && r, ok1 && ok2
	}
	if b.Op == "==" {
		if rem, ok := b.L.(*ast.Binary); ok && rem.Op == "%" {
			return m.remainderHolds(rem, b.R, e)
		}
	}
	relation, negated, swapped := dim.Zero, false, false
	switch b.Op {
	case "==":
	case "!=":
		negated = true
	case ">=":
		relation = dim.NonNegative
	case "<":
		relation, negated = dim.NonNegative, true
	case "<=":
		relation, swapped = dim.NonNegative, true
	case ">":
		relation, negated, swapped = dim.NonNegative, true, true
	default:
		return m.evalBool(x, e)
	}
	lv, ok1 := m.eval(b.L, e)
	rv, ok2 := m.eval(b.R, e)
	if !ok1 || !ok2 {
		return false, false
	}
	l, isNumber1 := lv.(dim.Size)
	r, isNumber2 := rv.(dim.Size)
	if !isNumber1 || !isNumber2 {
		return m.evalBool(x, e)
	}
	if swapped {
		l, r = r, l
	}
	return m.unknowns.Assume(l.Sub(r), relation, !negated, m.outermost()), true
}

// outermost reports whether the block being applied is the one that was asked
// for, rather than one that it calls.
func (m *machine) outermost() bool { return len(m.trace) == 1 }

// remainderHolds is holds for x % m == r.
func (m *machine) remainderHolds(rem *ast.Binary, r ast.Expr, e *env) (holds, ok bool) {
	x, ok1 := m.evalSize(rem.L, e)
	modulus, ok2 := m.evalSize(rem.R, e)
	rest, ok3 := m.evalSize(r, e)
	if !ok1 || !ok2 || !ok3 {
		return false, false
	}
	if modulus == dim.Int(0) || !m.unknowns.Assume(modulus, dim.Zero, false, false) {
		m.fail(divisionByZero(rem.R.Span(), "%"))
		return false, false
	}
	return m.unknowns.AssumeRemainder(x, modulus, rest, m.outermost()), true
}

// UnknownList is a list parameter that may have any length and hold any whole
// numbers from 0, or with Fractions any numbers at all.
type UnknownList struct {
	Name      string
	Fractions bool
}

// length is a variable for how many items the list has.
func (l UnknownList) length(u Unknowns) dim.Size { return u.Opaque("len("+l.Name+")", 0) }

// item is a variable for one of its items.
func (l UnknownList) item(u Unknowns, which string) dim.Size {
	if l.Fractions {
		return u.Fraction(l.Name + "[" + which + "]")
	}
	return u.Opaque(l.Name+"["+which+"]", 0)
}

// UnknownBlock is a block parameter that may be any block that fits where it is
// called.
type UnknownBlock struct {
	Name     string
	promises []promise
}

// anyImage is an image of x's batch whose other sizes are unknown.
func (m *machine) anyImage(x Tensor, what string) Tensor {
	m.unknowns.Approximate()
	t := Tensor{Shape: x.Shape.Clone(), Origins: x.Origins}
	for i := 1; i < min(len(t.Shape), len(dim.Letters())); i++ {
		t.Shape[i] = m.unknowns.Opaque(dim.Letter(i)+" of "+what, 1)
	}
	return t
}

// unknownCount is the count of what cannot be counted.
var unknownCount = graph.Count{Params: dim.Invalid(), MACs: dim.Invalid(), FLOPs: dim.Invalid()}

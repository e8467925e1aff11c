package torch

import (
	"cnnlang/ops/dim"
)

// operation applies an operator or a function of the language to terms; false where Python has
// none that gives the same.
func (s *scope) operation(o string, of []term) (term, bool) {
	values := make([]any, len(s.views))
	for i := range values {
		args := make([]any, len(of))
		for k, t := range of {
			args[k] = plain(t.values[i])
		}
		v, ok := compute(o, args)
		if !ok {
			return term{}, false
		}
		values[i] = plain(v)
	}
	t := term{values: values}
	if v, same := t.constant(); same && !s.anyNames(of) {
		return s.value(v)
	}
	if t.x = s.spell(o, of); t.x == nil {
		return term{}, false
	}
	return t, true
}

func (s *scope) anyNames(of []term) bool {
	for _, t := range of {
		if s.names(t.x) {
			return true
		}
	}
	return false
}

// compute gives the value of an operation.
func compute(o string, a []any) (any, bool) {
	if o == "list" {
		h, ok1 := first(a, 0).(dim.Size)
		w, ok2 := first(a, 1).(dim.Size)
		return dim.Pair{H: h, W: w}, ok1 && ok2 && len(a) == 2
	}
	if o == "==" || o == "!=" {
		return (a[0] == a[1]) == (o == "=="), true
	}
	if b, ok := first(a, 0).(bool); ok {
		c, two := first(a, 1).(bool)
		switch {
		case o == "not":
			return !b, true
		case o == "and" && two:
			return b && c, true
		case o == "or" && two:
			return b || c, true
		}
		return nil, false
	}
	n := make([]dim.Size, len(a))
	for i := range a {
		var ok bool
		if n[i], ok = a[i].(dim.Size); !ok {
			return nil, false
		}
	}
	v, ok := numbers(o, n)
	size, isSize := v.(dim.Size)
	return v, ok && (!isSize || size.IsValid())
}

func first(a []any, i int) any {
	if i < len(a) {
		return a[i]
	}
	return nil
}

func numbers(o string, n []dim.Size) (any, bool) {
	switch {
	case len(n) == 1:
		switch o {
		case "-":
			return n[0].Neg(), true
		case "ceil":
			return n[0].Ceil(), true
		case "floor":
			return n[0].Floor(), true
		}
		return nil, false
	case len(n) == 0 || len(n) > 2:
		return nil, false
	}
	a, b := n[0], n[1]
	zero := b == dim.Int(0)
	switch o {
	case "+":
		return a.Add(b), true
	case "-":
		return a.Sub(b), true
	case "*":
		return a.Mul(b), true
	case "/":
		return div(a, b, zero, dim.Size.Quo)
	case "//":
		return div(a, b, zero, dim.Size.FloorDiv)
	case "%":
		return div(a, b, zero, dim.Size.Mod)
	case "**":
		p, whole := b.Int()
		if !whole || p < 0 {
			return nil, false
		}
		return a.Pow(p), true
	case "<":
		return a.Cmp(b) < 0, true
	case ">":
		return a.Cmp(b) > 0, true
	case "<=":
		return a.Cmp(b) <= 0, true
	case ">=":
		return a.Cmp(b) >= 0, true
	case "max":
		if a.Cmp(b) < 0 {
			a = b
		}
		return a, true
	case "min":
		if a.Cmp(b) > 0 {
			a = b
		}
		return a, true
	case "divisible":
		return !zero && a.Mod(b) == dim.Int(0), !zero
	}
	return nil, false
}

func div(a, b dim.Size, zero bool, f func(dim.Size, dim.Size) dim.Size) (any, bool) {
	if zero {
		return nil, false
	}
	return f(a, b), true
}

// spell writes an operation, nil where that is not the same in Python.
func (s *scope) spell(o string, of []term) *expr {
	whole := true // a fraction is no size, and Python's would be rounded
	for _, t := range of {
		for _, v := range t.values {
			if n, ok := v.(dim.Size); ok && !n.IsWhole() {
				whole = false
			}
		}
	}
	if len(of) == 1 {
		x := of[0].x
		switch {
		case o == "not":
			return negation(x)
		case o == "-":
			return &expr{kind: prefix, text: "-", args: []*expr{x}}
		case whole:
			return x // ceil and floor of a whole number
		case o == "floor" && x.kind == infix && x.text == "/":
			return op(x.args[0], "//", x.args[1])
		case o == "ceil" && x.kind == infix && x.text == "/":
			return &expr{kind: prefix, text: "-", args: []*expr{op(&expr{kind: prefix, text: "-", args: []*expr{x.args[0]}}, "//", x.args[1])}}
		}
		return nil
	}
	if len(of) != 2 {
		return nil
	}
	a, b := of[0].x, of[1].x
	switch o {
	case "list":
		if a.String() == b.String() {
			return a
		}
		return tupleOf(a, b)
	case "max", "min":
		return calling(name(o), a, b)
	case "divisible":
		return op(op(a, "%", b), "==", number(0))
	}
	return s.binary(o, a, b, of, whole)
}

func (s *scope) binary(o string, a, b *expr, of []term, whole bool) *expr {
	switch {
	case o == "and" && a.is("True"), o == "or" && a.is("False"), o == "*" && a.is("1"), o == "+" && a.is("0"):
		return b
	case o == "and" && b.is("True"), o == "or" && b.is("False"), o == "*" && b.is("1"), o == "+" && b.is("0"),
		o == "-" && b.is("0"), o == "/" && b.is("1"), o == "//" && b.is("1"), o == "**" && b.is("1"):
		return a
	case !whole && opposites[o] == "":
		return nil
	case o == "or" && (a.is("True") || b.is("True")):
		return name("True")
	case o == "and" && (a.is("False") || b.is("False")):
		return name("False")
	case o == "+" && a.kind == atom && a.String() == b.String():
		return op(number(2), "*", a)
	case o == "/":
		if a.kind == infix && a.text == "*" && a.args[1].String() == b.String() {
			return a.args[0]
		}
		for i := range of[0].values {
			if of[0].values[i].(dim.Size).Mod(of[1].values[i].(dim.Size)) != dim.Int(0) {
				return op(a, "/", b) // only floor and ceil can use it
			}
		}
		return op(a, "//", b)
	}
	return op(a, o, b)
}

var opposites = map[string]string{"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}

// negation is that a condition does not hold.
func negation(x *expr) *expr {
	switch {
	case x.kind == infix && opposites[x.text] != "":
		return op(x.args[0], opposites[x.text], x.args[1])
	case x.kind == prefix && x.text == "not ":
		return x.args[0]
	case x.kind == infix && (x.text == "and" || x.text == "or"):
		return op(negation(x.args[0]), map[string]string{"and": "or", "or": "and"}[x.text], negation(x.args[1]))
	}
	return &expr{kind: prefix, text: "not ", args: []*expr{x}}
}

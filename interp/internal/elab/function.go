package elab

import (
	"fmt"

	"cnnlang/lang/ast"
	"cnnlang/ops/dim"
)

// A function of the language takes numbers (len takes a list) and gives one.
type function struct {
	arity int // -1 for one or more
	call  func(m *machine, a []dim.Size) Value
}

var functions = map[string]*function{
	"ceil":  unaryFunction(dim.Size.Ceil),
	"floor": unaryFunction(dim.Size.Floor),
	"round": unaryFunction(func(x dim.Size) dim.Size { return x.Add(dim.Ratio(1, 2)).Floor() }),
	"abs":   {1, func(m *machine, a []dim.Size) Value { return m.greater(a[0], a[0].Neg()) }},
	"max":   {-1, func(m *machine, a []dim.Size) Value { return m.fold(a, m.greater) }},
	"min":   {-1, func(m *machine, a []dim.Size) Value { return m.fold(a, m.lesser) }},
	"divisible": {2, func(m *machine, a []dim.Size) Value {
		return m.facts.Decide(a[0].Mod(a[1]), dim.Zero)
	}},
	"make_divisible": {2, makeDivisible},
	"len":            {1, nil}, // of a list; see callFunction
}

func unaryFunction(f func(dim.Size) dim.Size) *function {
	return &function{1, func(_ *machine, a []dim.Size) Value { return f(a[0]) }}
}

// makeDivisible rounds a[0] to the nearest multiple of a[1], halves up, but
// never by more than a tenth down: the rule of the MobileNet papers' code.
func makeDivisible(m *machine, a []dim.Size) Value {
	v, d := a[0], a[1]
	if m.unknowns != nil && !d.Known() {
		m.unknowns.Beyond("make_divisible with an unknown divisor")
		return v
	}
	if m.unknowns != nil && !v.Known() && d.Cmp(dim.Int(1)) >= 0 {
		// Its two cases agree in all that matters: a positive multiple of d.
		// The name stands in products and behind %, where a quotient needs parentheses.
		called := func(v string) string { return fmt.Sprintf("(make_divisible(%s, %v)/%v)", v, d, d) }
		q := dim.Variable{Name: called(v.InOthers().Name()), Low: 1, Sense: &dim.Sense{Label: called(v.String()), Of: []dim.Size{v}}}
		return m.unknowns.Size(q).Mul(d)
	}
	n := m.greater(v.Add(d.Quo(dim.Int(2))).FloorDiv(d).Mul(d), d)
	if !m.either(n.Sub(v.Mul(dim.Ratio(9, 10)))) {
		n = n.Add(d)
	}
	return n
}

// either reports whether a size is at least 0, which is no distinction that the text
// makes.
func (m *machine) either(size dim.Size) bool {
	return m.facts.Split(size, dim.NonNegative)
}

func (m *machine) greater(a, b dim.Size) dim.Size {
	if m.either(a.Sub(b)) {
		return a
	}
	return b
}

func (m *machine) lesser(a, b dim.Size) dim.Size {
	if m.either(a.Sub(b)) {
		return b
	}
	return a
}

func (m *machine) fold(a []dim.Size, f func(a, b dim.Size) dim.Size) dim.Size {
	r := a[0]
	for _, x := range a[1:] {
		r = f(r, x)
	}
	return r
}

func (m *machine) callFunction(r *ast.Ref, e *env) (Value, bool) {
	name := r.Path[0].Text
	f := functions[name]
	if n := len(r.Args.List); f.arity >= 0 && n != f.arity || n == 0 {
		m.fail(wrongArity(r.Span(), name, f.arity, n))
		return nil, false
	}
	var numbers []dim.Size
	for _, a := range r.Args.List {
		if a.Name != nil {
			m.fail(namedToFunction(a.Name.Span(), name))
			return nil, false
		}
		if name == "len" {
			return m.length(a.Value, e)
		}
		n, ok := m.evalSize(a.Value, e)
		if !ok {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	if (name == "divisible" || name == "make_divisible") && !m.notZero(numbers[1]) {
		m.failOver(divisionByZero(r.Args.List[1].Span(), name), r.Args.List[1].Value, e)
		return nil, false
	}
	v := f.call(m, numbers)
	if n, ok := v.(dim.Size); ok && !n.IsValid() {
		m.fail(numberOutOfRange(r.Span()))
		return nil, false
	}
	return v, true
}

func (m *machine) length(x ast.Expr, e *env) (Value, bool) {
	v, ok := m.eval(x, e)
	if !ok {
		return nil, false
	}
	if l, isUnknown := v.(UnknownList); isUnknown {
		return l.length(m.unknowns), true
	}
	if some, isUnknown := v.(unknownTensors); isUnknown {
		return some.length(), true
	}
	list, ok := v.([]Value)
	if !ok {
		m.fail(notAList(x.Span(), v))
		return nil, false
	}
	return dim.Int(len(list)), true
}

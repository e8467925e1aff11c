package torch

import (
	"strconv"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// Values of arguments are dim.Size, bool, dim.Pair with different sides, sides (padding that is not
// alike before and behind), or class names of torch (string). A nil value is one that is not
// used.

// sides are padding as F.pad wants it: left, right, top, bottom.
type sides [4]int

// plain is a value as it is compared: a pair of equal sides is a number.
func plain(v any) any {
	if p, ok := v.(dim.Pair); ok && p.H == p.W {
		return p.H
	}
	return v
}

// literal is a value in Python.
func literal(v any) *expr {
	switch v := plain(v).(type) {
	case dim.Size:
		if v.IsWhole() {
			return number(v.MustInt())
		}
		return name(decimal(v.Float()))
	case bool:
		if v {
			return name("True")
		}
		return name("False")
	case dim.Pair:
		return tupleOf(literal(v.H), literal(v.W))
	case sides:
		return tupleOf(number(v[0]), number(v[1]), number(v[2]), number(v[3]))
	case string:
		return dotted(v)
	}
	return name("None")
}

// decimal is a number that reads back as the same, 1e-5 rather than 1e-05.
func decimal(x float64) string {
	s := strconv.FormatFloat(x, 'g', -1, 64)
	mantissa, exponent, has := strings.Cut(s, "e")
	if !has {
		return s
	}
	sign := ""
	if strings.HasPrefix(exponent, "-") {
		sign = "-"
	}
	return mantissa + "e" + sign + strings.TrimLeft(strings.Trim(exponent, "+-"), "0")
}

// A leaf is something that a class is told or knows: what it is in each view, how the text
// computes it, nil where that is not known, and what it is called if it has to be told.
type leaf struct {
	values  []any
	formula *graph.Formula
	name    string
}

// constant is the value that all views have, nil if they have several.
func (l leaf) constant() (v any, ok bool) {
	for _, x := range l.values {
		switch {
		case x == nil:
		case v == nil:
			v = plain(x)
		case v != plain(x):
			return nil, false
		}
	}
	return v, true
}

// A view is one application of a class, in a repeat with what that binds.
type view struct {
	row       int
	iteration int
	vars      map[string]any
}

// A term is a Python expression and what it is in each view.
type term struct {
	x      *expr
	values []any
}

func (t term) constant() (any, bool) { return leaf{values: t.values}.constant() }

// fits reports whether a term has these values.
func (t term) fits(values []any) bool {
	for i, v := range values {
		if v != nil && plain(v) != plain(t.values[i]) {
			return false
		}
	}
	return true
}

// A scope is where an expression is written: a class, and which of its applications count.
type scope struct {
	*class
	views []view
	vars  map[string]string // what the names of repeats are called
	claim map[string]term   // what names stand for in a claim of a block that is called
}

// all gives every view the same value.
func (s *scope) all(v any) []any {
	list := make([]any, len(s.views))
	for i := range list {
		list[i] = v
	}
	return list
}

// resolve is an argument as it is written: by the names of the block where the text says how, as
// a number where it is always the same, or else told to the class as a parameter of its own.
func (s *scope) resolve(l leaf) *expr {
	v, same := l.constant()
	if l.formula != nil {
		if t, ok := s.term(l.formula); ok && t.fits(l.values) && (!same || t.x.uses("self") || s.names(t.x)) {
			s.use(t.x)
			return t.x
		}
	}
	if same {
		return literal(v)
	}
	return s.told(l)
}

// names reports whether an expression has a name in it.
func (s *scope) names(x *expr) bool {
	if x.kind == atom && isIdentifier(x.text) && !x.is("True") && !x.is("False") {
		return true
	}
	for _, a := range x.args {
		if s.names(a) {
			return true
		}
	}
	return false
}

// term is a formula in Python.
func (s *scope) term(f *graph.Formula) (term, bool) {
	if f == nil {
		return term{}, false
	}
	if f.Op == "" {
		return s.leafTerm(f)
	}
	if f.Op == "if" || f.Op == "index" {
		return s.choice(f)
	}
	of := make([]term, len(f.Of))
	for i, o := range f.Of {
		t, ok := s.term(o)
		if !ok {
			return term{}, false
		}
		of[i] = t
	}
	return s.operation(f.Op, of)
}

func (s *scope) value(v any) (term, bool) {
	switch plain(v).(type) {
	case dim.Size, bool, dim.Pair:
		return term{literal(v), s.all(plain(v))}, true
	}
	return term{}, false
}

func (s *scope) leafTerm(f *graph.Formula) (term, bool) {
	if f.Name == "" {
		return s.value(f.Value)
	}
	if t, ok := s.claim[f.Name]; ok {
		return t, t.x != nil
	}
	if s.claim != nil {
		return term{}, false
	}
	values, known := make([]any, len(s.views)), true
	for i, v := range s.views {
		if x, bound := v.vars[f.Name]; bound {
			values[i] = x
		} else {
			values[i] = s.rows[v.row].valueOf(f.Name)
		}
		known = known && values[i] != nil
	}
	if !known {
		return s.value(f.Value) // of a repeat: only if it is the same everywhere, which is compared
	}
	if v, bound := s.vars[f.Name]; bound {
		return term{name(v), values}, true
	}
	if s.isChannels(f.Name) && !s.net {
		return term{name(inChannels), values}, true
	}
	if p := s.parameter(f.Name); p != nil {
		return term{name(p.name), values}, true
	}
	v, same := leaf{values: values}.constant()
	if !same {
		return term{}, false
	}
	return s.value(v)
}

// choice is a conditional expression, or one of a list's items.
func (s *scope) choice(f *graph.Formula) (term, bool) {
	if f.Op == "if" {
		cond, ok := s.term(f.Of[0])
		if !ok {
			return term{}, false
		}
		if v, same := cond.constant(); same {
			return s.term(f.Of[map[any]int{true: 1, false: 2}[v]])
		}
		a, ok1 := s.term(f.Of[1])
		b, ok2 := s.term(f.Of[2])
		if !ok1 || !ok2 {
			return term{}, false
		}
		values := make([]any, len(s.views))
		for i, c := range cond.values {
			if values[i] = b.values[i]; c == true {
				values[i] = a.values[i]
			}
		}
		if a.x.kind == choice && a.x.args[1].String() == cond.x.String() {
			a.x = a.x.args[0]
		}
		if b.x.kind == choice && b.x.args[1].String() == cond.x.String() {
			b.x = b.x.args[2]
		}
		return term{&expr{kind: choice, args: []*expr{a.x, cond.x, b.x}}, values}, true
	}
	x := f.Of[0]
	i, ok := f.Of[1].Value.(dim.Size)
	at, whole := i.Int()
	switch {
	case !ok || !whole || at < 0:
	case x.Op == "list" && at < len(x.Of):
		return s.term(x.Of[at])
	case x.Op == "if":
		arm := func(k int) *graph.Formula {
			return &graph.Formula{Op: "index", Of: []*graph.Formula{x.Of[k], f.Of[1]}}
		}
		return s.term(&graph.Formula{Op: "if", Of: []*graph.Formula{x.Of[0], arm(1), arm(2)}})
	}
	return term{}, false
}

// padding is how the text computes padding, in Python, of a window of k.
func (s *scope) padding(f *graph.Formula, k leaf) (term, bool) {
	if f == nil {
		return term{}, false
	}
	if f.Op == "if" {
		cond, ok := s.term(f.Of[0])
		if v, same := cond.constant(); ok && same {
			return s.padding(f.Of[map[any]int{true: 1, false: 2}[v]], k)
		}
		return term{}, false
	}
	if p, ok := f.Value.(ops.Padding); ok && f.Name == "" && (p.Mode == ops.Half || p.Mode == ops.Same) {
		t, ok := s.term(k.formula)
		if !ok {
			return term{}, false
		}
		return s.operation("//", []term{t, {number(2), s.all(dim.Int(2))}})
	}
	return s.term(f)
}

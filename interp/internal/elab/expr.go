package elab

import (
	"slices"
	"strconv"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/resolve"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// eval gives the value of an expression; false means it has none, and why has
// been reported.
func (m *machine) eval(x ast.Expr, e *env) (Value, bool) {
	if !m.step(x.Span()) {
		return nil, false
	}
	switch x := x.(type) {
	case *ast.Number:
		return m.number(x)
	case *ast.DimsLit:
		return m.dims(x)
	case *ast.Bool:
		return x.Value, true
	case *ast.String:
		return m.text(x, e)
	case *ast.List:
		list := make([]Value, len(x.Items))
		good := true
		for i, item := range x.Items {
			v, ok := m.eval(item, e)
			list[i], good = v, good && ok
		}
		return list, good
	case *ast.Unary:
		return m.unary(x, e)
	case *ast.Binary:
		return m.binary(x, e)
	case *ast.Cond:
		c, ok := m.evalBool(x.If, e)
		switch {
		case !ok:
			return nil, false
		case c:
			return m.eval(x.Then, e)
		}
		return m.eval(x.Else, e)
	case *ast.Index:
		return m.index(x, e)
	case *ast.TapExpr:
		t, _ := m.tap(&x.TapRef, e)
		if t.Poisoned || !m.spendItems(x.Span(), len(t.Items)) {
			return nil, false
		}
		return t.value(), true
	case *ast.Ref:
		return m.ref(x, e)
	}
	panic("elab: unknown expression")
}

func (m *machine) number(x *ast.Number) (Value, bool) {
	n, ok := parseNumber(x.Text)
	if !ok {
		m.fail(numberOutOfRange(x.Span()))
	}
	return n, ok
}

// parseNumber reads 25_557_032, 0.001, 1e-5, 30M and 1.5GiB exactly; a decimal too long to be
// exact is rounded to 15 digits, as many as float64 keeps.
func parseNumber(text string) (dim.Size, bool) {
	text, unit := ast.SplitUnit(strings.ReplaceAll(text, "_", ""))
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	power := 0
	if exponent != "" {
		var err error
		if power, err = strconv.Atoi(exponent); err != nil || power < -400 || power > 400 {
			return dim.Size{}, false
		}
	}
	digits := strings.TrimLeft(whole+fraction, "0")
	power -= len(fraction)
	for power < 0 && strings.HasSuffix(digits, "0") {
		digits, power = digits[:len(digits)-1], power+1
	}
	if power < 0 && len(digits) > 15 {
		power += len(digits) - 15
		digits = digits[:15]
	}
	if digits == "" {
		return dim.Int(0), true
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return dim.Size{}, false
	}
	size := dim.Ratio(n, 1).Mul(dim.Int(10).Pow(power)).Mul(dim.Ratio(unit, 1))
	return size, size.IsValid()
}

func (m *machine) dims(x *ast.DimsLit) (Value, bool) {
	parts := strings.Split(x.Text, "x")
	if len(parts) != 2 {
		m.fail(dimsNotTwo(x.Span(), x.Text))
		return nil, false
	}
	var p dim.Pair
	for i, to := range []*dim.Size{&p.H, &p.W} {
		n, ok := parseNumber(parts[i])
		if !ok {
			m.fail(numberOutOfRange(x.Span()))
			return nil, false
		}
		*to = n
	}
	return p, true
}

// maxText limits the length of a string: those of strings could double from line to
// line, and to compare two is one step, however long they are.
const maxText = 1024

// text fills in the expressions of a string.
func (m *machine) text(x *ast.String, e *env) (Value, bool) {
	var b strings.Builder
	for _, p := range x.Parts {
		v, ok := Value(p.Text), true
		if p.Expr != nil {
			v, ok = m.eval(p.Expr, e)
		} else if m.unknowns != nil && strings.ContainsAny(p.Text, marks) {
			m.unknowns.Beyond("text with one of " + marks)
		}
		if !ok {
			return nil, false
		}
		b.WriteString(m.written(v))
		if b.Len() > maxText {
			m.fail(textTooLong(x.Span()))
			return nil, false
		}
	}
	return b.String(), true
}

func (m *machine) index(x *ast.Index, e *env) (Value, bool) {
	v, ok1 := m.eval(x.X, e)
	i, ok2 := m.evalSize(x.I, e)
	if !ok1 || !ok2 {
		return nil, false
	}
	if l, isUnknown := v.(UnknownList); isUnknown {
		f := m.facts.OfArgument()
		if !f.Require(i, dim.Whole) || !dim.AtLeast(f, i, dim.Int(0)) || !dim.AtLeast(f, l.length(m.unknowns), i.Add(dim.Int(1))) {
			m.fail(badIndex(x.I.Span(), i, 0))
			return nil, false
		}
		return l.item(m.unknowns, i), true
	}
	list, ok := v.([]Value)
	if p, isPair := v.(dim.Pair); isPair {
		list, ok = []Value{p.H, p.W}, true
	}
	if !ok {
		m.fail(notAList(x.X.Span(), v))
		return nil, false
	}
	n, whole := i.Int()
	if m.beyond(i, "an index that is unknown") {
		return nil, false
	}
	if !whole || n < 0 || n >= len(list) {
		m.fail(badIndex(x.I.Span(), i, len(list)))
		return nil, false
	}
	return list[n], true
}

// evalSize wants a number.
func (m *machine) evalSize(x ast.Expr, e *env) (dim.Size, bool) {
	v, ok := m.eval(x, e)
	if !ok {
		return dim.Size{}, false
	}
	return m.sizeOf(x, v)
}

// sizeOf is the value of an expression that has to be a number.
func (m *machine) sizeOf(x ast.Expr, v Value) (dim.Size, bool) {
	n, ok := v.(dim.Size)
	if !ok {
		m.fail(wrongType(x.Span(), "a number", v))
	}
	return n, ok
}

// evalBool wants a condition.
func (m *machine) evalBool(x ast.Expr, e *env) (value, ok bool) {
	v, ok := m.eval(x, e)
	if !ok {
		return false, false
	}
	b, ok := v.(bool)
	if !ok {
		m.fail(wrongType(x.Span(), "a condition, true or false", v))
	}
	return b, ok
}

// ref gives the value of a name, calls a function, or fills arguments into a
// block.
func (m *machine) ref(r *ast.Ref, e *env) (Value, bool) {
	name := r.Path[0].Text
	if len(r.Path) == 1 {
		if v, ok := e.lookup(name); ok {
			v = m.settle(v)
			return m.partial(v, r, e)
		}
		switch {
		case r.Args != nil && name == "shape" && m.shapeOf != nil:
			return m.stepShape(r, e)
		case r.Args != nil && functions[name] != nil:
			return m.callFunction(r, e)
		case r.Args == nil && name == "_":
			return wildcard{}, true
		case r.Args == nil && paddings[name] != nil:
			return *paddings[name], true
		}
	}
	o, _ := e.module.LookupPath(r.Path)
	switch {
	case o == nil && m.outside:
		m.fail(unknownInSetting(r.Span(), r.Text()))
		return nil, false
	case o == nil || o.Broken():
		return nil, false // reported where names are resolved
	case o.Let != nil:
		v, ok := m.let(o, r)
		if !ok {
			return nil, false
		}
		return m.partial(v, r, e)
	case o.Block != nil:
		c, ok := m.closure(o, r.Span())
		if !ok {
			return nil, false
		}
		return m.partial(c, r, e)
	}
	m.fail(namespaceAsValue(r.Span(), r.Text()))
	return nil, false
}

// let gives the value of a name of a top-level let.
func (m *machine) let(o *resolve.Object, r *ast.Ref) (Value, bool) {
	v, ok := m.wholeLet(o, r)
	if !ok || o.Let.Pattern.Name != nil {
		return v, ok
	}
	list, ok := m.items(o.Let.Pattern, v, o.Let.Value, &env{module: o.Module, frame: &frame{}}, wholeList)
	if !ok {
		return nil, false
	}
	return list[o.Item], true
}

// wholeLet gives the value of a top-level let, which is evaluated once.
func (m *machine) wholeLet(o *resolve.Object, r *ast.Ref) (Value, bool) {
	if v, done := m.lets[o.Let]; done {
		if v == evaluating {
			m.fail(letCycle(o, r.Span()))
			v = nil
		}
		return v, v != nil
	}
	m.lets[o.Let] = evaluating
	if !m.enter(r.Span(), "values are made of values") {
		return nil, false
	}
	defer m.leave()
	v, ok := m.eval(o.Let.Value, &env{module: o.Module, frame: &frame{}})
	if !ok {
		v = nil
	}
	if m.stopped {
		delete(m.lets, o.Let)
	} else {
		m.lets[o.Let] = v
	}
	return v, ok
}

// evaluating stands for the value of a let while it is being evaluated.
var evaluating Value = new(byte)

var paddings = map[string]*ops.Padding{
	"half":  {Mode: ops.Half},
	"valid": {Mode: ops.Valid},
	"same":  {Mode: ops.Same},
}

// partial fills the arguments of a reference into the block it names.
func (m *machine) partial(v Value, r *ast.Ref, e *env) (Value, bool) {
	if r.Args == nil {
		return v, true
	}
	if b, isUnknown := v.(UnknownBlock); isUnknown {
		good := true
		b.given = slices.Clip(b.given)
		for _, a := range r.Args.List {
			v, ok := m.eval(a.Value, e)
			name := ""
			if a.Name != nil {
				name = a.Name.Text
			}
			b.given, good = append(b.given, given{name, v}), good && ok
		}
		if good {
			b.signatures, good = m.fillSignatures(b.signatures, r.Args, e)
		}
		return b, good
	}
	c, ok := v.(*Closure)
	if !ok || c.Slot != nil {
		m.fail(notCallable(r.Span(), r.Text(), v))
		return nil, false
	}
	if d := misfit(c, r.Args); d != nil {
		m.fail(d)
		return nil, false
	}
	signatures, ok := m.fillSignatures(c.signatures, r.Args, e)
	if !ok {
		return nil, false
	}
	filled, ok := m.fill(c, r.Args, e)
	if !ok || !m.checkMade(filled, r.Span()) {
		return nil, false
	}
	filled.given, filled.signatures = r.Span(), signatures
	return filled, true
}

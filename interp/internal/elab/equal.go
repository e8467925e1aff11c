package elab

import (
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// equal compares two values; those of different types are unequal. comparable is false for
// `_`, and for two taps, which hold nothing before the net runs.
func (m *machine) equal(l, r Value) (equal, comparable bool) {
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
	case dim.Size:
		return zero(l.Sub(r.(dim.Size))), true
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

// equalBlocks compares blocks: the same one, with the same arguments filled in. A body in
// braces equals itself alone.
func (m *machine) equalBlocks(l, r *Closure) (equal, comparable bool) {
	if l.Slot != nil || r.Slot != nil {
		return l.Slot == r.Slot && l.Env == r.Env, true
	}
	if l.Object.Block != r.Object.Block || len(l.Args) != len(r.Args) {
		return false, true
	}
	for _, p := range parameters(l.Object) {
		a, given := l.Args[p.Name.Text]
		b, other := r.Args[p.Name.Text]
		if given != other {
			return false, true
		}
		if !given {
			continue
		}
		if m.budget.Steps--; m.budget.Steps < 0 {
			return false, true
		}
		equal, comparable := m.equal(a.value, b.value)
		if !equal || !comparable {
			return false, comparable
		}
	}
	return true, true
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

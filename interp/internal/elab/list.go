package elab

import (
	"slices"

	"cnnlang/lang/ast"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// Lists are joined by + and repeated by *.

// stepsPerItem is what an item of a new list takes of the budget. The name of a list is one
// step to read, however long it is; so the memory of lists is bounded by the budget, too.
const stepsPerItem = 4

// isList reports whether a value is a list, of known items or not.
func isList(v Value) bool {
	switch v.(type) {
	case []Value, UnknownList:
		return true
	}
	return false
}

// listOf is the value of l + r or l * r, one of which is a list.
func (m *machine) listOf(x *ast.Binary, l, r Value, e *env) (Value, bool) {
	n, isNumber := r.(dim.Size)
	switch {
	case x.Op == "+" && !(isList(l) && isList(r)), x.Op == "*" && !(isList(l) && isNumber):
		m.fail(badListOperator(x, l, r, e.module.File.Source.Text))
		return nil, false
	}
	for _, v := range []Value{l, r} {
		if list, isUnknown := v.(UnknownList); isUnknown {
			m.unknowns.Beyond("a list that is made of the list " + list.Name)
			return nil, false
		}
	}
	list := l.([]Value)
	if x.Op == "+" {
		more := r.([]Value)
		if !m.spendItems(x.Span(), len(list)+len(more)) {
			return nil, false
		}
		return slices.Concat(list, more), true
	}
	if m.beyond(n, "a list that is repeated an unknown number of times") {
		return nil, false
	}
	times, whole := n.Int()
	if !whole || times < 0 {
		m.failOver(badTimes(x.R.Span(), n), x.R, e)
		return nil, false
	}
	if len(list) == 0 {
		return list, true
	}
	if times > MaxSteps/len(list) {
		m.stop(listTooLong(x.Span()))
		return nil, false
	}
	if !m.spendItems(x.Span(), times*len(list)) {
		return nil, false
	}
	return slices.Repeat(list, times), true
}

// spendItems takes a new list from the budget before it is made.
func (m *machine) spendItems(at source.Span, n int) bool {
	if m.budget.Steps < stepsPerItem*n {
		m.stop(listTooLong(at))
		return false
	}
	m.budget.Steps -= stepsPerItem * n
	return true
}

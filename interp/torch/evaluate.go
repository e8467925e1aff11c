package torch

import (
	"strconv"

	"cnnlang/ops/dim"
)

// evaluate gives the value of an expression of __init__ in every view; false where it has
// something in it that is no arithmetic.
func (s *scope) evaluate(x *expr) ([]any, bool) {
	switch x.kind {
	case atom:
		if n, err := strconv.Atoi(x.text); err == nil {
			return s.all(any(dim.Int(n))), true
		}
		for _, p := range s.params {
			if p.name == x.text {
				return s.inViews(p.values), true
			}
		}
		return nil, false
	case infix, prefix:
		of := make([][]any, len(x.args))
		for i, a := range x.args {
			var ok bool
			if of[i], ok = s.evaluate(a); !ok {
				return nil, false
			}
		}
		values := make([]any, len(s.views))
		for i := range values {
			args := make([]any, len(of))
			for k := range of {
				args[k] = plain(of[k][i])
			}
			v, ok := compute(x.text, args)
			if !ok {
				return nil, false
			}
			values[i] = v
		}
		return values, true
	}
	return nil, false
}

// inViews are the values that rows have in the views of a scope.
func (s *scope) inViews(values []any) []any {
	list := make([]any, len(s.views))
	for i, v := range s.views {
		list[i] = values[v.row]
	}
	return list
}

package blocks

import (
	"fmt"
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// parameter makes a new parameter, or is one that has the same values already.
func (s *solver) parameter(r role, name string, values []any) expr {
	typ := typeOf(values, r)
	numbers, _ := wholes(values)
	if typ == "int" {
		values = each(numbers, func(n int) any {
			if n < 0 {
				return nil
			}
			return dim.Int(n)
		})
	}
	for _, p := range s.params {
		if p.role == r && p.typ == typ && slices.EqualFunc(p.values, values, same) {
			return expr{text: p.name}
		}
	}
	p := &param{name: s.free(nameOf(r, name)), role: r, typ: typ, values: values}
	p.def = defaultOf(p)
	if typ == "int" {
		s.said = append(s.said, quantity{p.name, r, numbers})
	}
	s.params = append(s.params, p)
	return expr{text: p.name}
}

// nameOf is what a parameter is called: channels are c.
func nameOf(r role, name string) string {
	switch {
	case name == "groups" || name == "from" || name == "to":
		return name
	case r == width || r == kernel || r == stride || r == padding || r == times || r == factor:
		return string(r)
	}
	return name
}

// free is a name that no parameter has.
func (s *solver) free(name string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(s.params, func(p *param) bool { return p.name == name })
	}
	if !taken(name) {
		return name
	}
	for i := 2; ; i++ {
		if next := fmt.Sprint(name, i); !taken(next) {
			return next
		}
	}
}

// typeOf is the type of a parameter that has these values.
func typeOf(values []any, r role) string {
	if _, ok := wholes(values); ok && r != padding {
		return "int"
	}
	v, _ := firstOf(values)
	switch v.(type) {
	case dim.Pair:
		return "dims"
	case ops.Padding:
		return "pad"
	case bool:
		return "bool"
	case string:
		return "string"
	}
	return "float"
}

func firstOf(values []any) (any, bool) {
	for _, v := range values {
		if v != nil {
			return v, true
		}
	}
	return nil, false
}

// defaultOf is 1 or no padding where that occurs, of other things that are not channels what is
// commonest.
func defaultOf(p *param) any {
	usual := any(nil)
	switch p.role {
	case width:
		if p.name != "groups" {
			return nil
		}
		usual = 1
	case times:
		return nil
	case kernel, stride, "dilation":
		usual = 1
	case padding:
		i := slices.IndexFunc(p.values, isNone)
		if i < 0 {
			return nil
		}
		return p.values[i]
	default:
		best := 0
		for _, v := range p.values {
			n := 0
			for _, w := range p.values {
				if v != nil && w != nil && same(v, w) {
					n++
				}
			}
			if n > best {
				usual, best = v, n
			}
		}
		return usual
	}
	for _, v := range p.values {
		if n, ok := whole(v); ok && n == 1 {
			return v
		}
	}
	return nil
}

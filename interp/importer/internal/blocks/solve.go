package blocks

import (
	"slices"
	"strconv"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// An expr is what stands for an argument in a block: an expression, or a value where that is "".
type expr struct {
	text  string
	value any
}

// A param is a parameter of a block.
type param struct {
	name   string
	role   role
	typ    string
	values []any // by occurrence
	def    any   // nil for none
}

// A quantity is an expression of a block's parameters and what it is in each occurrence.
type quantity struct {
	text   string
	role   role
	values []int // 0 where it is not known
}

// A solver finds the parameters of a pattern and says everything in it in terms of them.
type solver struct {
	occurrences int
	in          []*graph.Node // what flows in
	params      []*param
	said        []quantity // the parameters that are numbers, and expressions that stand somewhere
	shortcut    bool       // a branch of it is the identity
	where       []string   // what is required of them
	naming      *naming    // how names differ, nil where they do not
}

// mostParams is how many parameters a block may have.
const mostParams = 10

// solve fills in the expressions of a pattern. It fails if something in which the occurrences
// differ cannot be said.
func solve(p pattern, in []*graph.Node) (*solver, bool) {
	s := &solver{occurrences: len(in), in: in}
	p.all(func(it *item) {
		at, _ := it.shortcut()
		s.shortcut = s.shortcut || it.form == shortcut || at >= 0 && it.first().name == "add"
	})
	if !s.names(p) || !s.body(p, p, false) || !s.conditions(p, nil) || !s.options(p, p) {
		return nil, false
	}
	return s, len(s.params) <= mostParams
}

// body goes through what all occurrences have, or through an option.
func (s *solver) body(all, p pattern, inOption bool) bool {
	for _, it := range p {
		if it.form == option {
			continue
		}
		if !s.step(all, it, inOption) || !s.body(all, it.body, inOption) {
			return false
		}
		for _, branch := range it.branches {
			if !s.body(all, branch, inOption) {
				return false
			}
		}
	}
	return true
}

// options goes through the options.
func (s *solver) options(all, p pattern) bool {
	for _, it := range p {
		if it.form == option && !s.body(all, it.body, true) || !s.options(all, it.body) {
			return false
		}
		for _, branch := range it.branches {
			if !s.options(all, branch) {
				return false
			}
		}
	}
	return true
}

// step says the arguments of a step.
func (s *solver) step(all pattern, it *item, inOption bool) bool {
	first := it.first()
	it.label = s.label(it)
	it.args = make([]expr, len(first.args))
	order := make([]int, len(first.args))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { // padding may be said in terms of the others
		return cmpBool(first.args[i].name == "pad", first.args[j].name == "pad")
	})
	for _, i := range order {
		a := first.args[i]
		values := each(it.at, func(at *step) any {
			if at == nil {
				return nil
			}
			return at.args[i].value
		})
		var ok bool
		if it.args[i], ok = s.say(all, it, roleOf(first, a.name), a.name, values, inOption); !ok {
			return false
		}
	}
	if first.kind != repeat {
		return true
	}
	var ok bool
	it.count, ok = s.say(all, it, times, "n", each(it.at, func(at *step) any {
		if at == nil {
			return nil
		}
		return at.count
	}), inOption)
	return ok
}

// say is an expression for what an argument is in each occurrence, nil in one without it.
func (s *solver) say(all pattern, it *item, r role, name string, values []any, inOption bool) (expr, bool) {
	constant, is := common(values)
	numbers, whole := wholes(values)
	switch {
	case r == padding:
		return s.padding(it, values, constant, is)
	case r == called && !is:
		text := s.naming.template(each(values, func(v any) string {
			if v == nil {
				return ""
			}
			return v.(string)
		}))
		return expr{text: `"` + text + `"`}, text != ""
	case !whole:
		if isList(values) {
			return s.list(values, constant, is)
		}
		if is {
			return expr{value: constant}, true
		}
		return s.parameter(r, name, values), true
	}
	if is && !inOption && !(s.shortcut && r == width && s.isC(numbers)) {
		return expr{value: constant}, true
	}
	if text, ok := s.inTermsOf(all, r, numbers, name, is); ok {
		return expr{text: text}, true
	}
	if is {
		return expr{value: constant}, true
	}
	return s.parameter(r, name, values), true
}

// common is the value that all occurrences have that have one.
func common(values []any) (v any, is bool) {
	for _, x := range values {
		if x == nil {
			continue
		}
		if v != nil && !same(v, x) {
			return nil, false
		}
		v = x
	}
	return v, v != nil
}

// wholes are the values as whole numbers, -1 for those that are not there.
func wholes(values []any) (numbers []int, ok bool) {
	for _, x := range values {
		n, is := whole(x)
		if x == nil {
			n = -1
		} else if !is || n < 0 {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	return numbers, true
}

// padding is the expression for a padding: half of the kernel, if it is everywhere.
func (s *solver) padding(it *item, values []any, constant any, is bool) (expr, bool) {
	half, zero := true, true
	for i, v := range values {
		if v != nil {
			half = half && isHalf(it.at[i].arg("k"), v)
			zero = zero && isNone(v)
		}
	}
	switch {
	case is:
		return expr{value: constant}, true
	case half && !zero:
		s.odd(it)
		return expr{text: "half"}, true
	}
	if text := dilated(it, values); text != "" {
		return expr{text: text}, true
	}
	for _, p := range s.params {
		if p.role == padding && slices.EqualFunc(p.values, values, same) {
			return expr{text: p.name}, true
		}
	}
	return s.parameter(padding, "pad", values), true
}

// dilated is the padding that keeps the size of an image where the dilation is a parameter: it, for a
// kernel of 3x3.
func dilated(it *item, values []any) string {
	text := ""
	for i, a := range it.first().args {
		if a.name == "dilation" {
			text = it.args[i].text
		}
	}
	for i, v := range values {
		if v == nil {
			continue
		}
		k, ok1 := whole(it.at[i].arg("k"))
		d, ok2 := whole(it.at[i].arg("dilation"))
		if p, ok := v.(ops.Padding); !ok || !ok1 || !ok2 || k != 3 || p.Written() != strconv.Itoa(d) {
			return ""
		}
	}
	return text
}

// odd requires that a kernel that is a parameter is odd, since half of it around an image keeps its
// size.
func (s *solver) odd(it *item) {
	for i, a := range it.first().args {
		if k := it.args[i].text; a.name == "k" && k != "" && slices.ContainsFunc(s.params, func(p *param) bool { return p.name == k && p.typ == "int" }) {
			if require := k + " % 2 == 1"; !slices.Contains(s.where, require) {
				s.where = append(s.where, require)
			}
		}
	}
}

// list is the expression for a list of sizes: of values, or of channels.
func (s *solver) list(values []any, constant any, is bool) (expr, bool) {
	n := -1
	for _, v := range values {
		if list, ok := v.([]dim.Size); ok {
			if n >= 0 && len(list) != n {
				return expr{}, false
			}
			n = len(list)
		} else if v != nil {
			return expr{}, false
		}
	}
	text, some := "[", false
	for i := range n {
		column := each(values, func(v any) any {
			if v == nil {
				return nil
			}
			return v.([]dim.Size)[i]
		})
		numbers, ok := wholes(column)
		one, equal := common(column)
		word := ""
		switch {
		case ok && (!equal || s.shortcut) && s.isC(numbers):
			word, some = "C", true
		case equal:
			word = one.(dim.Size).Decimal()
		default:
			if word, ok = s.inTermsOf(nil, width, numbers, "", true); !ok {
				return expr{}, false
			}
			some = true
		}
		if i > 0 {
			text += ", "
		}
		text += word
	}
	if is && !some {
		return expr{value: constant}, true
	}
	return expr{text: text + "]"}, true
}

func isList(values []any) bool {
	return slices.ContainsFunc(values, func(v any) bool { _, ok := v.([]dim.Size); return ok })
}

func (s *step) arg(name string) any {
	for _, a := range s.args {
		if a.name == name {
			return a.value
		}
	}
	return nil
}

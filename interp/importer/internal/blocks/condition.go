package blocks

import (
	"fmt"
	"slices"
	"strings"
)

// conditions says when the options and shortcuts of a pattern are there. outs are the channels of
// the combinator of which it is a branch, nil for none.
func (s *solver) conditions(p pattern, outs []int) bool {
	for _, it := range p {
		if it.form != plain && !s.condition(it, outs, len(p) == 1) {
			return false
		}
		if !s.conditions(it.body, nil) {
			return false
		}
		for _, branch := range it.branches {
			if !s.conditions(branch, widths(it.at)) {
				return false
			}
		}
	}
	return true
}

// widths are the channels of the values of a step, -1 where it is not there.
func widths(at []*step) []int {
	return each(at, func(s *step) int {
		if s == nil || channels(s.node) == 0 {
			return -1
		}
		return channels(s.node)
	})
}

// condition finds the first of a short list of conditions that is right for every occurrence: on
// the stride and whether the channels change, or for steps that are missing on the factor by which
// channels grow.
func (s *solver) condition(it *item, outs []int, whole bool) bool {
	var tests []test
	switch {
	case it.form == shortcut:
		tests = s.strided(widths(lastOf(it.body, s.occurrences)))
	case outs != nil && whole:
		tests = s.strided(outs)
	default: // nobody leaves a step out where a unit strides
		unlike := func(t test) bool { return !strings.Contains(t.text, "==") }
		tests = append(s.widened(), keep(s.strided(widths(lastOf(it.body, s.occurrences))), unlike)...)
	}
	for _, t := range tests {
		if t.is(it.has) {
			it.cond = t.text
			return true
		}
	}
	name := it.flag()
	if name == "" {
		return false
	}
	values := make([]any, len(it.has))
	for i, has := range it.has {
		values[i] = has
	}
	it.cond = s.parameter(role(name), name, values).text
	return true
}

func keep[T any](list []T, is func(T) bool) []T {
	return slices.DeleteFunc(list, func(x T) bool { return !is(x) })
}

// lastOf are the steps that give what a pattern of n occurrences gives.
func lastOf(p pattern, n int) []*step {
	if len(p) == 0 {
		return make([]*step, n)
	}
	return p[len(p)-1].at
}

// A test is a condition and what it is in each occurrence.
type test struct {
	text  string
	holds []bool
}

func (t test) is(has []bool) bool {
	for i, h := range has {
		if t.holds[i] != h {
			return false
		}
	}
	return true
}

// testOf is a condition with what it is in each of n occurrences.
func testOf(n int, text string, holds func(i int) bool) test {
	t := test{text: text, holds: make([]bool, n)}
	for i := range t.holds {
		t.holds[i] = holds(i)
	}
	return t
}

// strided are conditions on the stride, and on the channels that flow in and those of a value.
func (s *solver) strided(outs []int) (tests []test) {
	add := func(text string, holds func(i int) bool) { tests = append(tests, testOf(s.occurrences, text, holds)) }
	c, strides, ends := s.c().values, s.of(stride, nil), s.of(width, outs)
	for _, d := range strides {
		for _, e := range ends {
			add(fmt.Sprintf("%s != 1 or C != %s", d.text, e.text), func(i int) bool { return d.values[i] != 1 || c[i] != e.values[i] })
			add(fmt.Sprintf("%s == 1 and C == %s", d.text, e.text), func(i int) bool { return d.values[i] == 1 && c[i] == e.values[i] })
		}
	}
	for _, e := range ends {
		add("C != "+e.text, func(i int) bool { return c[i] != e.values[i] })
		add("C == "+e.text, func(i int) bool { return c[i] == e.values[i] })
	}
	for _, d := range strides {
		add(d.text+" != 1", func(i int) bool { return d.values[i] != 1 })
		add(d.text+" == 1", func(i int) bool { return d.values[i] == 1 })
	}
	return tests
}

// widened are conditions on the factor by which channels grow.
func (s *solver) widened() (tests []test) {
	for _, t := range s.of(factor, nil) {
		tests = append(tests, testOf(s.occurrences, t.text+" > 1", func(i int) bool { return t.values[i] > 1 }))
	}
	return tests
}

// of are the expressions of one role that are known in all occurrences, with given values unless
// these are nil.
func (s *solver) of(r role, values []int) []quantity {
	var found []quantity
	for _, q := range s.said {
		ok := q.role == r
		for i, v := range q.values {
			ok = ok && v > 0 && (values == nil || values[i] < 0 || values[i] == v)
		}
		if ok {
			found = append(found, q)
		}
	}
	return found
}

// flag is what a parameter is called that says whether a block is applied, "" where an option is
// more than that.
func (it *item) flag() string {
	if it.form != option || len(it.body) != 1 {
		return ""
	}
	switch b := it.body[0].first().block; {
	case b == nil || it.body[0].form != plain:
		return ""
	case strings.HasPrefix(b.name, "se") || strings.HasPrefix(b.name, "squeeze"):
		return "se"
	default:
		return "with_" + b.name
	}
}

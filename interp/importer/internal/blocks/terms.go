package blocks

import (
	"fmt"
	"slices"
)

// inTermsOf is an expression of what has been said that has these values.
func (s *solver) inTermsOf(all pattern, r role, numbers []int, name string, constant bool) (string, bool) {
	if r == width && s.isC(numbers) {
		return "C", true
	}
	for _, q := range s.said {
		if q.role == r && agree(numbers, q.values, func(n, q int) bool { return n == q }) {
			return q.text, true
		}
	}
	if r != width {
		return "", false
	}
	bases := []quantity{}
	for _, q := range s.said {
		if q.role == width && isName(q.text) {
			bases = append(bases, q)
		}
	}
	bases = append(bases, s.c())
	for _, q := range bases {
		for k := 2; k <= mostFactor; k++ {
			if agree(numbers, q.values, func(n, q int) bool { return n == k*q }) {
				return s.note(fmt.Sprintf("%d*%s", k, q.text), numbers), true
			}
		}
		for k := 2; k <= mostFactor; k++ {
			if agree(numbers, q.values, func(n, q int) bool { return n*k == q }) {
				return s.note(fmt.Sprintf("%s/%d", q.text, k), numbers), true
			}
		}
	}
	if constant {
		return "", false
	}
	return s.rounded(numbers, name, all)
}

// mostFactor is the largest k of k*c and c/k.
const mostFactor = 16

// note keeps an expression, so that others are said in its words.
func (s *solver) note(text string, numbers []int) string {
	s.said = append(s.said, quantity{text, width, numbers})
	return text
}

// rounded is a part of something said, rounded to a multiple of 8, or the channels that flow in
// times a new parameter if a depthwise convolution has so many.
func (s *solver) rounded(numbers []int, name string, all pattern) (string, bool) {
	if distinct(numbers) > 2 {
		for _, q := range s.said {
			for k := 2; k <= 8 && q.role == width; k++ {
				if agree(numbers, q.values, func(n, q int) bool { return n == makeDivisible(q/k, 8) }) {
					return s.note(fmt.Sprintf("make_divisible(%s//%d, 8)", q.text, k), numbers), true
				}
			}
		}
	}
	c := s.c().values
	ratios := make([]any, len(numbers))
	for i, n := range numbers {
		if n < 0 || c[i] <= 0 || n%c[i] != 0 {
			return "", false
		}
		ratios[i] = n / c[i]
	}
	if !depthwise(all, numbers) {
		return "", false
	}
	e := s.parameter(factor, "t", ratios)
	return s.note(e.text+"*C", numbers), true
}

// makeDivisible is the function of the language.
func makeDivisible(x, d int) int {
	n := max(d, (2*x+d)/(2*d)*d)
	if 10*n < 9*x {
		n += d
	}
	return n
}

// depthwise reports whether a convolution has as many groups.
func depthwise(all pattern, numbers []int) bool {
	found := false
	all.all(func(it *item) {
		first := it.first()
		if it.form == option || first == nil {
			return
		}
		for i, a := range first.args {
			if a.name != "groups" || found {
				continue
			}
			found = agree(numbers, each(it.at, func(at *step) int {
				if at == nil {
					return -1
				}
				n, _ := whole(at.args[i].value)
				return n
			}), func(a, b int) bool { return a == b })
		}
	})
	return found
}

// isC reports whether numbers are the channels that flow in.
func (s *solver) isC(numbers []int) bool {
	return agree(numbers, s.c().values, func(n, c int) bool { return n == c })
}

func (s *solver) c() quantity {
	return quantity{"C", width, each(s.in, channels)}
}

// agree reports whether numbers are there and related wherever both are.
func agree(numbers, others []int, related func(n, other int) bool) bool {
	some := false
	for i, n := range numbers {
		if n < 0 {
			continue
		}
		if others[i] <= 0 || !related(n, others[i]) {
			return false
		}
		some = true
	}
	return some
}

func distinct(numbers []int) int {
	list := slices.Clone(numbers)
	slices.Sort(list)
	return len(slices.Compact(list))
}

func isName(text string) bool {
	return !slices.ContainsFunc([]byte(text), func(c byte) bool { return c < '0' })
}

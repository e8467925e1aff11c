package dim

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Symbolic sizes print in the language's notation, with no more parentheses than its
// precedences need.

// binding is the precedence of a text.
type binding int

const (
	asSum      binding = iota // a + b
	asDivision                // a//b, a % b or a leading minus
	asProduct                 // a*b, a/b
	asPower                   // a**3
	asName                    // a, 3, ceil(a)
)

// text is a printed size.
type text struct {
	text  string
	binds binding
}

// in puts parentheses around t unless it binds at least as tightly as b.
func (t text) in(b binding) string {
	if t.binds < b {
		return "(" + t.text + ")"
	}
	return t.text
}

// show prints a valid size.
func show(a Size) text { return showSum(pieces(readable(a.InOthers()).terms())) }

// Name is String with the names of variables where labels would be printed, so that sizes
// with equal names are equal.
func (a Size) Name() string {
	if a.symbolic() {
		a = a.replace(func(x *atom) (Size, bool) {
			if x.kind != variable {
				return Size{}, false
			}
			return Variable{Name: x.Name, Low: x.Low, Real: x.Real}.Size(), true
		})
	}
	return a.String()
}

// A piece is a summand: its text without the sign.
type piece struct {
	text
	negative bool
	constant bool
}

// showSum joins the pieces, constants last and something positive first.
func showSum(all []piece) text {
	slices.SortStableFunc(all, func(a, b piece) int { return after(a.constant) - after(b.constant) })
	if first := slices.IndexFunc(all, func(p piece) bool { return !p.negative }); first > 0 {
		p := all[first]
		all = slices.Insert(slices.Delete(all, first, first+1), 0, p)
	}
	switch {
	case len(all) == 0:
		return text{"0", asName}
	case all[0].negative:
		all[0].text = text{"-" + negatable(all[0].text), asDivision}
	}
	if len(all) == 1 {
		return all[0].text
	}
	var b strings.Builder
	for i, p := range all {
		switch {
		case i > 0 && p.negative:
			b.WriteString(" - ")
		case i > 0:
			b.WriteString(" + ")
		}
		b.WriteString(p.in(asDivision))
	}
	return text{b.String(), asSum}
}

// negatable prints t to follow a minus, which binds tighter than a power.
func negatable(t text) string {
	if strings.Contains(t.text, "**") {
		return t.in(asName)
	}
	return t.in(asProduct)
}

func after(constant bool) int {
	if constant {
		return 1
	}
	return 0
}

// pieces prints the terms, those over one denominator as one quotient.
func pieces(terms []term) []piece {
	var all []piece
	for len(terms) > 0 {
		_, under := terms[0].mono.split()
		den := terms[0].coef.Den()
		var over, others []term
		for _, t := range terms {
			mono, below := t.mono.split()
			if t.coef.Den() == den && compareMonomials(below, under) == 0 {
				over = append(over, term{whole(t.coef.num), mono})
			} else {
				others = append(others, t)
			}
		}
		terms = others
		above := make([]piece, len(over))
		for i, t := range over {
			above[i] = showTerm(t)
		}
		if den == 1 && len(under) == 0 {
			all = append(all, above...)
			continue
		}
		all = append(all, showQuotient(above, showTerm(term{whole(den), under}).text, len(under) == 0))
	}
	return all
}

// showQuotient prints (above)/below.
func showQuotient(above []piece, below text, constant bool) piece {
	negative := !slices.ContainsFunc(above, func(p piece) bool { return !p.negative })
	if negative {
		for i := range above {
			above[i].negative = false
		}
	}
	constant = constant && len(above) == 1 && above[0].constant
	return piece{text{showSum(above).in(asProduct) + "/" + below.in(asName), asProduct}, negative, constant}
}

// showTerm prints a term without divisors.
func showTerm(t term) piece {
	p := piece{negative: t.coef.num < 0, constant: len(t.mono) == 0}
	if n := abs(t.coef.num); n != 1 || p.constant {
		p.text = text{fmt.Sprint(n), asName}
	}
	for _, f := range t.mono {
		factor, repeat := showAtom(f.atom), f.power
		if f.power > 2 {
			factor, repeat = text{fmt.Sprintf("%s**%d", factor.in(asName), f.power), asPower}, 1
		}
		for range repeat {
			p.text = times(p.text, factor)
		}
	}
	return p
}

// times prints a·b; an empty a is 1.
func times(a, b text) text {
	if a.text == "" {
		return b
	}
	return text{a.in(asProduct) + "*" + b.in(asPower), asProduct}
}

// showAtom prints a variable, P//Q, ceil(P/Q), P % Q or a sum.
func showAtom(x *atom) text {
	switch x.kind {
	case variable:
		return text{x.String(), asName}
	case group:
		return show(x.arg)
	case modulo:
		return text{Remainder(x.arg, x.under), asDivision}
	case ceiling:
		return text{"ceil(" + show(x.arg).text + ")", asName}
	}
	num, den := fraction(x.arg)
	if den == whole(1) {
		return text{"floor(" + show(x.arg).text + ")", asName}
	}
	return text{show(num).in(asProduct) + "//" + show(den).in(asName), asDivision}
}

// Remainder prints a % b with the brackets that it needs.
func Remainder(a, b Size) string { return show(a).in(asProduct) + " % " + show(b).in(asName) }

// Decimal writes a fraction as a decimal if that is exact, and anything else like String.
func (a Size) Decimal() string {
	if !a.Known() || !a.IsValid() || a.IsWhole() {
		return a.String()
	}
	r := big.NewRat(a.Num(), a.Den())
	for digits := 1; digits <= 15; digits++ {
		text := r.FloatString(digits)
		if back, ok := new(big.Rat).SetString(text); ok && back.Cmp(r) == 0 {
			return text
		}
	}
	return a.String()
}

package dim

import "slices"

// Exact quotients. A product divides by negative powers; a sum of several terms divides as
// one atom, the group, with a negative power. Divisors are assumed not to be zero.

// fraction writes the valid size a as num/den, where both are polynomials with whole
// coefficients and no divisors, and den's constant factor is positive.
func fraction(a Size) (num, den Size) {
	if a.poly == nil {
		return whole(a.num), whole(a.den + 1)
	}
	common := whole(1)
	var under monomial
	for _, t := range a.poly.terms {
		common = lcm(common, t.coef.Den())
		for _, f := range t.mono {
			if more := -f.power - under.of(f.atom); f.power < 0 && more > 0 {
				under, _ = under.times(power(f.atom, more))
			}
		}
	}
	if !common.IsValid() {
		return common, common
	}
	if common == whole(1) && len(under) == 0 {
		return a, common
	}
	var parts []term
	for _, t := range a.poly.terms {
		mono, ok := t.mono.times(under)
		part := expand(t.coef.Mul(common), mono)
		if !ok || !part.IsValid() {
			return Invalid(), Invalid()
		}
		parts = append(parts, part.terms()...)
	}
	return sum(parts), expand(common, under)
}

// lcm returns the least common multiple of a and b, both positive.
func lcm(a Size, b int64) Size {
	if !a.IsValid() {
		return a
	}
	return a.Mul(whole(b / int64(gcd(abs(a.num), abs(b)))))
}

// expand returns coef·mono with the groups in mono, of positive power,
// multiplied out.
func expand(coef Size, mono monomial) Size {
	r := coef
	plain := mono[:len(mono):len(mono)]
	for len(plain) > 0 && plain[len(plain)-1].atom.kind == group { // groups sort last
		last := plain[len(plain)-1]
		r, plain = r.Mul(last.atom.arg.Pow(last.power)), plain[:len(plain)-1]
	}
	return r.Mul(single(whole(1), plain))
}

// inverse returns 1/a for a polynomial a without divisors.
func inverse(a Size) Size {
	if !a.symbolic() {
		return whole(1).Quo(a)
	}
	terms := a.poly.terms
	if len(terms) == 1 {
		return single(whole(1).Quo(terms[0].coef), terms[0].mono.inverse())
	}
	// The group is without constant factor or common atom and of a fixed sign, so
	// that multiples of one sum have one group.
	coef, mono := content(terms)
	bare := a.Quo(coef).Mul(single(whole(1), mono.inverse()))
	if !bare.IsValid() {
		return bare
	}
	down, ok := mono.inverse().times(power(&atom{kind: group, arg: bare}, -1))
	if !ok {
		return Invalid()
	}
	return single(whole(1).Quo(coef), down)
}

// content returns the largest coefficient and monomial that divide all terms, whose
// coefficients are whole and powers positive. The coefficient has the sign of the first
// term of the highest degree.
func content(terms []term) (Size, monomial) {
	divisor := uint64(0)
	mono := slices.Clone(terms[0].mono)
	for _, t := range terms {
		divisor = gcd(divisor, abs(t.coef.num))
		for i := range mono {
			mono[i].power = min(mono[i].power, t.mono.of(mono[i].atom))
		}
	}
	mono = slices.DeleteFunc(mono, func(f factor) bool { return f.power <= 0 })
	degree := terms[len(terms)-1].mono.degree()
	first := slices.IndexFunc(terms, func(t term) bool { return t.mono.degree() == degree })
	return signed(terms[first].coef.num < 0, divisor, 1), mono
}

// reduce cancels sums: of R/Q with a group Q it keeps the remainder of the polynomial
// division R by Q, so that (a² - b²)/(a + b) is a - b.
func reduce(a Size) Size {
	for range maxDepth {
		before := a
		for _, g := range groups(a) {
			if a = reduceBy(a, g); !a.IsValid() {
				return a
			}
		}
		if !a.poly.hasGroups() || compareSizes(before, a) == 0 {
			break
		}
	}
	return a
}

// groups lists the distinct groups a divides by.
func groups(a Size) []*atom {
	var all []*atom
	for _, t := range a.poly.terms {
		for _, f := range t.mono {
			if f.atom.kind == group {
				all = append(all, f.atom)
			}
		}
	}
	slices.SortFunc(all, compareAtoms)
	return slices.CompactFunc(all, func(x, y *atom) bool { return compareAtoms(x, y) == 0 })
}

// reduceBy divides the terms over each power of g by g, the highest first.
func reduceBy(a Size, g *atom) Size {
	highest := 0
	over := map[int][]term{} // by the power of g below it
	for _, t := range a.terms() {
		n, rest := -t.mono.of(g), t.mono
		if n > 0 {
			rest, _ = rest.times(power(g, n))
		}
		over[n] = append(over[n], term{t.coef, rest})
		highest = max(highest, n)
	}
	var out []term
	for n := highest; n > 0; n-- {
		quotient, remainder, ok := divide(gather(over[n]), g.arg)
		if !ok {
			return a
		}
		over[n-1] = append(over[n-1], quotient...)
		for _, t := range remainder.terms() {
			mono, ok := t.mono.times(power(g, -n))
			if !ok {
				return Invalid()
			}
			out = append(out, term{t.coef, mono})
		}
	}
	return gather(append(out, over[0]...))
}

// divide is polynomial division: a = quotient·b + remainder, where no term of the remainder
// is a multiple of b's last. Each step replaces a term by lower ones; ok is false if they
// are too many.
func divide(a, b Size) (quotient []term, remainder Size, ok bool) {
	lead := b.poly.terms[len(b.poly.terms)-1]
	for range maxTerms {
		if !a.IsValid() {
			return nil, a, false
		}
		t, found := lastMultiple(a.terms(), lead)
		if !found {
			return quotient, a, true
		}
		quotient = append(quotient, t)
		a = gather(append(slices.Clone(a.terms()), scaled(b.poly.terms, t)...))
	}
	return nil, a, false
}

// lastMultiple returns the quotient by lead of the last term it divides.
func lastMultiple(terms []term, lead term) (quotient term, found bool) {
	for _, t := range slices.Backward(terms) {
		divides := true
		for _, f := range lead.mono {
			divides = divides && t.mono.of(f.atom) >= f.power
		}
		if divides {
			mono, _ := t.mono.times(lead.mono.inverse())
			return term{t.coef.Quo(lead.coef), mono}, true
		}
	}
	return term{}, false
}

// scaled returns -by·terms; a power out of bounds makes an invalid coefficient.
func scaled(terms []term, by term) []term {
	out := make([]term, len(terms))
	for i, t := range terms {
		mono, ok := t.mono.times(by.mono)
		out[i] = term{t.coef.Mul(by.coef).Neg(), mono}
		if !ok {
			out[i] = term{coef: Invalid()}
		}
	}
	return out
}

// Divisors lists the divisors in a, except numbers.
func (a Size) Divisors() []Size {
	if a.poly == nil {
		return nil
	}
	var list []Size
	for _, t := range a.poly.terms {
		for _, f := range t.mono {
			var found []Size
			switch {
			case f.power < 0 && f.atom.kind == group:
				found = append(f.atom.arg.Divisors(), f.atom.arg)
			case f.power < 0:
				found = append(f.atom.arg.Divisors(), from(f.atom))
			default:
				found = f.atom.arg.Divisors()
			}
			for _, d := range found {
				if !slices.Contains(list, d) {
					list = append(list, d)
				}
			}
		}
	}
	return list
}

package dim

// Solve solves a == 0 for one of its variables: name = value holds wherever
// a is 0, and value does not contain name. ok is false where no variable is
// multiplied by a number, or by a polynomial that is not 0 and divides the rest,
// and occurs nowhere else.
//
// Of several solutions it is, in this order, one for a variable with the
// coefficient ±1, one whose value is an integer, one whose value keeps to the
// variable's bound, and the first by name. So C - 4·c is solved for C.
func (a Size) Solve() (name string, value Size, ok bool) {
	if !a.symbolic() {
		return "", Size{}, false
	}
	num, _ := fraction(a)
	best := 0
	for _, candidate := range num.Vars() {
		v, rank := num.solveFor(candidate)
		if rank > best {
			name, value, best = candidate, v, rank
		}
	}
	return name, value, best > 0
}

// solveFor solves a polynomial for one variable; rank is 0 where it cannot.
func (a Size) solveFor(name string) (value Size, rank int) {
	var x *atom
	var slope, rest []term
	for _, t := range a.poly.terms {
		occurs := 0
		single(whole(1), t.mono).variables(func(v *atom) {
			if v.name == name {
				occurs++
			}
		})
		at := directly(t.mono, name)
		switch {
		case occurs == 0:
			rest = append(rest, t)
		case occurs > 1 || at == nil:
			return Size{}, 0
		default:
			x = at
			mono, _ := t.mono.times(power(x, -1))
			slope = append(slope, term{t.coef, mono})
		}
	}
	by := sum(slope)
	if by.symbolic() && !by.ProvablyPositive() && !by.Neg().ProvablyPositive() {
		return Size{}, 0 // may be 0, and name then anything
	}
	value = sum(rest).Neg().Quo(by)
	if !value.IsValid() || !value.isPolynomial() {
		return Size{}, 0
	}
	rank = 1
	if x.real || value.Sub(whole(x.low)).ProvablyNonNegative() {
		rank++
	}
	if x.real || value.IsWhole() {
		rank += 2
	}
	if by == whole(1) || by == whole(-1) {
		rank += 4
	}
	return value, rank
}

// directly returns the variable name where it is a factor, to the power 1.
func directly(mono monomial, name string) *atom {
	for _, f := range mono {
		if f.atom.kind == variable && f.atom.name == name && f.power == 1 {
			return f.atom
		}
	}
	return nil
}

// isPolynomial reports whether a divides by numbers only.
func (a Size) isPolynomial() bool {
	for _, t := range a.terms() {
		for _, f := range t.mono {
			if f.power < 0 {
				return false
			}
		}
	}
	return true
}

package dim

// Linear writes a as slope*x + rest for the variable x of this name; ok is false if a is
// not linear in x, or contains a function of it.
func (a Size) Linear(name string) (slope, rest Size, ok bool) {
	var with, without []term
	for _, t := range a.terms() {
		x := directly(t.mono, name)
		if x != nil {
			t.mono, _ = t.mono.times(power(x, -1))
			with = append(with, t)
		} else {
			without = append(without, t)
		}
	}
	slope, rest = sum(with), sum(without)
	return slope, rest, a.IsValid() && !slope.DependsOn(name) && !rest.DependsOn(name)
}

// Solve solves a == 0 for one of its variables: x == value holds wherever a is 0, and
// value does not contain x. ok is false where no variable is multiplied by a number, or
// by a polynomial that is not 0 and divides the rest, and occurs nowhere else.
//
// Of several solutions it is, in this order, one for a variable with the
// coefficient ±1, one whose value is an integer, one whose value keeps to the
// variable's bound, and the first by name. So C - 4·c is solved for C.
func (a Size) Solve() (x Variable, value Size, ok bool) {
	if !a.symbolic() {
		return Variable{}, Size{}, false
	}
	num, _ := fraction(a)
	best := 0
	for _, candidate := range num.Vars() {
		v, rank := num.solveFor(candidate)
		if rank > best {
			x, value, best = candidate, v, rank
		}
	}
	return x, value, best > 0
}

// solveFor solves a polynomial for one variable; rank is 0 if it cannot.
func (a Size) solveFor(x Variable) (value Size, rank int) {
	by, rest, ok := a.Linear(x.Name)
	if !ok || by.symbolic() && !by.ProvablyPositive() && !by.Neg().ProvablyPositive() {
		return Size{}, 0 // it may be 0, and then x can be anything
	}
	value = rest.Neg().Quo(by)
	if !value.IsValid() || !value.isPolynomial() {
		return Size{}, 0
	}
	rank = 1
	if x.Real || value.Sub(whole(x.Low)).ProvablyNonNegative() {
		rank++
	}
	if x.Real || value.IsWhole() {
		rank += 2
	}
	if by == whole(1) || by == whole(-1) {
		rank += 4
	}
	return value, rank
}

// directly returns the variable if it is a factor, to the power 1.
func directly(mono monomial, name string) *atom {
	for _, f := range mono {
		if f.atom.kind == variable && f.atom.Name == name && f.power == 1 {
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

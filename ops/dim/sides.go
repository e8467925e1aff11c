package dim

// Sides writes a as left - right, both sums of terms with positive coefficients, so that a
// >= 0 can be read as left >= right.
func (a Size) Sides() (left, right Size) {
	if !a.IsValid() {
		return a, a
	}
	var plus, minus []term
	for _, t := range a.terms() {
		if t.coef.num > 0 {
			plus = append(plus, t)
		} else {
			minus = append(minus, term{t.coef.Neg(), t.mono})
		}
	}
	return sum(plus), sum(minus)
}

// Fraction writes a as numerator/denominator, both without divisors.
func (a Size) Fraction() (numerator, denominator Size) {
	if !a.IsValid() {
		return a, a
	}
	return fraction(a)
}

package dim

// What follows from variables and floors being whole numbers.

// NeverZero reports whether a is shown not to be 0 for any values of its variables, since they are
// whole: 2*m + 4*n is not 3, for 2 divides it, and n**2 is not 2, as none of the numbers that divide 2
// is its root. Divisors are assumed not to be 0.
func (a Size) NeverZero() bool {
	if !a.IsValid() {
		return false
	}
	num, _ := fraction(a)
	if !num.symbolic() || !num.IsWhole() {
		return num.IsValid() && !num.symbolic() && num.num != 0
	}
	constant, common := num.constantAndRest()
	return constant%common != 0 || constant != 0 && num.hasNoRoot(constant)
}

// Floored returns a size without a common factor that is at least 0 just where a is: of 2*m - 2*n - 1, which is
// not 0, m - n - 1. It is a itself where that is not a polynomial of whole numbers.
func (a Size) Floored() Size {
	if !a.symbolic() {
		return a
	}
	num, den := fraction(a)
	if !den.Known() || !num.symbolic() || !num.IsWhole() {
		return a
	}
	_, common := num.constantAndRest()
	if common == 1 && den == whole(1) {
		return a
	}
	return num.Quo(whole(common)).Floor()
}

// constantAndRest returns the constant of a polynomial with whole coefficients, and the largest number that
// divides all others.
func (a Size) constantAndRest() (constant, common int64) {
	divisor := uint64(0)
	for _, t := range a.poly.terms {
		if len(t.mono) == 0 {
			constant = t.coef.num
		} else {
			divisor = gcd(divisor, abs(t.coef.num))
		}
	}
	return constant, int64(divisor)
}

// maxRoot is the largest root that hasNoRoot looks for.
const maxRoot = 1000

// hasNoRoot reports whether a polynomial of one atom has no whole root: it would divide the constant, which
// is not 0.
func (a Size) hasNoRoot(constant int64) bool {
	x := a.poly.terms[len(a.poly.terms)-1].mono[0].atom
	for _, t := range a.poly.terms {
		if len(t.mono) > 1 || len(t.mono) == 1 && compareAtoms(t.mono[0].atom, x) != 0 {
			return false
		}
	}
	if abs(constant) > maxRoot {
		return false
	}
	for root := -int64(abs(constant)); root <= int64(abs(constant)); root++ {
		if root == 0 || constant%root != 0 || x.kind == variable && root < x.Low {
			continue
		}
		sum := Size{}
		for _, t := range a.poly.terms {
			r := t.coef
			for _, f := range t.mono {
				r = r.Mul(whole(root).Pow(f.power))
			}
			sum = sum.Add(r)
		}
		if !sum.IsValid() || sum == (Size{}) {
			return false
		}
	}
	return true
}

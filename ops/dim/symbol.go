package dim

import "fmt"

// IsZero reports whether a is 0 for all values of its variables (except where a divisor is
// 0). False means that the normal form of a is not 0: a may still be 0 if two floors are
// equal for a reason that the normal form does not know.
func (a Size) IsZero() bool {
	switch {
	case a.poly == nil:
		return a.num == 0
	case !a.IsValid() || a.poly.depth == 0 && !a.poly.hasGroups():
		return false // nothing in it has another form
	}
	return zeroAnswers.of(a, cancels)
}

// cancels is IsZero of a symbolic size.
func cancels(a Size) bool {
	if a.poly.hasGroups() {
		a, _ = fraction(a) // numerators may cancel over the common denominator
	}
	return mirrored(a) == Size{}
}

// Equivalent reports whether IsZero shows that a and b are equal for all values of their
// variables. Nothing equals an invalid size.
func Equivalent(a, b Size) bool { return a.Sub(b).IsZero() }

// Eval returns the value of a for these values of its variables; it is invalid if an
// intermediate number is out of range or a quotient by 0. The error says that a variable is
// missing or below its bound.
func (a Size) Eval(assign map[string]int64) (Size, error) {
	if !a.symbolic() {
		return a, nil
	}
	total := Size{}
	for _, t := range a.poly.terms {
		r := t.coef
		for _, f := range t.mono {
			x, err := f.atom.eval(assign)
			if err != nil {
				return Invalid(), err
			}
			r = r.Mul(x.Pow(f.power))
		}
		total = total.Add(r)
	}
	return total, nil
}

func (x *atom) eval(assign map[string]int64) (Size, error) {
	if x.kind == variable {
		n, ok := assign[x.Name]
		switch {
		case !ok:
			return Invalid(), fmt.Errorf("no value for %s", x.Name)
		case n < x.Low:
			return Invalid(), fmt.Errorf("%s = %d, but it is at least %d", x.Name, n, x.Low)
		}
		return whole(n), nil
	}
	v, err := x.arg.Eval(assign)
	if x.kind == floor {
		v = v.Floor()
	}
	return v, err
}

// Substitute returns a with by in place of the variable name, in normal form. by must be a
// value that the variable may have: a known number that is not gives an invalid size, a
// symbolic one is trusted.
func (a Size) Substitute(name string, by Size) Size {
	return a.SubstituteAll(map[string]Size{name: by})
}

// SubstituteAll is Substitute for several variables at once: substituted sizes are not
// substituted into again.
func (a Size) SubstituteAll(by map[string]Size) Size {
	put := func(is Size) Size { return is.SubstituteAll(by) }
	concerns := func(v Variable) bool {
		_, replaced := by[v.Name]
		return replaced || v.is().symbolic()
	}
	if !a.some(concerns) {
		return a
	}
	return a.replace(func(x *atom) (Size, bool) {
		if x.kind == group || x.kind == floor && x.arg.some(concerns) {
			return Size{}, false
		}
		size, ok := by[x.Name]
		switch {
		case x.kind == floor:
			return from(x), true
		case !ok:
			return x.with(put).Size(), true
		case size.Known() && !x.Real && (size.den != 0 || size.num < x.Low):
			return Invalid(), true
		}
		return size, true
	})
}

// replace rebuilds a with new sizes for its atoms; an atom for which next has none is
// rebuilt from its parts.
func (a Size) replace(next func(*atom) (Size, bool)) Size {
	if !a.symbolic() {
		return a
	}
	var parts []term
	for _, t := range a.poly.terms {
		r := t.coef
		for _, f := range t.mono {
			x, ok := next(f.atom)
			if !ok {
				x = f.atom.arg.replace(next)
			}
			if !ok && f.atom.kind == floor {
				x = x.Floor()
			}
			r = r.Mul(x.Pow(f.power))
		}
		if !r.IsValid() {
			return r
		}
		if parts = append(parts, r.terms()...); len(parts) > maxProducts {
			return Invalid()
		}
	}
	return sum(parts)
}

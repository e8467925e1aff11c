package dim

import (
	"fmt"
	"math"
	"slices"
)

// Var returns the variable name, which stands for an integer of at least 1: a
// channel count, an input size, a stride.
//
// A name stands for one variable wherever it occurs; make it with the same
// bound each time.
func Var(name string) Size { return VarFrom(name, 1) }

// VarFrom returns the variable name, which stands for an integer >= low.
func VarFrom(name string, low int64) Size { return newVariable(atom{name: name, low: low}) }

// VarReal returns the variable name, which stands for any number.
func VarReal(name string) Size {
	return newVariable(atom{name: name, real: true, low: math.MinInt64})
}

func newVariable(a atom) Size {
	if a.name == "" {
		panic("dim: a variable without a name")
	}
	return from(&a)
}

// Vars returns the names of the variables in a, sorted.
func (a Size) Vars() []string {
	var names []string
	a.variables(func(x *atom) {
		if !slices.Contains(names, x.name) {
			names = append(names, x.name)
		}
	})
	slices.Sort(names)
	return names
}

// variables calls visit for each occurrence of a variable.
func (a Size) variables(visit func(*atom)) {
	if !a.symbolic() {
		return
	}
	for _, t := range a.poly.terms {
		for _, f := range t.mono {
			if f.atom.kind == variable {
				visit(f.atom)
			} else {
				f.atom.arg.variables(visit)
			}
		}
	}
}

func (a Size) mentions(name string) bool {
	found := false
	a.variables(func(x *atom) { found = found || x.name == name })
	return found
}

// IsZero reports whether a is 0 for all values of its variables (where no
// divisor is 0). False means that the normal form of a is not 0: a may be 0 all
// the same where two floors are equal for a reason the normal form does not know.
func (a Size) IsZero() bool {
	switch {
	case a.poly == nil:
		return a.num == 0
	case !a.IsValid() || a.poly.depth == 0 && !a.poly.hasGroups():
		return false // nothing in it has a second form
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

// Equivalent reports whether a and b are shown to be equal for all values of
// their variables, as IsZero decides it. Nothing equals an invalid size.
func Equivalent(a, b Size) bool { return a.Sub(b).IsZero() }

// Eval returns the number that a is where the variables have the assigned
// values; it is invalid where that number, or one on the way to it, is out of
// range or a quotient by 0. It is an error to leave out a variable of a or to
// assign less than its bound.
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
		n, ok := assign[x.name]
		switch {
		case !ok:
			return Invalid(), fmt.Errorf("no value for %s", x.name)
		case n < x.low:
			return Invalid(), fmt.Errorf("%s = %d, but it is at least %d", x.name, n, x.low)
		}
		return whole(n), nil
	}
	v, err := x.arg.Eval(assign)
	if x.kind == floor {
		v = v.Floor()
	}
	return v, err
}

// Substitute returns a with by in place of the variable name, in normal form.
// The values of by must be values the variable may have: a known number that is
// not gives an invalid size, a symbolic one is trusted.
func (a Size) Substitute(name string, by Size) Size {
	if !a.mentions(name) {
		return a
	}
	return a.replace(func(x *atom) (Size, bool) {
		switch {
		case x.kind == group || x.kind == floor && x.arg.mentions(name):
			return Size{}, false
		case x.kind == floor || x.name != name:
			return from(x), true
		case by.Known() && !x.real && (by.den != 0 || by.num < x.low):
			return Invalid(), true
		}
		return by, true
	})
}

// SubstituteAll is Substitute of several variables at once: none of what is put
// in is replaced again.
func (a Size) SubstituteAll(by map[string]Size) Size {
	return a.replace(func(x *atom) (Size, bool) {
		if x.kind == group || x.kind == floor {
			return Size{}, false
		}
		size, ok := by[x.name]
		switch {
		case !ok:
			return from(x), true
		case size.Known() && !x.real && (size.den != 0 || size.num < x.low):
			return Invalid(), true
		}
		return size, true
	})
}

// replace rebuilds a with new sizes for its atoms; where next has none for an
// atom, the atom is rebuilt from what is inside it.
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

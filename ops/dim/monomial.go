package dim

import (
	"cmp"
	"slices"
	"strings"
)

// A kind says what an atom stands for.
type kind uint8

const (
	variable kind = iota // an unknown number
	floor                // floor(arg)
	ceiling              // ceil(arg), in printing only
	modulo               // arg % under, in printing only
	group                // arg, a sum of several terms, used only as a divisor
)

// An atom is an indivisible unknown of a polynomial.
type atom struct {
	kind     kind
	Variable // of that kind

	arg, under Size
}

// A monomial is a product of powers of atoms, in the order of the atoms; nil is 1. Powers
// are not 0, and negative if the atom divides.
type monomial []factor

type factor struct {
	atom  *atom
	power int
}

// maxPower bounds the powers in a monomial, maxFactors its length: multiplying as many
// sizes as a signature may have axes would take quadratic time.
const (
	maxPower   = 64
	maxFactors = 64
)

// power returns the monomial x^n.
func power(x *atom, n int) monomial { return monomial{{x, n}} }

// times multiplies; ok is false if a power, or the product, exceeds the bounds.
func (a monomial) times(b monomial) (product monomial, ok bool) {
	if len(a) == 0 {
		return b, true
	}
	if len(b) == 0 {
		return a, true
	}
	product = make(monomial, 0, len(a)+len(b))
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch c := compareAtoms(a[i].atom, b[j].atom); {
		case c < 0:
			product = append(product, a[i])
			i++
		case c > 0:
			product = append(product, b[j])
			j++
		default:
			n := a[i].power + b[j].power
			if n > maxPower || n < -maxPower {
				return nil, false
			}
			if n != 0 {
				product = append(product, factor{a[i].atom, n})
			}
			i, j = i+1, j+1
		}
	}
	product = append(append(product, a[i:]...), b[j:]...)
	return product, len(product) <= maxFactors
}

// inverse returns 1/a.
func (a monomial) inverse() monomial {
	r := slices.Clone(a)
	for i := range r {
		r[i].power = -r[i].power
	}
	return r
}

// of returns the power of x in a.
func (a monomial) of(x *atom) int {
	for _, f := range a {
		if compareAtoms(f.atom, x) == 0 {
			return f.power
		}
	}
	return 0
}

// split returns the factors of the numerator and, inverted, those of the denominator.
func (a monomial) split() (over, under monomial) {
	for _, f := range a {
		if f.power > 0 {
			over = append(over, f)
		} else {
			under = append(under, factor{f.atom, -f.power})
		}
	}
	return over, under
}

// isWhole reports whether a is an integer for all values of its variables.
func (a monomial) isWhole() bool {
	for _, f := range a {
		if f.power < 0 || f.atom.Real || f.atom.kind == group {
			return false
		}
	}
	return true
}

func (a monomial) degree() int {
	d := 0
	for _, f := range a {
		d += f.power
	}
	return d
}

// compareMonomials orders by degree, then so that C is before C·c, both before c·c: within
// a degree the first atom's higher power comes first. Multiplication keeps the order, which
// divide relies on.
func compareMonomials(a, b monomial) int {
	if c := cmp.Compare(a.degree(), b.degree()); c != 0 {
		return c
	}
	for i := 0; i < len(a) || i < len(b); i++ {
		switch {
		case i == len(a):
			return sign(b[i].power)
		case i == len(b):
			return -sign(a[i].power)
		}
		switch c := compareAtoms(a[i].atom, b[i].atom); {
		case c < 0:
			return -sign(a[i].power)
		case c > 0:
			return sign(b[i].power)
		case a[i].power != b[i].power:
			return -cmp.Compare(a[i].power, b[i].power)
		}
	}
	return 0
}

func sign(n int) int { return cmp.Compare(n, 0) }

// compareAtoms orders atoms by structure, not by address. Variables are distinguished only
// by name.
func compareAtoms(a, b *atom) int {
	if a == b {
		return 0
	}
	if c := cmp.Compare(a.kind, b.kind); c != 0 {
		return c
	}
	if a.kind == variable {
		return strings.Compare(a.Name, b.Name)
	}
	if c := compareSizes(a.arg, b.arg); c != 0 {
		return c
	}
	return compareSizes(a.under, b.under)
}

// compareSizes orders normal forms by structure, not by value.
func compareSizes(a, b Size) int {
	x, y := a.terms(), b.terms()
	for i := 0; i < len(x) && i < len(y); i++ {
		if c := compareMonomials(x[i].mono, y[i].mono); c != 0 {
			return c
		}
		if c := compareNumbers(x[i].coef, y[i].coef); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x), len(y))
}

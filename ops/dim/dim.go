// Package dim is the arithmetic of shapes: sizes that are exact rational
// numbers or expressions in unknown ones, and the questions a shape rule may
// ask of them. Shape rules are written once over Size and Facts, so that the
// same rule serves a network at known sizes and a proof over all sizes.
package dim

import (
	"fmt"
	"math"
)

// A Size is an exact rational number: a channel count, a height, a stride, or
// any number of the language on its way to becoming one. The zero Size is 0.
// Results beyond ±2^53 are invalid (IsValid), and stay so through all further
// arithmetic.
//
// A Size may also be symbolic (Var): an expression over variables, kept in a
// normal form. An expression whose variables cancel is the known number again.
//
// Equal known numbers are equal structs. Of symbolic sizes == compares
// identity; Equivalent compares values.
type Size struct {
	num int64
	// den is the denominator minus one, so that the zero value is 0/1 and equal
	// numbers are equal structs; num/(den+1) is in lowest terms.
	den int64
	// poly is nil for a known number and &outOfRange for an invalid size; both
	// other fields are zero unless it is nil.
	poly *poly
}

// Limit bounds the magnitude of every numerator and denominator.
const Limit = 1 << 53

// outOfRange marks the invalid size; it is never read.
var outOfRange poly

// Int returns the size n.
func Int(n int) Size { return whole(int64(n)) }

// Ratio returns num/den. A zero den gives an invalid size.
func Ratio(num, den int64) Size { return ratio(num, den) }

// Invalid is the result of arithmetic that left the range, divided by zero or exceeded what
// a symbolic size may hold.
func Invalid() Size { return Size{poly: &outOfRange} }

// IsValid reports whether all arithmetic that led to a stayed in the range.
func (a Size) IsValid() bool { return a.poly != &outOfRange }

// Known reports whether a is a number: neither symbolic nor invalid.
func (a Size) Known() bool { return a.poly == nil }

// symbolic reports whether a is an expression that did not cancel to a number.
func (a Size) symbolic() bool { return a.poly != nil && a.poly != &outOfRange }

// Num is the numerator of the fraction in lowest terms, 0 for an invalid size.
// It panics for a symbolic one.
func (a Size) Num() int64 { return a.number("Num").num }

// Den is the denominator, which is positive, 1 for an invalid size. It panics
// for a symbolic one.
func (a Size) Den() int64 { return a.number("Den").den + 1 }

// number returns a, which must not be symbolic.
func (a Size) number(method string) Size {
	if a.symbolic() {
		panic("dim: " + method + " of the unknown size " + a.String())
	}
	return a
}

// Weight is the size of a: 1 for a number, more the more terms and atoms a symbolic size
// has. The time of a question about a grows with it.
func (a Size) Weight() int {
	if !a.symbolic() {
		return 1
	}
	return 1 + a.poly.weight
}

// IsWhole reports whether a is an integer. A symbolic size is one if that is provable: all
// its coefficients are whole, and its atoms are integer variables and floors.
func (a Size) IsWhole() bool {
	if a.poly == nil {
		return a.den == 0
	}
	return a.symbolic() && a.poly.isWhole()
}

// Int returns a as an int; ok is false where a is not a known whole number.
func (a Size) Int() (n int, ok bool) { return int(a.num), a.poly == nil && a.den == 0 }

// MustInt returns a as an int. It panics where a is not a known whole number,
// which the checker has excluded for every attribute and shape in a graph.
func (a Size) MustInt() int {
	n, ok := a.Int()
	if !ok {
		panic("dim: MustInt of " + a.String())
	}
	return n
}

// Float returns the float64 nearest to a, NaN for an invalid size. It panics
// for a symbolic one.
func (a Size) Float() float64 {
	if a.poly == nil {
		return float64(a.num) / float64(a.den+1) // both are exact below 2^53
	}
	a.number("Float")
	return math.NaN()
}

// Cmp returns -1, 0 or 1 as a is below, equal to or above b. An invalid size is
// above every valid one, and equal to itself. Cmp panics where the difference
// of a and b is symbolic.
func (a Size) Cmp(b Size) int {
	switch {
	case a.poly == nil && b.poly == nil:
		return compareNumbers(a, b)
	case !a.IsValid() && !b.IsValid():
		return 0
	case !a.IsValid():
		return 1
	case !b.IsValid():
		return -1
	}
	d := a.Sub(b)
	if !d.Known() {
		panic("dim: Cmp of unknown sizes " + a.String() + " and " + b.String())
	}
	return compareNumbers(d, Size{})
}

// String prints 64, 3/2 or, for an invalid size, "out of range"; a symbolic size as in a
// .cnn file: 4*c, ceil(H/stride), (H - 1)//2.
func (a Size) String() string {
	switch {
	case !a.IsValid():
		return "out of range"
	case a.poly != nil:
		return show(a).text
	case a.den == 0:
		return fmt.Sprint(a.num)
	}
	return fmt.Sprintf("%d/%d", a.num, a.den+1)
}

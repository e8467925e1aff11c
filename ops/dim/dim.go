// Package dim is the arithmetic of shapes: sizes that are exact rational
// numbers, and the questions a shape rule may ask of them. Shape rules are
// written once over Size and Facts, so that the same rule serves a network at
// known sizes and a proof over all sizes.
package dim

import (
	"fmt"
	"math/bits"
	"strings"
)

// A Size is an exact rational number: a channel count, a height, a stride, or
// any number of the language on its way to becoming one. The zero Size is 0.
// Results beyond ±2^53 are invalid (IsValid), and stay so through all further
// arithmetic.
type Size struct {
	num int64
	// den is the denominator minus one, so that the zero value is 0/1 and equal
	// numbers are equal structs; num/(den+1) is in lowest terms.
	den     int64
	invalid bool
}

// Limit bounds the magnitude of every numerator and denominator.
const Limit = 1 << 53

// Int returns the size n.
func Int(n int) Size { return ratio(int64(n), 1) }

// Ratio returns num/den. A zero den gives an invalid size.
func Ratio(num, den int64) Size { return ratio(num, den) }

// Invalid is the result of arithmetic that left the range or divided by zero.
func Invalid() Size { return Size{invalid: true} }

func ratio(num, den int64) Size {
	if den == 0 {
		return Invalid()
	}
	if den < 0 {
		num, den = -num, -den
	}
	if g := gcd(num, den); g > 1 {
		num, den = num/g, den/g
	}
	if num > Limit || num < -Limit || den > Limit {
		return Invalid()
	}
	return Size{num: num, den: den - 1}
}

func gcd(a, b int64) int64 {
	if a < 0 {
		a = -a
	}
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Num and Den give the fraction in lowest terms; Den is positive.
func (a Size) Num() int64 { return a.num }
func (a Size) Den() int64 { return a.den + 1 }

// IsValid reports whether no arithmetic on the way to a left the range.
func (a Size) IsValid() bool { return !a.invalid }

// IsWhole reports whether a is an integer.
func (a Size) IsWhole() bool { return !a.invalid && a.den == 0 }

// Int returns a as an int; ok is false where a is not a whole number.
func (a Size) Int() (n int, ok bool) { return int(a.num), a.IsWhole() }

// MustInt returns a as an int. It panics where a is not a whole number, which
// the checker has excluded for every attribute and shape in a graph.
func (a Size) MustInt() int {
	n, ok := a.Int()
	if !ok {
		panic("dim: MustInt of " + a.String())
	}
	return n
}

// Float returns the float64 nearest to a.
func (a Size) Float() float64 { return float64(a.num) / float64(a.Den()) }

// Add returns a + b.
func (a Size) Add(b Size) Size {
	return combine(a, b, func(x, y, d int64) (int64, bool) { return x + y, true })
}

// Sub returns a - b.
func (a Size) Sub(b Size) Size { return a.Add(b.Neg()) }

// Neg returns -a.
func (a Size) Neg() Size {
	if a.invalid {
		return a
	}
	a.num = -a.num
	return a
}

// combine brings a and b to one denominator and adds the numerators.
func combine(a, b Size, f func(x, y, d int64) (int64, bool)) Size {
	if a.invalid || b.invalid {
		return Invalid()
	}
	if a.den == 0 && b.den == 0 {
		n, _ := f(a.num, b.num, 1)
		return ratio(n, 1)
	}
	x, ok1 := mul(a.num, b.Den())
	y, ok2 := mul(b.num, a.Den())
	d, ok3 := mul(a.Den(), b.Den())
	if !ok1 || !ok2 || !ok3 {
		return Invalid()
	}
	n, _ := f(x, y, d)
	return ratio(n, d)
}

// Mul returns a · b.
func (a Size) Mul(b Size) Size {
	if a.invalid || b.invalid {
		return Invalid()
	}
	n, ok1 := mul(a.num, b.num)
	d, ok2 := mul(a.Den(), b.Den())
	if !ok1 || !ok2 {
		return Invalid()
	}
	return ratio(n, d)
}

// Quo returns the exact quotient a / b; it is invalid for b = 0.
func (a Size) Quo(b Size) Size {
	if a.invalid || b.invalid || b.num == 0 {
		return Invalid()
	}
	return a.Mul(ratio(b.Den(), b.num))
}

// Floor returns the largest whole number not above a.
func (a Size) Floor() Size {
	if a.invalid || a.den == 0 {
		return a
	}
	q := a.num / a.Den()
	if a.num < 0 {
		q--
	}
	return ratio(q, 1)
}

// Ceil returns the smallest whole number not below a.
func (a Size) Ceil() Size { return a.Neg().Floor().Neg() }

// FloorDiv returns floor(a / b).
func (a Size) FloorDiv(b Size) Size { return a.Quo(b).Floor() }

// CeilDiv returns ceil(a / b).
func (a Size) CeilDiv(b Size) Size { return a.Quo(b).Ceil() }

// Mod returns a - b·floor(a / b), which has the sign of b.
func (a Size) Mod(b Size) Size { return a.Sub(b.Mul(a.FloorDiv(b))) }

// Pow returns a to the power n; it is invalid for n < 0 and a = 0.
func (a Size) Pow(n int) Size {
	if n < 0 {
		return Int(1).Quo(a.Pow(-n))
	}
	r := Int(1)
	for ; n > 0 && r.IsValid(); n-- {
		r = r.Mul(a)
		if r.num == 0 || r == Int(1) && a == r {
			break
		}
	}
	return r
}

// Cmp returns -1, 0 or 1 as a is below, equal to or above b.
func (a Size) Cmp(b Size) int {
	d := a.Sub(b)
	switch {
	case d.num < 0:
		return -1
	case d.num > 0:
		return 1
	}
	return 0
}

// String prints 64, 3/2 or, for an invalid size, "out of range".
func (a Size) String() string {
	switch {
	case a.invalid:
		return "out of range"
	case a.den == 0:
		return fmt.Sprint(a.num)
	}
	return fmt.Sprintf("%d/%d", a.num, a.Den())
}

// mul multiplies with an overflow check at Limit².
func mul(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(abs(a), abs(b))
	if hi != 0 || lo > 1<<62 {
		return 0, false
	}
	return a * b, true
}

func abs(a int64) uint64 {
	if a < 0 {
		return uint64(-a)
	}
	return uint64(a)
}

// A Shape is the sizes of a tensor's axes, batch first: [N, C, H, W] or [N, C].
type Shape []Size

// Shaped builds a shape of known sizes.
func Shaped(sizes ...int) Shape {
	s := make(Shape, len(sizes))
	for i, n := range sizes {
		s[i] = Int(n)
	}
	return s
}

// Clone returns a copy that shares nothing with s.
func (s Shape) Clone() Shape { return append(Shape(nil), s...) }

// Product returns the number of elements, 1 for an empty shape.
func (s Shape) Product() Size {
	p := Int(1)
	for _, d := range s {
		p = p.Mul(d)
	}
	return p
}

// String prints [1, 64, 56, 56].
func (s Shape) String() string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = d.String()
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// A Pair is a height and a width: a kernel, a stride, a dilation.
type Pair struct{ H, W Size }

// Square returns the pair n × n.
func Square(n Size) Pair { return Pair{n, n} }

// String prints 3x3.
func (p Pair) String() string { return p.H.String() + "x" + p.W.String() }

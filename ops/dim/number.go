package dim

import "math/bits"

// The arithmetic of known numbers. Nothing here allocates. A result is invalid only if it
// is itself out of range: intermediate products have 128 bits.

// whole returns n.
func whole(n int64) Size {
	if n > Limit || n < -Limit {
		return Invalid()
	}
	return Size{num: n}
}

// ratio returns num/den in lowest terms.
func ratio(num, den int64) Size {
	if den == 0 {
		return Invalid()
	}
	n, d := abs(num), abs(den)
	g := gcd(n, d)
	return signed((num < 0) != (den < 0), n/g, d/g)
}

// signed returns ±num/den, which is in lowest terms.
func signed(negative bool, num, den uint64) Size {
	if num > Limit || den > Limit {
		return Invalid()
	}
	if negative {
		return Size{num: -int64(num), den: int64(den) - 1}
	}
	return Size{num: int64(num), den: int64(den) - 1}
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func abs(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

// addNumbers follows Knuth, The Art of Computer Programming 2, 4.5.1.
func addNumbers(a, b Size) Size {
	if a.den == 0 && b.den == 0 {
		return whole(a.num + b.num)
	}
	x, y := uint64(a.den+1), uint64(b.den+1)
	g := gcd(x, y)
	negative, hi, lo := wideMul(a.num, int64(y/g)).add(wideMul(b.num, int64(x/g))).magnitude()
	common := gcd(bits.Rem64(hi, lo, g), g)
	if hi >= common {
		return Invalid()
	}
	num, _ := bits.Div64(hi, lo, common)
	over, den := bits.Mul64(x/g, y/common)
	if over != 0 {
		return Invalid()
	}
	return signed(negative, num, den)
}

// mulNumbers cancels across before it multiplies, so that the products are in
// lowest terms.
func mulNumbers(a, b Size) Size {
	n, d := abs(a.num), uint64(a.den+1)
	m, e := abs(b.num), uint64(b.den+1)
	if d != 1 || e != 1 {
		g, h := gcd(n, e), gcd(m, d)
		n, e, m, d = n/g, e/g, m/h, d/h
	}
	over, num := bits.Mul64(n, m)
	over2, den := bits.Mul64(d, e)
	if over|over2 != 0 {
		return Invalid()
	}
	return signed((a.num < 0) != (b.num < 0) && num != 0, num, den)
}

func compareNumbers(a, b Size) int {
	negative, hi, lo := wideMul(a.num, b.den+1).add(wideMul(-b.num, a.den+1)).magnitude()
	switch {
	case negative:
		return -1
	case hi|lo == 0:
		return 0
	}
	return 1
}

// wide is a 128-bit integer in two's complement.
type wide struct{ hi, lo uint64 }

func wideMul(a, b int64) wide {
	hi, lo := bits.Mul64(abs(a), abs(b))
	if (a < 0) != (b < 0) {
		return wide{hi, lo}.neg()
	}
	return wide{hi, lo}
}

func (a wide) add(b wide) wide {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	hi, _ := bits.Add64(a.hi, b.hi, carry)
	return wide{hi, lo}
}

func (a wide) neg() wide { return wide{^a.hi, ^a.lo}.add(wide{0, 1}) }

func (a wide) magnitude() (negative bool, hi, lo uint64) {
	if int64(a.hi) < 0 {
		a = a.neg()
		return true, a.hi, a.lo
	}
	return false, a.hi, a.lo
}

package dim

// Add returns a + b.
func (a Size) Add(b Size) Size {
	if a.poly == nil && b.poly == nil {
		return addNumbers(a, b)
	}
	if !a.IsValid() || !b.IsValid() {
		return Invalid()
	}
	return merged(a, b, whole(1))
}

// Sub returns a - b.
func (a Size) Sub(b Size) Size {
	if a.poly == nil && b.poly == nil || !a.IsValid() || !b.IsValid() {
		return a.Add(b.Neg())
	}
	return merged(a, b, whole(-1))
}

// Neg returns -a.
func (a Size) Neg() Size {
	if a.symbolic() {
		return a.Mul(Int(-1))
	}
	a.num = -a.num
	return a
}

// Mul returns a · b.
func (a Size) Mul(b Size) Size {
	if a.poly == nil && b.poly == nil {
		return mulNumbers(a, b)
	}
	if !a.IsValid() || !b.IsValid() {
		return Invalid()
	}
	switch {
	case a.poly == nil:
		return b.times(a)
	case b.poly == nil:
		return a.times(b)
	}
	return product(a.terms(), b.terms())
}

// Quo returns the exact quotient a / b; it is invalid for b = 0. A symbolic b
// is taken not to be 0, so that b/b is 1.
func (a Size) Quo(b Size) Size {
	switch {
	case b.poly == nil:
		if b.num == 0 {
			return Invalid()
		}
		return a.Mul(ratio(b.den+1, b.num))
	case !b.IsValid():
		return b
	}
	num, den := fraction(b)
	return a.Mul(den).Mul(inverse(num))
}

// Floor returns the largest whole number not above a.
func (a Size) Floor() Size {
	if a.symbolic() {
		return floorOf(a)
	}
	if a.den == 0 {
		return a
	}
	q := a.num / (a.den + 1)
	if a.num < 0 {
		q--
	}
	return whole(q)
}

// Ceil returns the smallest whole number not below a.
func (a Size) Ceil() Size {
	if a.symbolic() {
		return ceilOf(a)
	}
	return a.Neg().Floor().Neg()
}

// FloorDiv returns floor(a / b).
func (a Size) FloorDiv(b Size) Size { return a.Quo(b).Floor() }

// CeilDiv returns ceil(a / b).
func (a Size) CeilDiv(b Size) Size { return a.Quo(b).Ceil() }

// Mod returns a - b·floor(a / b), which has the sign of b.
func (a Size) Mod(b Size) Size {
	q := a.Quo(b)
	if !q.Known() || !b.Known() {
		return a.Sub(b.Mul(q.Floor()))
	}
	// b times the fractional part: b·floor(a/b) may leave the range.
	r := q.num % (q.den + 1)
	if r < 0 {
		r += q.den + 1
	}
	return b.Mul(ratio(r, q.den+1))
}

// Pow returns a to the power n, 1 for n = 0; it is invalid for n < 0 and a = 0.
func (a Size) Pow(n int) Size {
	if !a.IsValid() {
		return a
	}
	left := abs(int64(n))
	r := whole(1)
	for square := a; left > 0 && r.IsValid(); square = square.Mul(square) {
		if left&1 == 1 {
			r = r.Mul(square)
		}
		if left >>= 1; left == 0 {
			break
		}
	}
	if n < 0 {
		return whole(1).Quo(r)
	}
	return r
}

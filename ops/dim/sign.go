package dim

// The sign of a size, from the bounds of its variables.

const (
	// proofEffort is how many sizes a question about a sign may examine.
	proofEffort = 100
	// maxProofWeight and maxProofDepth bound those sizes and their distance from the
	// question; larger ones have never been useful.
	maxProofWeight = 150
	maxProofDepth  = 5
)

// ProvablyNonNegative reports whether a is shown to be >= 0 for all values of its variables
// within their bounds; false means unknown. Divisors are assumed not to be 0.
func (a Size) ProvablyNonNegative() bool { return a.sign(proofEffort) >= 0 }

// ProvablyPositive reports whether a is shown to be > 0 in the same way.
func (a Size) ProvablyPositive() bool { return a.sign(proofEffort) > 0 }

// sign is 1 if a > 0 is shown, 0 if a >= 0 is shown, and -1 otherwise.
func (a Size) sign(effort int) int {
	switch {
	case !a.symbolic():
		return (&prover{left: effort}).sign(a)
	case effort == floorEffort:
		return signAnswers[0].of(a, func(a Size) int { return (&prover{left: floorEffort}).sign(a) })
	}
	return signAnswers[1].of(a, func(a Size) int { return (&prover{left: proofEffort}).sign(a) })
}

// A prover answers one question about a sign.
type prover struct {
	left  int // sizes it may still examine
	depth int // distance from the question
	lows  []low
}

// low is a known lower bound of an atom; ok is false if none is known.
type low struct {
	atom *atom
	low  Size
	ok   bool
}

func (p *prover) sign(a Size) int {
	switch {
	case a.poly == nil:
		return max(-1, sign(int(a.num)))
	case !a.IsValid() || p.left == 0 || p.depth == maxProofDepth || a.poly.weight > maxProofWeight:
		return -1
	}
	p.left--
	p.depth++
	defer func() { p.depth-- }()
	// With Q > 0, the sign of P/Q is that of P.
	num, den := fraction(a)
	if !num.IsValid() || den.symbolic() && p.sign(den) <= 0 {
		return -1
	}
	if s := p.shifted(num); s >= 0 {
		return s
	}
	for _, alsoUp := range []bool{false, true} {
		if relaxed, changed := p.relaxed(num, alsoUp); changed {
			if s := p.sign(relaxed); s >= 0 {
				return s
			}
		}
	}
	return -1
}

// shifted substitutes low + x' for each atom x >= low. All x' are >= 0, so if no
// coefficient except the constant is negative, the constant is the least value.
func (p *prover) shifted(a Size) int {
	if least, s := p.linear(a); least.IsValid() {
		return s
	}
	var parts []term
	for _, t := range a.terms() {
		r := t.coef
		for _, f := range t.mono {
			low, ok := p.low(f.atom)
			if !ok {
				return -1
			}
			r = r.Mul(from(f.atom).Add(low).Pow(f.power))
		}
		if !r.IsValid() {
			return -1
		}
		if parts = append(parts, r.terms()...); len(parts) > maxProducts {
			return -1
		}
	}
	a = gather(parts)
	if !a.IsValid() {
		return -1
	}
	least := Size{}
	for _, t := range a.terms() {
		if len(t.mono) == 0 {
			least = t.coef
		} else if t.coef.num < 0 {
			return -1
		}
	}
	return sign(int(least.num))
}

// linear is shifted for a sum whose terms are each a number or one atom to the first power,
// which avoids multiplying out; otherwise least is invalid.
func (p *prover) linear(a Size) (least Size, s int) {
	for _, t := range a.terms() {
		if len(t.mono) > 1 || len(t.mono) == 1 && t.mono[0].power != 1 {
			return Invalid(), -1
		}
	}
	for _, t := range a.terms() {
		if len(t.mono) == 0 {
			least = least.Add(t.coef)
			continue
		}
		low, ok := p.low(t.mono[0].atom)
		if !ok || t.coef.num < 0 {
			return Size{}, -1
		}
		least = least.Add(t.coef.Mul(low))
	}
	return least, sign(int(least.num))
}

// low returns a lower bound of x. For a floor it is the floor at the least values of all
// variables, or 0, if that is provably one.
func (p *prover) low(x *atom) (Size, bool) {
	switch {
	case x.kind == variable:
		return whole(x.Low), !x.Real && whole(x.Low).IsValid()
	case x.kind != floor:
		return Size{}, false
	}
	for _, known := range p.lows {
		if compareAtoms(known.atom, x) == 0 {
			return known.low, known.ok
		}
	}
	found := low{atom: x}
	for _, least := range []Size{x.arg.probe(0).Floor(), {}} {
		if least.Known() && p.sign(x.arg.Sub(least)) >= 0 {
			found.low, found.ok = least, true
			break
		}
	}
	p.lows = append(p.lows, found)
	return found.low, found.ok
}

// probe is a with all variables above their bounds by the given step.
func (a Size) probe(above int64) Size {
	point := map[string]int64{}
	a.variables(func(x *atom) {
		point[x.Name] = above
		if !x.Real {
			point[x.Name] += x.Low
		}
	})
	v, err := a.Eval(point)
	if err != nil {
		return Invalid()
	}
	return v
}

// relaxed returns a size <= a without some of its floors: it uses floor(x) <= x for those
// that are subtracted and, with alsoUp, floor(P/Q) >= (P - Q + 1)/Q for those that are
// added. changed is false if there are none.
func (p *prover) relaxed(a Size, alsoUp bool) (less Size, changed bool) {
	less = a
	for _, t := range a.terms() {
		i := p.relaxable(t)
		if i < 0 || t.coef.num > 0 && !alsoUp {
			continue
		}
		x := t.mono[i].atom
		bound := x.arg
		if t.coef.num > 0 {
			bound = bound.Sub(whole(1))
			if num, den := fraction(x.arg); num.IsWhole() && den.IsWhole() && p.sign(den) > 0 {
				bound = bound.Add(whole(1).Quo(den))
			}
		}
		rest, _ := t.mono.times(power(x, -1))
		less = less.Add(single(t.coef, rest).Mul(bound.Sub(from(x))))
		changed = true
	}
	return less, changed
}

// relaxable returns the index of a floor in t whose other factors are not negative, or -1.
// Of several it is the largest, which may contain the others: with b = floor(B),
// b·floor(a/b) becomes a.
func (p *prover) relaxable(t term) int {
	at := -1
	for i, f := range t.mono {
		if f.atom.kind == floor && f.power == 1 && (at < 0 || f.atom.arg.poly.weight > t.mono[at].atom.arg.poly.weight) {
			at = i
		}
	}
	for i, f := range t.mono {
		if low, ok := p.low(f.atom); i != at && (!ok || low.num < 0) {
			return -1
		}
	}
	return at
}

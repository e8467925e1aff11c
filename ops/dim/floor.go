package dim

// The normal form of floor(p). Parts that are always integers are pulled out; the rest, P/Q
// in lowest terms, is made as small as the rules below allow. They bring the sizes after
// chains of strided windows to one form: floor((floor((H - 1)/2) + 1 - 1)/2) is floor((H -
// 1)/4).

// floorOf returns floor(a) for a symbolic a.
func floorOf(a Size) Size {
	return floorAnswers.of(a, func(a Size) Size { return (&flooring{left: maxFloorSteps}).floor(a) })
}

// A flooring takes one floor, in a bounded number of steps.
type flooring struct{ left int }

// maxFloorSteps is far beyond what the sizes of a network need.
const maxFloorSteps = 100

func (f *flooring) floor(a Size) Size {
	if !a.symbolic() {
		return a.Floor()
	}
	pulled, rest := integerPart(a)
	if !rest.symbolic() {
		return pulled.Add(rest.Floor())
	}
	if f.left--; f.left > 0 {
		if simpler, ok := f.simpler(rest); ok {
			return pulled.Add(f.floor(simpler))
		}
	}
	if k, ok := constantFloor(rest); ok {
		return pulled.Add(k)
	}
	return pulled.Add(from(&atom{kind: floor, arg: rest}))
}

// constantFloor returns the k for which k <= a < k + 1 can be shown; ok is false, without a
// search, if the floor of a differs between two points.
func constantFloor(a Size) (k Size, ok bool) {
	k = a.probe(0).Floor()
	far := a.probe(1000).Floor()
	if !k.Known() {
		k = far
	}
	if !k.Known() || far.Known() && far != k {
		return k, false
	}
	return k, a.Sub(k).sign(floorEffort) >= 0 && k.Add(whole(1)).Sub(a).sign(floorEffort) > 0
}

// floorEffort is how much floorOf spends on bounds.
const floorEffort = 20

// ceilOf returns ceil(a) for a symbolic a. Where P and Q are integers and Q is
// positive, ceil(P/Q) = floor((P + Q - 1)/Q), so that both have one normal form.
func ceilOf(a Size) Size {
	num, den := fraction(a)
	if num.IsWhole() && isDivisor(den) {
		return a.Add(whole(1)).Sub(whole(1).Quo(den)).Floor()
	}
	return a.Neg().Floor().Neg()
}

// integerPart splits a into an integer and a rest whose floor is still to be
// taken: floor(n + p) = n + floor(p) for every integer n. A monomial that is an
// integer leaves the fractional part of its coefficient, which is in [0, 1);
// this reduces constants modulo Q.
func integerPart(a Size) (pulled, rest Size) {
	var in, out []term
	for _, t := range a.poly.terms {
		if !t.mono.isWhole() {
			out = append(out, t)
			continue
		}
		n := t.coef.Floor()
		in = append(in, term{n, t.mono})
		out = append(out, term{t.coef.Sub(n), t.mono})
	}
	return sum(in), sum(out)
}

// isDivisor reports whether a is a positive integer, as the rules require of Q.
func isDivisor(a Size) bool { return a.IsWhole() && a.sign(floorEffort) > 0 }

// simpler returns a smaller size with the same floor as p = P/Q, by one of the rules. All
// of them need integer values of P and a positive integer Q, and rest on floor(x/b) =
// floor(floor(x)/b) for positive integers b.
func (f *flooring) simpler(p Size) (simpler Size, ok bool) {
	num, den := fraction(p)
	if !num.IsWhole() || !isDivisor(den) {
		return p, false
	}
	if simpler, ok = dropRemainder(p, num, den); ok {
		return simpler, true
	}
	if simpler, ok = mergeNested(p, num, den); ok {
		return simpler, true
	}
	if len(den.terms()) == 1 {
		for _, x := range den.terms()[0].mono {
			if simpler, ok = f.divideOut(x.atom, num, den); ok {
				return simpler, true
			}
		}
	}
	return p, false
}

// dropRemainder: floor((g·A + r)/(g·B)) = floor((A + floor(r/g))/B), where the
// integer g > 1 divides all coefficients of P but the constant r, and those of Q.
func dropRemainder(p, num, den Size) (Size, bool) {
	g, constant := uint64(0), Size{}
	for _, t := range den.terms() {
		g = gcd(g, abs(t.coef.num))
	}
	for _, t := range num.terms() {
		if len(t.mono) == 0 {
			constant = t.coef
		} else {
			g = gcd(g, abs(t.coef.num))
		}
	}
	r := constant.Mod(whole(int64(g)))
	return p.Sub(r.Quo(den)), r != Size{}
}

// mergeNested: floor((floor(x) + y)/Q) = floor((x + y)/Q) for integers y.
func mergeNested(p, num, den Size) (Size, bool) {
	for _, t := range num.terms() {
		if t.coef == whole(1) && len(t.mono) == 1 && t.mono[0].power == 1 && t.mono[0].atom.kind == floor {
			x := t.mono[0].atom
			return p.Add(x.arg.Sub(from(x)).Quo(den)), true
		}
	}
	return p, false
}

// divideOut: floor((x·A + R)/(x·B)) = floor((A + floor(R/x))/B) for a positive
// integer x, where floor(R/x) is a known number.
func (f *flooring) divideOut(x *atom, num, den Size) (Size, bool) {
	by := from(x)
	if !isDivisor(by) {
		return num, false
	}
	var multiples, others []term
	for _, t := range num.terms() {
		if t.mono.of(x) > 0 {
			multiples = append(multiples, t)
		} else {
			others = append(others, t)
		}
	}
	if len(multiples) == 0 {
		return num, false // R is all of P: the same question
	}
	below := f.floor(sum(others).Quo(by))
	if !below.Known() {
		return num, false
	}
	return sum(multiples).Quo(by).Add(below).Quo(den.Quo(by)), true
}

// mirrored rewrites the outermost floors in a: of floor(P/Q) = -floor((Q - 1 - P)/Q), for
// integers P and a positive integer Q, it takes the side that is first in the order of
// atoms. So H - floor(H/2) and ceil(H/2) cancel. It is not part of the normal form, since
// floors that are subtracted do not merge (mergeNested).
func mirrored(a Size) Size {
	return a.replace(func(x *atom) (Size, bool) {
		if x.kind != floor {
			return x.plain(), true
		}
		num, den := fraction(x.arg)
		if !num.IsWhole() || !isDivisor(den) {
			return from(x), true
		}
		other := whole(1).Sub(whole(1).Quo(den)).Sub(x.arg).Floor()
		if other.symbolic() && compareSizes(leading(other), from(x)) < 0 {
			return other.Neg(), true
		}
		return from(x), true
	})
}

// leading returns the floor in n + floor(p), or a if it does not have that form.
func leading(a Size) Size {
	for _, t := range a.terms() {
		if len(t.mono) == 1 && t.mono[0].atom.kind == floor {
			return from(t.mono[0].atom)
		}
	}
	return a
}

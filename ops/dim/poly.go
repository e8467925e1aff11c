package dim

import "slices"

// A poly is the normal form of a symbolic size: a sum of terms in the order of
// their monomials, none of them zero, and not a single constant. It is never
// changed once made, so that sizes may be shared between goroutines.
type poly struct {
	terms  []term
	weight int // the number of terms, with those inside the atoms
	depth  int // how deep atoms nest; 0 for variables only
}

// A term is coef·mono; coef is a known number.
type term struct {
	coef Size
	mono monomial
}

// Limits of a symbolic size; beyond them arithmetic gives the invalid size, so that no
// user's program makes it slow.
const (
	maxTerms    = 400
	maxWeight   = 2000
	maxDepth    = 12
	maxProducts = 20_000 // terms of one product before they are gathered
)

// terms returns a valid size as a sum.
func (a Size) terms() []term {
	switch {
	case a.poly != nil:
		return a.poly.terms
	case a.num == 0:
		return nil
	}
	return []term{{coef: a}}
}

// merged returns a + sign·b for valid sizes, at least one symbolic.
// Both are in order already.
func merged(a, b, sign Size) Size {
	x, y := a.terms(), b.terms()
	switch {
	case len(y) == 0:
		return a
	case len(x) == 0:
		return b.times(sign)
	}
	out := make([]term, 0, len(x)+len(y))
	i, j := 0, 0
	for i < len(x) && j < len(y) {
		switch c := compareMonomials(x[i].mono, y[j].mono); {
		case c < 0:
			out = append(out, x[i])
			i++
		case c > 0:
			out = append(out, term{mulNumbers(y[j].coef, sign), y[j].mono})
			j++
		default:
			coef := x[i].coef.Add(mulNumbers(y[j].coef, sign))
			if !coef.IsValid() {
				return coef
			}
			if coef.num != 0 {
				out = append(out, term{coef, x[i].mono})
			}
			i, j = i+1, j+1
		}
	}
	out = append(out, x[i:]...)
	for ; j < len(y); j++ {
		out = append(out, term{mulNumbers(y[j].coef, sign), y[j].mono})
	}
	return reduced(ordered(out))
}

// times returns n·a for a symbolic a and a known n.
func (a Size) times(n Size) Size {
	switch n {
	case Size{}:
		return n
	case whole(1):
		return a
	}
	out := make([]term, len(a.poly.terms))
	for i, t := range a.poly.terms {
		coef := mulNumbers(t.coef, n)
		if !coef.IsValid() {
			return coef
		}
		out[i] = term{coef, t.mono}
	}
	return Size{poly: &poly{terms: out, weight: a.poly.weight, depth: a.poly.depth}}
}

// sum gathers terms, which it may reorder, into a size.
func sum(terms []term) Size { return reduced(gather(terms)) }

// reduced cancels sums against sums, if a divides by one.
func reduced(a Size) Size {
	if a.poly.hasGroups() {
		return reduce(a)
	}
	return a
}

// gather is sum without cancelling sums against sums (reduce).
func gather(terms []term) Size {
	if len(terms) > 1 {
		slices.SortFunc(terms, func(a, b term) int { return compareMonomials(a.mono, b.mono) })
	}
	out := terms[:0]
	for _, t := range terms {
		if n := len(out) - 1; n >= 0 && compareMonomials(out[n].mono, t.mono) == 0 {
			t.coef = t.coef.Add(out[n].coef)
			out = out[:n]
		}
		if !t.coef.IsValid() {
			return Invalid()
		}
		if t.coef.num != 0 {
			out = append(out, t)
		}
	}
	return ordered(out)
}

// ordered returns terms as a size: they are in order, with distinct monomials and no
// coefficient 0. If they are too many the size is invalid.
func ordered(terms []term) Size {
	switch {
	case len(terms) == 0:
		return Size{}
	case len(terms) == 1 && len(terms[0].mono) == 0:
		return terms[0].coef
	}
	return measured(&poly{terms: terms, weight: len(terms)})
}

// measured adds to p's weight and depth those of its atoms, and returns it as a size, an
// invalid one if p is too large.
func measured(p *poly) Size {
	for _, t := range p.terms {
		for _, f := range t.mono {
			for _, inner := range [...]Size{f.atom.arg, f.atom.under} {
				if inner.poly != nil {
					p.weight += inner.poly.weight
					p.depth = max(p.depth, inner.poly.depth+1)
				}
			}
		}
	}
	if len(p.terms) > maxTerms || p.weight > maxWeight || p.depth > maxDepth {
		return Invalid()
	}
	return Size{poly: p}
}

// product multiplies two sums.
func product(a, b []term) Size {
	if len(a)*len(b) > maxProducts {
		return Invalid()
	}
	out := make([]term, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			mono, ok := x.mono.times(y.mono)
			if !ok {
				return Invalid()
			}
			out = append(out, term{x.coef.Mul(y.coef), mono})
		}
	}
	return sum(out)
}

// single returns the size coef·mono.
func single(coef Size, mono monomial) Size { return gather([]term{{coef, mono}}) }

// from returns the size that is the atom x, in one allocation, since it is so frequent.
func from(x *atom) Size {
	made := &struct {
		poly
		terms [1]term
		mono  [1]factor
	}{}
	made.mono[0] = factor{x, 1}
	made.terms[0] = term{whole(1), made.mono[:]}
	made.poly.terms, made.poly.weight = made.terms[:], 1
	return measured(&made.poly)
}

func (p *poly) isWhole() bool {
	for _, t := range p.terms {
		if t.coef.den != 0 || !t.mono.isWhole() {
			return false
		}
	}
	return true
}

// hasGroups reports whether p divides by a sum.
func (p *poly) hasGroups() bool {
	if p == nil {
		return false
	}
	for _, t := range p.terms {
		for _, f := range t.mono {
			if f.atom.kind == group {
				return true
			}
		}
	}
	return false
}

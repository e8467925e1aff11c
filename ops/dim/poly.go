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

// What a symbolic size may hold; beyond, arithmetic gives the invalid size, so
// that no program of the user's makes it slow.
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

// sum gathers terms, which it may reorder, into a size.
func sum(terms []term) Size {
	a := gather(terms)
	if a.poly.hasGroups() {
		return reduce(a)
	}
	return a
}

// gather is sum without cancelling sums against sums (reduce).
func gather(terms []term) Size {
	slices.SortFunc(terms, func(a, b term) int { return compareMonomials(a.mono, b.mono) })
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
	switch {
	case len(out) == 0:
		return Size{}
	case len(out) == 1 && len(out[0].mono) == 0:
		return out[0].coef
	}
	return measured(&poly{terms: out})
}

// measured returns p as a size, an invalid one where p is too large.
func measured(p *poly) Size {
	p.weight = len(p.terms)
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

// from returns the size that is the atom x.
func from(x *atom) Size { return single(whole(1), power(x, 1)) }

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

package dim

import "slices"

// Before a size is printed, its floors are written the way people do: the normal form
// floor((H + 1)/2) - 1 becomes (H - 1)//2, 1 + floor((H - 1)/s) becomes ceil(H/s), and H -
// 16·floor(H/16) becomes H % 16.

// maxReadable bounds the weight of sizes that are rewritten; beyond, a size prints in its
// normal form.
const maxReadable = 100

// readable rewrites the floors in a, one after the other, if that makes a shorter.
func readable(a Size) Size {
	if !a.symbolic() || a.poly.weight > maxReadable {
		return a
	}
	for _, x := range floors(a) {
		best := a
		if up, ok := raised(x); ok {
			if b := a.spell(x, up); b.symbolic() {
				best = b
			}
		}
		for _, instead := range spellings(x) {
			if b := a.spell(x, instead); b.symbolic() && shorter(b, best) {
				best = b
			}
		}
		a = best
	}
	return a
}

// spell replaces the atom x by a size.
func (a Size) spell(x *atom, instead Size) Size {
	return a.replace(func(y *atom) (Size, bool) {
		if compareAtoms(x, y) == 0 {
			return instead, true
		}
		return y.plain(), true
	})
}

// raised is -ceil(a) for the floor of -a, where a need not be whole. For whole numbers the
// normal form has no such floor.
func raised(x *atom) (Size, bool) {
	num, _ := fraction(x.arg)
	if num.IsWhole() || slices.ContainsFunc(x.arg.terms(), func(t term) bool { return t.coef.num >= 0 }) {
		return Size{}, false
	}
	return from(&atom{kind: ceiling, arg: x.arg.Neg()}).Neg(), true
}

// plain is x as a size; a group, which only has negative powers, is the sum itself.
func (x *atom) plain() Size {
	if x.kind == group {
		return x.arg
	}
	return from(x)
}

// floors lists the outermost floors in a.
func floors(a Size) []*atom {
	var all []*atom
	for _, t := range a.poly.terms {
		for _, f := range t.mono {
			if f.atom.kind == floor {
				all = append(all, f.atom)
			}
		}
	}
	return all
}

// spellings returns other ways to write the floor x = floor(P/Q).
func spellings(x *atom) []Size {
	num, den := fraction(x.arg)
	if !num.IsWhole() || !den.IsWhole() || den == whole(1) {
		return nil
	}
	one := whole(1)
	remainder := from(&atom{kind: modulo, arg: num, under: den})
	ways := []Size{num.Sub(remainder).Quo(den)}
	lowered := x.arg.Sub(one)
	if den.Known() && hasConstant(num) {
		ways = append(ways, from(&atom{kind: floor, arg: lowered}).Add(one)) // floor((P - Q)/Q) + 1
	}
	if !isDivisor(den) {
		return ways
	}
	// ceil((P - Q + 1)/Q), or ceil((P + 1)/Q) - 1 where Q is not a number.
	up, back := lowered.Add(one.Quo(den)), Size{}
	if !den.Known() {
		up, back = up.Add(one), one
	}
	if over, _ := fraction(up); !hasConstant(over) {
		ways = append(ways, from(&atom{kind: ceiling, arg: up}).Sub(back))
	}
	return ways
}

func hasConstant(a Size) bool {
	return slices.ContainsFunc(a.terms(), func(t term) bool { return len(t.mono) == 0 })
}

// shorter compares the lengths of a and b when printed.
func shorter(a, b Size) bool {
	x, y := cost(a), cost(b)
	return x < y || x == y && len(a.terms()) < len(b.terms())
}

// cost counts the terms in a, with those inside the floors.
func cost(a Size) int {
	n := 0
	for _, t := range a.terms() {
		n++
		for _, f := range t.mono {
			if f.atom.kind == variable {
				continue
			}
			num, den := fraction(f.atom.arg)
			n += len(num.terms())
			if f.atom.kind != group && !den.Known() {
				n += len(den.terms()) - 1
			}
		}
	}
	return n
}

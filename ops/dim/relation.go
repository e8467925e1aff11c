package dim

// Text writes in the language that p is in relation r to zero, or not: H >= 3, C % groups
// == 0.
func (r Relation) Text(p Size, holds bool) string {
	left, right := p.Sides()
	is := " == "
	if !holds {
		is = " != "
	}
	switch {
	case r == Whole:
		return Remainder(p.Fraction()) + is + "0"
	case r == Zero && p.isRemainder():
		return p.String() + is + "0"
	case r == Zero && left == Size{}:
		return right.String() + is + left.String()
	case r == Zero:
		return left.String() + is + right.String()
	case !holds:
		return left.String() + " < " + right.String()
	case left == Size{}: // such as ceil(depth) - 1, whose normal form is -floor(-depth) - 1
		p, right = p.readably()
		return p.String() + " >= " + right.String()
	}
	return left.String() + " >= " + right.String()
}

// readably splits a, as printed, into p - n, where n is a number of at least 0.
func (a Size) readably() (p, n Size) {
	for _, t := range readable(a.InOthers()).terms() {
		if len(t.mono) == 0 && t.coef.num < 0 {
			n = t.coef.Neg()
		}
	}
	return a.Add(n), n
}

// isRemainder reports whether a is printed with a remainder and without a subtraction.
func (a Size) isRemainder() bool {
	found, subtracts := false, false
	var look func(Size)
	look = func(a Size) {
		for _, t := range readable(a.InOthers()).terms() {
			subtracts = subtracts || t.coef.num < 0
			for _, f := range t.mono {
				found = found || f.atom.kind == modulo
				over, under := fraction(f.atom.arg)
				look(over)
				look(under)
				look(f.atom.under)
			}
		}
	}
	look(a)
	return found && !subtracts
}

package prove

import (
	"fmt"
	"math"
	"slices"

	"cnnlang/interp/internal/elab"
	"cnnlang/ops/dim"
)

// suppose adds a supposition: as a value or a lower bound of a variable where it
// is one, otherwise as a fact in its strongest form. It reports false where the
// case becomes impossible.
func (p *Case) suppose(size dim.Size, r dim.Relation, holds bool, why reason) bool {
	if answer, known := p.known(size, r); known {
		return answer == holds
	}
	if r == dim.NonNegative {
		size = size.Floored()
	}
	switch {
	case r == dim.Zero && holds:
		if x, value, ok := size.Solve(); ok && value.IsWhole() && !x.Real {
			p.note(choice{name: x.Name, value: value, why: why})
			return p.put(x.Name, value, why)
		}
		if name, value, ok := p.remainder(size); ok {
			p.note(choice{fact: fact{size, r, holds, why}, isFact: true})
			return p.put(name, value, why)
		}
	case r == dim.Zero && size.IsWhole():
		// Not zero: one side of it, where the other is excluded.
		if x := size.Vars(); len(x) == 1 && p.isFlag(x[0].Name) {
			p.note(choice{name: x[0].Name, value: dim.Int(0), why: why})
			return p.put(x[0].Name, dim.Int(0), why)
		}
		if p.atMostZero(size.Neg()) {
			return p.suppose(size.Sub(dim.Int(1)), dim.NonNegative, true, why)
		}
		if p.atMostZero(size) {
			return p.suppose(size.Neg().Sub(dim.Int(1)), dim.NonNegative, true, why)
		}
	case r == dim.NonNegative && !holds && p.isKnownWhole(size):
		return p.suppose(size.Neg().Sub(dim.Int(1)), dim.NonNegative, true, why)
	case r == dim.NonNegative && holds && p.atMostZero(size):
		return p.suppose(size, dim.Zero, true, why)
	case r == dim.NonNegative && holds:
		if name, low, ok := lowerBound(size); ok {
			p.note(choice{name: name, low: low, isLow: true, why: why})
			return p.raise(name, low)
		}
	}
	f := fact{size, r, holds, why}
	p.note(choice{fact: f, isFact: true})
	p.facts = append(p.facts, f)
	return true
}

// note keeps what is supposed, in the block's own variables.
func (p *Case) note(c choice) {
	if p.replacing {
		return // it follows from what is kept already
	}
	if _, isPart := p.isPart(c.name); isPart { // which nobody has written
		c = choice{fact: p.supposed(c), isFact: true}
	}
	if c.isFact {
		c.why = c.fact.why
		c.fact.size = c.fact.size.InOthers()
	} else if !c.isLow {
		c.value = c.value.InOthers()
	}
	c.fork = p.fork
	p.choices = append(p.choices, c)
}

// remainder recognises x % m == r for a whole variable x and small m, which is
// x = m*h + r for some whole h.
func (p *Case) remainder(size dim.Size) (name string, value dim.Size, ok bool) {
	const largest = 64
	vars := size.Vars()
	if len(vars) != 1 || !size.IsWhole() {
		return "", dim.Size{}, false
	}
	name = vars[0].Name
	for m := int64(2); m <= largest; m++ {
		for r := range min(m, 4) {
			if leaves(size, name, m, r).IsZero() && onlyRemainder(size, name, m, r) {
				times, rest := dim.Int(int(m)), dim.Int(int(r))
				return name, p.part(name, max((p.low(name)-r+m-1)/m, 0), times, rest).Mul(times).Add(rest), true
			}
		}
	}
	return "", dim.Size{}, false
}

// leaves is a size where the variable leaves r when it is divided by m.
func leaves(size dim.Size, name string, m, r int64) dim.Size {
	return size.Substitute(name, dim.VarFrom(name+"'", 0).Mul(dim.Int(int(m))).Add(dim.Int(int(r))))
}

// onlyRemainder reports whether size is zero for no x but those with x % m == r, as
// far as the other remainders tell.
func onlyRemainder(size dim.Size, name string, m, r int64) bool {
	for other := range m {
		if with := leaves(size, name, m, other); other != r && (!with.Known() || with.IsZero()) {
			return false
		}
	}
	return true
}

// put replaces a variable everywhere. What is put in its place has its bounds.
func (p *Case) put(name string, value dim.Size, why reason) bool {
	low := p.low(name)
	for k, v := range p.values {
		p.values[k] = v.Substitute(name, value)
	}
	p.values[name] = value
	if n, ok := value.Int(); ok {
		if int64(n) < low {
			return false
		}
		for _, base := range p.powers[name] {
			old, low := p.power(base, name)
			if !p.replace(old.Name, dim.Int(base).Pow(n-low)) {
				return false
			}
		}
	}
	if !p.replace(name, value) {
		return false
	}
	if value.Known() || !p.isWhole(name) {
		return true
	}
	defer func(before bool) { p.replacing = before }(p.replacing)
	p.replacing = true // a value is noted as one, and its bound with it
	return p.suppose(value.Sub(dim.Int(int(low))), dim.NonNegative, true, why)
}

// replace puts a size in place of a variable in all that the case supposes.
func (p *Case) replace(name string, by dim.Size) bool {
	defer func(before bool) { p.replacing = before }(p.replacing)
	p.replacing = true
	for k, v := range p.values {
		p.values[k] = v.Substitute(name, by)
	}
	for i, r := range p.requirements {
		p.requirements[i].Size = r.Size.Substitute(name, by)
	}
	facts := p.facts
	p.facts = nil
	for _, f := range facts {
		if !p.suppose(f.size.Substitute(name, by), f.relation, f.holds, f.why) {
			return false
		}
	}
	return true
}

// power is the variable that stands for base**(x - low), low being the bound of x.
func (p *Case) power(base int, name string) (power dim.Variable, low int) {
	low = int(p.low(name))
	x := p.exploration.variables[name].Size().Sub(dim.Int(low))
	called := func(x string) string { return fmt.Sprintf("%d**(%s)", base, x) }
	return dim.Variable{Name: called(x.Name()), Low: 1, Sense: &dim.Sense{Label: called(x.String()), Of: []dim.Size{x}, Kind: elab.Power{Base: base}}}, low
}

// raise makes a lower bound of a variable higher.
func (p *Case) raise(name string, low int64) bool {
	if low <= p.low(name) {
		return true
	}
	type renaming struct {
		old    string
		before int
		base   int
	}
	var renamed []renaming
	for _, base := range p.powers[name] {
		old, before := p.power(base, name)
		renamed = append(renamed, renaming{old.Name, before, base})
	}
	p.lows[name] = low
	for _, r := range renamed {
		power, now := p.power(r.base, name)
		p.replace(r.old, p.Size(power).Mul(dim.Int(r.base).Pow(now-r.before)))
	}
	return p.replace(name, p.itself(name))
}

// bound recognises a fact that is a lower bound of a variable.
func (f fact) bound() (name string, low int64, ok bool) {
	if f.relation != dim.NonNegative || !f.holds {
		return "", 0, false
	}
	return lowerBound(f.size)
}

// lowerBound recognises a*x + b >= 0 with a > 0 for a whole variable x.
func lowerBound(size dim.Size) (name string, low int64, ok bool) {
	vars := size.Vars()
	if len(vars) != 1 || !size.IsWhole() {
		return "", 0, false
	}
	slope, rest, linear := size.Linear(vars[0].Name)
	if !linear || slope.Cmp(dim.Int(0)) <= 0 {
		return "", 0, false
	}
	n, ok := rest.Neg().CeilDiv(slope).Int()
	return vars[0].Name, int64(n), ok && n <= math.MaxInt32
}

// known answers a question from normal forms and from the case's facts.
func (p *Case) known(size dim.Size, r dim.Relation) (answer, known bool) {
	p.asked(size, len(p.facts))
	switch {
	case !size.IsValid():
		p.Beyond("a formula that grows too large")
		return true, true
	case r == dim.Whole:
		if size.IsWhole() {
			return true, true
		}
		if size.Known() {
			return false, true
		}
		return p.knownWhole(size)
	case r == dim.Zero:
		return p.knownZero(size)
	}
	return p.knownNonNegative(size)
}

func (p *Case) knownZero(size dim.Size) (answer, known bool) {
	if size.IsZero() {
		return true, true
	}
	if size.NeverZero() || p.positive(size) || p.positive(size.Neg()) {
		return false, true
	}
	for _, s := range []dim.Size{size, size.Neg()} {
		if answer, known := p.factFor(s, dim.Zero); known {
			return answer, known
		}
	}
	up, known1 := p.knownNonNegative(size)
	down, known2 := p.knownNonNegative(size.Neg())
	return true, known1 && known2 && up && down
}

func (p *Case) isKnownWhole(size dim.Size) bool {
	answer, known := p.known(size, dim.Whole)
	return known && answer
}

// knownWhole looks for x / m among what is whole, for x % m among what is zero, and for
// a part of x that is.
func (p *Case) knownWhole(size dim.Size) (answer, known bool) {
	if answer, known := p.factFor(size, dim.Whole); known || len(p.facts) == 0 {
		return answer, known
	}
	numerator, denominator := size.Fraction()
	if answer, known := p.factFor(numerator.Mod(denominator), dim.Zero); known {
		return answer, known
	}
	whole := slices.ContainsFunc(p.facts, func(f fact) bool {
		return f.relation == dim.Whole && f.holds && size.Quo(f.size).IsWhole()
	})
	return true, whole
}

func (p *Case) knownNonNegative(size dim.Size) (answer, known bool) {
	switch {
	case size.ProvablyNonNegative():
		return true, true
	case size.Known() || p.positive(size.Neg()):
		return false, true
	}
	for _, f := range p.factsOn(size) {
		switch {
		case f.relation == dim.NonNegative && f.holds && size.Sub(f.size).ProvablyNonNegative():
			return true, true
		case f.relation == dim.Zero && f.holds && (size.Sub(f.size).ProvablyNonNegative() || size.Add(f.size).ProvablyNonNegative()):
			return true, true
		}
	}
	if answer, known := p.factFor(size, dim.NonNegative); known {
		return answer, known
	}
	if floored := size.Floored(); floored != size {
		return p.knownNonNegative(floored)
	}
	// What is whole and above 0 is at least 1.
	above := size.Add(dim.Int(1))
	if size.IsWhole() || !p.positive(above) {
		return false, false
	}
	whole, known := p.knownWhole(above)
	return true, known && whole
}

// atMostZero reports whether size <= 0 follows.
func (p *Case) atMostZero(size dim.Size) bool {
	answer, known := p.knownNonNegative(size.Neg())
	return known && answer
}

// positive reports whether size > 0 follows.
func (p *Case) positive(size dim.Size) bool {
	if size.ProvablyPositive() {
		return true
	}
	for _, f := range p.factsOn(size) {
		switch {
		case !f.holds:
		case f.relation == dim.NonNegative && size.Sub(f.size).ProvablyPositive(),
			f.relation == dim.Zero && (size.Sub(f.size).ProvablyPositive() || size.Add(f.size).ProvablyPositive()):
			return true
		}
	}
	return false
}

// factsOn lists the facts that share a variable with size: no other can decide its
// sign.
func (p *Case) factsOn(size dim.Size) []fact {
	if len(p.facts) == 0 {
		return nil
	}
	var list []fact
	vars := size.Vars()
	for _, f := range p.facts {
		if slices.ContainsFunc(vars, func(x dim.Variable) bool { return f.size.Has(x.Name) }) {
			list = append(list, f)
		}
	}
	return list
}

// factFor finds the very same question among the facts.
func (p *Case) factFor(size dim.Size, r dim.Relation) (answer, known bool) {
	for _, f := range p.facts {
		if f.relation == r && dim.Equivalent(f.size, size) {
			return f.holds, true
		}
	}
	return false, false
}

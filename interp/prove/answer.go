package prove

import (
	"maps"
	"slices"

	"cnnlang/ops/dim"
)

// Stopped reports that the path has forked or ended.
func (p *path) Stopped() bool {
	if p.exploration.spend(stepWork); p.beyond == "" && p.exploration.spent() {
		p.beyond = tooMuch
	}
	return p.again != nil || p.impossible || p.bounded != "" || p.beyond != ""
}

// Steps is made where the prover keeps the shapes of steps.
func (p *path) Steps() map[int]dim.Shape {
	if p.exploration.prover.Steps {
		p.steps = map[int]dim.Shape{}
	}
	return p.steps
}

// Decisions counts the forks so far.
func (p *path) Decisions() int { return p.decisions }

// Bounded ends the path where a repeat has more turns than are followed.
func (p *path) Bounded(n dim.Size) {
	if !p.Stopped() {
		p.bounded = "up to 3 turns of repeat " + n.String()
	}
}

// Beyond ends the path at something that cannot be followed.
func (p *path) Beyond(reason string) {
	if !p.Stopped() {
		p.beyond = reason
	}
}

// Exclude ends the path, which no values can take.
func (p *path) Exclude() {
	if !p.Stopped() {
		p.impossible = true
	}
}

// Approximate notes that a mistake may be none.
func (p *path) Approximate() { p.approximate = true }

// turnOf begins the names of the variables that stand for a turn of a repeat.
const turnOf = "turn of "

// Turn is a variable i with first <= i <= n - 1 - last.
func (p *path) Turn(n dim.Size, first, last int) dim.Size {
	i := p.variable(turnOf+n.String(), int64(first))
	rest := n.Sub(dim.Int(1 + last)).Sub(i)
	if _, known := p.factFor(rest, dim.NonNegative); !known {
		p.facts = append(p.facts, fact{rest, dim.NonNegative, true, true})
	}
	return i
}

// Opaque is a variable by its name.
func (p *path) Opaque(name string, low int64) dim.Size { return p.variable(name, low) }

// Fraction is a variable that need not be whole.
func (p *path) Fraction(name string) dim.Size { return p.real(name) }

// Power is a variable for base**x, x being the unknown part of an exponent x + k,
// times base**k. So that 2**depth is seen to be even once depth >= 1 is known, x
// starts at 0.
func (p *path) Power(base, exponent dim.Size) (dim.Size, bool) {
	b, ok := base.Int()
	vars := exponent.Vars()
	if !ok || b < 1 || len(vars) != 1 {
		return dim.Size{}, false
	}
	name := vars[0]
	k, known := exponent.Sub(p.variable(name, 0)).Int()
	if !known {
		return dim.Size{}, false
	}
	if !slices.Contains(p.powers[name], b) {
		p.powers[name] = append(slices.Clone(p.powers[name]), b)
	}
	variable, low := p.power(b, name)
	return p.variable(variable, 1).Mul(base.Pow(k + low)), true
}

// AssumeRemainder takes x % m == r by putting m*x' + r in place of x.
func (p *path) AssumeRemainder(x, m, r dim.Size, own bool) bool {
	if p.Stopped() {
		return true
	}
	rest := x.Mod(m).Sub(r)
	if answer, known := p.known(rest, dim.Zero); known {
		if !answer {
			p.failed = append(p.failed, rest)
		}
		return answer
	}
	if vars := x.Vars(); len(vars) == 1 && !m.Known() && dim.Equivalent(x, p.variable(vars[0], 0)) {
		quotient := dim.VarFrom(vars[0]+"'", 1)
		next := p.clone()
		next.requirements = append(next.requirements, Requirement{rest, dim.Zero, true, own})
		if next.put(vars[0], quotient.Mul(m).Add(r)) {
			p.again = append(p.again, next)
		}
		p.again = append(p.again, p.forks...)
		p.impossible = p.again == nil
		return true
	}
	p.take(rest, dim.Zero, true, own)
	return true
}

// Decide answers from what is known, or goes one way and leaves the other for
// later.
func (p *path) Decide(size dim.Size, r dim.Relation) bool {
	if p.Stopped() {
		return true
	}
	if answer, known := p.known(size, r); known {
		return answer
	}
	p.decisions++
	other := p.settled()
	if other.suppose(size, r, false) {
		p.forks = append(p.forks, other)
	}
	next := p.settled()
	if possible := next.suppose(size, r, true); !possible || next.changed(p) {
		p.restart(next, possible)
		return true
	}
	p.supposeHere(size, r, true)
	return true
}

// Require notes what must hold. An equality must follow from what is known;
// anything else is taken for granted.
func (p *path) Require(size dim.Size, r dim.Relation) bool {
	if p.Stopped() {
		return true
	}
	if answer, known := p.known(size, r); known {
		if !answer {
			p.failed = append(p.failed, size)
		}
		return answer
	}
	if r == dim.Zero {
		p.failed = append(p.failed, size)
		return false
	}
	p.take(size, r, true, false)
	return true
}

// Assume takes what a `where` states. For the block itself that is given; for a
// block it calls, it is a requirement.
func (p *path) Assume(size dim.Size, r dim.Relation, holds, own bool) bool {
	if p.Stopped() {
		return true
	}
	if answer, known := p.known(size, r); known {
		if answer != holds {
			p.failed = append(p.failed, size)
		}
		return answer == holds
	}
	p.take(size, r, holds, own)
	return true
}

func (p *path) take(size dim.Size, r dim.Relation, holds, own bool) {
	p.requirements = append(p.requirements, Requirement{size, r, holds, own})
	p.supposeHere(size, r, holds)
}

// supposeHere adds a supposition to the path that is being followed. Where it
// changes what a variable is, the path is followed again from the start; while
// something is only being tried, a fact has to do.
func (p *path) supposeHere(size dim.Size, r dim.Relation, holds bool) {
	next := p.clone()
	switch possible := next.suppose(size, r, holds); {
	case possible && !next.changed(p):
		p.facts = next.facts
	case p.trial != nil && possible:
		p.facts = append(p.facts, fact{size, r, holds, false})
	case p.trial != nil:
		p.trial.failed = true
	default:
		p.restart(next, possible)
	}
}

// changed reports whether a copy of p has other variables than p.
func (p *path) changed(from *path) bool {
	return len(p.values) != len(from.values) || !maps.Equal(p.lows, from.lows)
}

// restart ends the path in favour of next, followed from the start. The ways
// forked off so far stay on the list.
func (p *path) restart(next *path, possible bool) {
	p.again = append(p.again, p.forks...)
	if possible {
		p.again = append(p.again, next)
	}
	p.impossible = p.again == nil
}

// A trial is an application that counts only if it succeeds: until then, what it
// takes for granted is not the path's.
type trial struct {
	facts, requirements int // how many the path had before
	failed              bool
}

// Try begins a trial. The function it returns ends it, telling whether it
// succeeded, and reports whether it did; if not, it has left no trace.
func (p *path) Try() func(success bool) bool {
	outer := p.trial
	t := &trial{facts: len(p.facts), requirements: len(p.requirements)}
	p.trial = t
	return func(success bool) bool {
		p.trial = outer
		if success && !t.failed {
			return true
		}
		p.facts, p.requirements = p.facts[:t.facts:t.facts], p.requirements[:t.requirements:t.requirements]
		return false
	}
}

// settled is a copy of the path without what is only being tried.
func (p *path) settled() *path {
	c := p.clone()
	if p.trial != nil {
		c.facts, c.requirements = c.facts[:p.trial.facts], c.requirements[:p.trial.requirements]
	}
	return c
}

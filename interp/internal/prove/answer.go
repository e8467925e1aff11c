package prove

import (
	"maps"
	"slices"

	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// Stopped reports that the case has forked or ended.
func (p *Case) Stopped() bool {
	if p.exploration.spend(stepWork); p.beyond == "" {
		p.beyond = p.exploration.spent()
	}
	return p.again != nil || p.impossible || p.bounded != nil || p.beyond != ""
}

// Steps is made where the prover keeps the shapes of steps.
func (p *Case) Steps() map[int]dim.Shape {
	if p.exploration.prover.Steps {
		p.steps = map[int]dim.Shape{}
	}
	return p.steps
}

// Sketch reports whether the prover makes sketches.
func (p *Case) Sketch() bool { return p.exploration.prover.Sketches }

// Bounded ends the case where a repeat has more iterations than are followed.
func (p *Case) Bounded(n dim.Size, at source.Span) {
	if !p.Stopped() {
		p.bounded = &bound{n, at}
	}
}

// Few notes a repeat that the case follows to its end.
func (p *Case) Few(at source.Span) { p.few = append(p.few, at) }

// Beyond ends the case at something that cannot be followed.
func (p *Case) Beyond(reason string) {
	if !p.Stopped() {
		p.beyond = reason
	}
}

// Exclude ends the case, which no values can take.
func (p *Case) Exclude() {
	if !p.Stopped() {
		p.impossible = true
	}
}

// Approximate notes that a mistake may be none.
func (p *Case) Approximate() { p.approximate = true }

// Power is a variable for base**x, x being the unknown part of an exponent x + k,
// times base**k. So that 2**depth is seen to be even once depth >= 1 is known, x
// starts at 0.
func (p *Case) Power(base, exponent dim.Size) (dim.Size, bool) {
	b, ok := base.Int()
	vars := exponent.Vars()
	if !ok || b < 1 || len(vars) != 1 {
		return dim.Size{}, false
	}
	name := vars[0].Name
	k, known := exponent.Sub(p.variable(name)).Int()
	if !known {
		return dim.Size{}, false
	}
	if !slices.Contains(p.powers[name], b) {
		p.powers[name] = append(slices.Clone(p.powers[name]), b)
	}
	variable, low := p.power(b, name)
	return p.Size(variable).Mul(base.Pow(k + low)), true
}

// AssumeRemainder takes x % m == r by putting m*x' + r in place of x.
func (p *Case) AssumeRemainder(x, m, r dim.Size, own bool) bool {
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
	if vars := x.Vars(); len(vars) == 1 && !m.Known() && p.scope == nil && x.IsWhole() && m.IsWhole() && r == (dim.Size{}) &&
		!m.DependsOn(vars[0].Name) && dim.Equivalent(x, p.variable(vars[0].Name)) {
		name := vars[0].Name
		if positive, known := p.known(m.Sub(dim.Int(1)), dim.NonNegative); known && positive {
			// x >= 1 has a quotient of at least 1, and x >= 0 one of at least 0.
			quotient := p.part(name, min(p.low(name), 1), m, r)
			why := because(own)
			next := p.clone()
			next.requirements = append(next.requirements, p.requirement(rest, dim.Zero, true, own))
			next.note(choice{fact: fact{rest, dim.Zero, true, why}, isFact: true})
			possible := next.put(name, quotient.Mul(m), why)
			if !possible && !own {
				p.failed = append(p.failed, rest)
				return false
			}
			p.restart(next, possible)
			return true
		}
	}
	if r == (dim.Size{}) && (len(x.Vars()) > 1 || !m.Known()) {
		return p.oblige(obligation{size: x.Quo(m), relation: dim.Whole, holds: true, own: own})
	}
	return p.take(obligation{size: rest, relation: dim.Zero, holds: true, own: own})
}

// Decide answers from what is known, or goes one way and leaves the other for
// later.
func (p *Case) Decide(size dim.Size, r dim.Relation) bool { return p.choose(size, r, chosen) }

// Split is Decide where the text makes no difference.
func (p *Case) Split(size dim.Size, r dim.Relation) bool { return p.choose(size, r, split) }

func (p *Case) choose(size dim.Size, r dim.Relation, why reason) bool {
	if p.Stopped() {
		return true
	}
	if answer, known := p.settled(size, r); known {
		return answer
	}
	if len(p.failed) > 0 && p.scope == nil && !p.uncertain {
		p.guessed = true // the case fails whatever is answered
		return true
	}
	if s := p.iterationOf(size); s != nil {
		return p.kindOf(s, size, r)
	}
	if p.scope != nil {
		// That an iteration does not divide by 0 is no fact outside, where there may be none.
		outside := p.outside()
		for _, d := range size.Divisors() {
			if _, known := outside.known(d, dim.Zero); !known {
				return p.goOneWay(d, dim.Zero, split)
			}
		}
	}
	return p.goOneWay(size, r, why)
}

// goOneWay takes an answer and leaves the other for later. What is known within an iteration alone
// does not decide it.
func (p *Case) goOneWay(size dim.Size, r dim.Relation, why reason) bool {
	f := &fork{size: size, relation: r}
	if why == chosen {
		f = nil
	}
	ways := [2]*Case{p.outside(), p.outside()}
	var possible [2]bool
	for i, way := range ways {
		way.fork = f
		possible[i] = way.suppose(size, r, i == 0, why)
		way.fork = nil
	}
	if possible[0] != possible[1] { // it is no choice
		answer := possible[0]
		next := p.outside()
		next.replacing = true
		next.suppose(size, r, answer, why)
		next.replacing = false
		if next.changed(p) || p.scope != nil {
			p.restart(next, true)
			return true
		}
		p.facts = next.facts
		return answer
	}
	next := ways[0]
	if possible[1] {
		p.forks = append(p.forks, ways[1])
	}
	p.ended = !possible[0] // by what it supposes already, as neither is possible
	if !possible[0] || next.changed(p) || p.scope != nil {
		p.restart(next, possible[0])
		return true
	}
	p.facts, p.choices = next.facts, next.choices
	return true
}

// Require notes what must hold. An equality must follow from what is known;
// anything else is taken for granted.
func (p *Case) Require(size dim.Size, r dim.Relation) bool {
	return p.require(obligation{size: size, relation: r, holds: true})
}

func (p *Case) require(o obligation) bool {
	if p.Stopped() {
		return true
	}
	_, known := p.known(o.size, o.relation)
	switch {
	case known || o.relation != dim.Zero:
		return p.oblige(o)
	case p.inSide() && !o.argument:
		return p.splitShape(o.size)
	}
	p.failed, p.uncertain = append(p.failed, o.size), true
	return false
}

// Assume takes what a `where` states. For the block itself that is given; for a
// block it calls, it is a requirement.
func (p *Case) Assume(size dim.Size, r dim.Relation, holds, own bool) bool {
	return p.oblige(obligation{size: size, relation: r, holds: holds, own: own})
}

// Need takes what a value needs.
func (p *Case) Need(size dim.Size, r dim.Relation, holds bool) bool {
	return p.oblige(obligation{size: size, relation: r, holds: holds, argument: true})
}

// OfArgument are the answers to questions about arguments.
func (p *Case) OfArgument() dim.Facts { return ofArgument{p} }

type ofArgument struct{ *Case }

func (a ofArgument) Require(size dim.Size, r dim.Relation) bool {
	return a.require(obligation{size: size, relation: r, holds: true, argument: true})
}

// An obligation is what has to hold.
type obligation struct {
	size     dim.Size
	relation dim.Relation
	holds    bool
	own      bool // the block's own `where` states it
	argument bool // it is about an argument, which a side head needs as well
}

// take takes something for granted that nothing is known about.
func (p *Case) take(o obligation) bool {
	if o.relation == dim.NonNegative && o.holds {
		o.size = p.factorAtLeastOne(o.size)
	}
	s := p.scope
	if s != nil && !(o.argument && s.side != "") {
		return p.takeInScope(s, o)
	}
	next := p.outside()
	next.requirements = append(next.requirements, p.requirement(o.size, o.relation, o.holds, o.own))
	possible := next.suppose(o.size, o.relation, o.holds, because(o.own))
	if !possible && !o.own { // no values of the case meet it
		p.failed = append(p.failed, o.size)
		return false
	}
	if !possible || s != nil || next.changed(p) {
		p.restart(next, possible)
		return true
	}
	p.facts, p.choices, p.requirements = next.facts, next.choices, next.requirements
	return true
}

// factorAtLeastOne is x - 1 in place of a*x - 1, where a > 0 and a*x is whole: then
// one is at least 0 where the other is.
func (p *Case) factorAtLeastOne(size dim.Size) dim.Size {
	product := size.Add(dim.Int(1))
	if answer, known := p.known(product, dim.Whole); !known || !answer {
		return size
	}
	zero := ""
	for _, x := range product.Vars() {
		name := x.Name
		if p.isWhole(name) && p.low(name) == 0 && product.Substitute(name, dim.Int(0)).IsZero() {
			if zero != "" {
				return size
			}
			zero = name
		}
	}
	if zero == "" || !product.Substitute(zero, dim.VarFrom(zero+"+", 1)).ProvablyPositive() {
		return size
	}
	return p.variable(zero).Sub(dim.Int(1))
}

// changed reports whether a copy of p has other variables than p.
func (p *Case) changed(from *Case) bool {
	return len(p.values) != len(from.values) || !maps.Equal(p.lows, from.lows)
}

// restart ends the case in favour of next, followed from the start. The ways
// forked off so far stay on the list.
func (p *Case) restart(next *Case, possible bool) {
	p.again = append(p.again, p.forks...)
	if possible {
		p.again = append(p.again, next)
	}
	p.impossible = p.again == nil
}

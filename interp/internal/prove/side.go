package prove

import (
	"slices"

	"cnnlang/ops/dim"
)

// A side head is left out where its shapes do not fit, and a mistake where its arguments are
// wrong, whether it fits or not: beside a step that does not fit others are made. So within
// a head
//
//   - what a shape has to be is taken to be so, as a fact of the head alone (fits), and what is
//     asked of shapes is answered from all that is known;
//   - what is asked of arguments, and which way the text goes, is answered from what is known
//     without these facts. Where that is not enough, the answer is owed: at the end of the case
//     it has to follow from all that the block requires. Where it does not, the case splits into
//     those where the head fits so far and where it does not.

// An owed answer is one that was given because a side head fits.
type owed struct {
	fit    fact // the first thing that makes it fit
	answer fact
}

// Side begins a side head.
func (p *Case) Side(name string) (end func()) {
	if p.scope != nil && p.scope.i.Name != "" {
		p.Beyond("a side head in a repeat of unknown length")
	}
	return p.try(name)
}

// inSide reports whether a side head is being applied.
func (p *Case) inSide() bool {
	for s := p.scope; s != nil; s = s.outer {
		if s.side != "" {
			return true
		}
	}
	return false
}

// fit is the first thing that makes a side head fit; is is false where there is none.
func (p *Case) fit() (f fact, is bool) {
	i := slices.IndexFunc(p.facts, func(f fact) bool { return f.why == fits })
	if i < 0 {
		return f, false
	}
	return p.facts[i], true
}

// regardless forgets what makes side heads fit, until the function it returns is called.
func (p *Case) regardless() (restore func()) {
	all := p.facts
	p.facts = slices.DeleteFunc(slices.Clone(all), func(f fact) bool { return f.why == fits })
	return func() { p.facts = all }
}

// knownRegardless is known without what makes side heads fit.
func (p *Case) knownRegardless(size dim.Size, r dim.Relation) (answer, known bool) {
	defer p.regardless()()
	return p.known(size, r)
}

// settled is known, of what has an answer whether or not the side head around it fits.
func (p *Case) settled(size dim.Size, r dim.Relation) (answer, known bool) {
	fit, is := p.fit()
	if !is {
		return p.known(size, r)
	}
	if answer, known = p.knownRegardless(size, r); known || p.Stopped() {
		return answer, known
	}
	if answer, known = p.known(size, r); known {
		p.owes(owed{fit, fact{size: size, relation: r, holds: answer}})
	}
	return answer, known
}

// oweArgument takes what an argument has to be in a side head, where it is not known without what
// makes that fit.
func (p *Case) oweArgument(o obligation, fit fact) bool {
	if answer, known := p.known(o.size, o.relation); known && answer != o.holds {
		p.failed = append(p.failed, o.size)
		return false
	}
	if s := p.scope; s.side == "" {
		return p.takeInScope(s, o)
	}
	p.owes(owed{fit, fact{size: o.size, relation: o.relation, holds: o.holds}})
	p.facts = append(p.facts, fact{o.size, o.relation, o.holds, fits})
	return true
}

// owes notes an answer that is owed. Of one iteration of several that is not followed.
func (p *Case) owes(o owed) {
	for _, size := range []dim.Size{o.fit.size, o.answer.size} {
		if s := p.iterationOf(size); s != nil {
			s.unclear = true
			return
		}
	}
	p.owed = append(p.owed, o)
}

// settle holds the case at its end to the answers that it owes.
func (p *Case) settle() {
	for _, o := range p.owed {
		if answer, known := p.known(o.answer.size, o.answer.relation); !known || answer != o.answer.holds {
			p.splitFit(o.fit)
			return
		}
	}
}

// Wrong splits the case where a side head is wrong, but may not come so far.
func (p *Case) Wrong() {
	if fit, is := p.fit(); is && !p.Stopped() {
		p.splitFit(fit)
	}
}

// failsByFit splits the case where a shape in a head is wrong because another fits, which may be one beside it: where
// that does not fit, this one may, and what is made of it.
func (p *Case) failsByFit(o obligation, fit fact) bool {
	if _, known := p.knownRegardless(o.size, o.relation); known || p.Stopped() {
		return false
	}
	p.splitFit(fit)
	return true
}

// splitFit follows the case from the start, where a side head fits so far and where it does not. Of one iteration
// of several it is not followed.
func (p *Case) splitFit(f fact) {
	if s := p.iterationOf(f.size); s != nil {
		s.unclear = true
		return
	}
	end := p.Try() // so that it is the start
	p.goOneWay(f.size, f.relation, fitted)
	end()
}

// tellFit notes what a side head needs where it is known because the case was split by it.
func (p *Case) tellFit(o obligation) {
	if p.scope == nil || p.scope.side == "" {
		return
	}
	size := o.size.InOthers()
	i := slices.IndexFunc(p.choices, func(c choice) bool {
		return c.why == fitted && c.fork.relation == o.relation && dim.Equivalent(c.fork.size.InOthers(), size)
	})
	if i >= 0 {
		r := p.requirement(o.size, o.relation, o.holds, false)
		r.Side, r.after = p.scope.side, i
		p.sides = append(p.sides, r)
	}
}

// splitShape splits the case of a side head by whether two sizes are one.
func (p *Case) splitShape(difference dim.Size) bool {
	if s := p.iterationOf(difference); s != nil {
		s.unclear = true
		return true
	}
	same := p.choose(difference, dim.Zero, fitted)
	if !same {
		p.failed = append(p.failed, difference)
	}
	return same
}

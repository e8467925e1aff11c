package prove

import (
	"cmp"
	"maps"
	"slices"

	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// What is a mistake and what is a requirement. Where a text asks whether n > 2 and one
// way fails for all values, the author has made a mistake, and it is refuted. Where a
// proof has split the cases n == 0 and n >= 1 of `repeat n`, and n == 0 fails further
// on, the block requires n >= 1.

// failing is a case that fails for all values, and the fork that it was on last.
type failing struct {
	of    *Case
	fork  *fork
	first *diag.Diagnostic
}

// lastFork is the fork that the case was on last, nil where since then, or from the
// start, it went one way of two that the text has. Whether a side head fits is one of two ways
// only where there is another fork before it: else what is wrong in it is a mistake.
func (p *Case) lastFork() *fork {
	var fit *fork
	for _, c := range slices.Backward(p.choices) {
		switch {
		case c.why == fitted:
			fit = cmp.Or(fit, c.fork)
		case c.fork != nil:
			return cmp.Or(fit, c.fork)
		case c.why == chosen:
			return nil
		}
	}
	return nil
}

// settleForks makes a requirement of the other way of each fork of which one way
// fails; where both do, the block is refuted.
func (x *exploration) settleForks() {
	for _, f := range x.failing {
		if x.verdict.Status == Refuted {
			return
		}
		excluded := false
		for _, r := range x.verdict.Results {
			excluded = r.of.requireFork(f.fork) || excluded
		}
		switch {
		case excluded:
		case f.first == nil:
			x.refuteContradiction(f.of)
		default:
			x.refute(f.of, f.first)
		}
	}
}

// contradicted takes a case whose suppositions contradict each other for one that fails,
// where it takes more than them to do so: what it requires.
func (x *exploration) contradicted(p *Case) {
	if !slices.ContainsFunc(p.requirements, func(r Requirement) bool { return !r.stated }) {
		return
	}
	free, possible := p.withoutRequirements()
	switch f := p.lastFork(); {
	case !possible:
	case f != nil && !p.approximate:
		x.failing = append(x.failing, failing{free, f, nil})
	default:
		x.refuteContradiction(free)
	}
}

// withoutRequirements supposes what a case supposes, but for what it requires; possible
// is false where that contradicts itself.
func (p *Case) withoutRequirements() (q *Case, possible bool) {
	q = newCase()
	q.exploration, q.modes, q.rest, q.ranks = p.exploration, maps.Clone(p.modes), p.rest, maps.Clone(p.ranks)
	for _, c := range p.choices {
		if c.why == required {
			continue
		}
		f, own := p.supposed(c), map[string]dim.Size{}
		for _, x := range f.size.Vars() {
			own[x.Name] = q.variable(x.Name)
		}
		if !q.suppose(f.size.SubstituteAll(own), f.relation, f.holds, c.why) {
			return nil, false
		}
	}
	return q, true
}

// refuteContradiction looks for values for which a block fails on a case where what it
// requires cannot be met.
func (x *exploration) refuteContradiction(p *Case) {
	c := x.counterexample(p, nil)
	if c == nil {
		x.notProved("what it requires in one case cannot be met")
		return
	}
	x.verdict.Status, x.verdict.Reason, x.verdict.Counterexample = Refuted, "", c
	x.verdict.Problem = refutation(x, p, c.Problem, c)
}

// requireFork makes requirements of what the case supposes because of a fork; it
// reports false where that is nothing.
func (p *Case) requireFork(f *fork) bool {
	found := false
	for i, c := range p.choices {
		if c.fork != f {
			continue
		}
		found = true
		if c.why == required {
			continue
		}
		p.choices[i].why = required
		s := p.supposed(c)
		r := p.requirement(s.size, s.relation, s.holds, false)
		r.after = i
		p.requirements = append(p.requirements, r)
	}
	return found
}

// requirement is one of the case, with what was asked in the block's own variables.
func (p *Case) requirement(size dim.Size, r dim.Relation, holds, stated bool) Requirement {
	return Requirement{Size: size, Relation: r, Holds: holds, asked: size.InOthers(), after: len(p.choices), stated: stated}
}

// required lists what the case requires, in the block's own variables.
func (p *Case) required() []Requirement {
	var list []Requirement
	for _, r := range append(p.requirements[:len(p.requirements):len(p.requirements)], p.sides...) {
		if r.stated {
			continue
		}
		// As it was asked: what was put in place of a variable since then may be what
		// another requirement makes it.
		r.Size = r.asked
		list = append(list, r)
	}
	return list
}

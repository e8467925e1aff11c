package prove

import (
	"fmt"
	"slices"

	"cnnlang/interp/internal/elab"
	"cnnlang/ops/dim"
)

// What is said of every iteration of a repeat.
//
// An iteration that stands for all is applied in a scope. In it i is a variable with
// first <= i <= last, which are facts of the scope alone: they say that there is such
// an iteration, and there may be none. So nothing that was found with them leaves the scope
// but as follows.
//
//   - A shape: the iteration gives the shape that it took, for every i. Then any number of
//     iterations does, none included (elab/loop.go).
//   - A requirement r(i), as one of all iterations: where r grows with i, that of the first
//     implies the others, where it falls that of the last does, and where it does
//     neither it is not about i. It is one of the case if some iteration is sure to be made;
//     where nothing tells, the case splits into the cases that there is none, which
//     goes without, and that there is one, which requires it and cannot do without.
//   - A requirement of something that each iteration has and nothing is known of, an item of
//     a list or an image, as one of all of these.
//   - A question whose answer differs from iteration to iteration makes cases: the iteration is
//     applied again for the iterations with the other answer. A requirement of some of the
//     iterations only, or one that neither grows nor falls, leaves as "not shown".
//
// Questions that do not depend on i are those of the case, which is followed from the
// start with either answer.

// A scope is an iteration that stands for all, a side head, or an attempt of which nothing
// remains.
type scope struct {
	outer       *scope
	i           dim.Variable // that stands for all iterations, without a name for an attempt
	first, last dim.Size
	facts       int // how many the case had before
	failed      int
	pending     []obligation // of all iterations, without i
	unclear     bool         // something depends on i that cannot be said of all iterations
	side        string       // the name of the side head
	sides       int          // how many requirements of side heads the case had before
	list        string       // that it runs over, "" for a count
	asked       int          // how many questions had different answers for different iterations
	kind        []fact       // the answers that it is applied for
}

// maxAsked limits the questions that make kinds of iterations of one repeat.
const maxAsked = 6

// letters are what iterations are called that stand for all, the outermost first.
var letters = []string{"i", "j", "k"}

// Iteration begins what is said of all iterations but the first and last few.
func (p *Case) Iteration(n dim.Size, first, last int, list string) (i dim.Variable, end func(shown bool) (holds, again bool)) {
	depth := 0
	i.Name, i.Low = fmt.Sprintf("the iteration of (%s), %d to %d", n.Name(), first, last), int64(first)
	open := map[string]bool{}
	for s := p.scope; s != nil; s = s.outer {
		if open[s.i.Name] = true; s.i.Name != "" {
			depth++
		}
	}
	for open[i.Name] {
		i.Name += " inside"
	}
	i.Sense = &dim.Sense{Label: letters[depth%len(letters)], Of: []dim.Size{n}}
	p.exploration.variables[i.Name] = i
	s := &scope{
		outer: p.scope, i: i, first: dim.Int(first), last: n.Sub(dim.Int(1 + last)),
		facts: len(p.facts), failed: len(p.failed), list: list,
	}
	p.scope = s
	p.facts = append(p.facts, fact{s.last.Sub(i.Size()), dim.NonNegative, true, inIteration})
	return i, func(shown bool) (holds, again bool) {
		if p.Stopped() {
			return true, false // the case is of no use any more
		}
		holds = p.endIteration(s, shown)
		again = p.nextKind(s)
		if !holds {
			delete(p.kinds, s.i.Name)
		}
		return holds, again && holds
	}
}

// kindOf answers a question of which the answer differs from iteration to iteration: one way now,
// the other when the iteration is applied again.
func (p *Case) kindOf(s *scope, size dim.Size, r dim.Relation) bool {
	answers := p.kinds[s.i.Name]
	if s.asked == len(answers) {
		answers = append(answers, true)
		if p.kinds == nil {
			p.kinds = map[string][]bool{}
		}
		p.kinds[s.i.Name] = answers
	}
	answer := answers[s.asked]
	s.asked++
	// It may be asked in an iteration that stands for all within this one, and outlives that.
	at := len(p.facts)
	for inner := p.scope; inner != s; inner = inner.outer {
		at = inner.facts
		inner.facts++
	}
	// What it comes to with what is known of those is no fact outside of them.
	of := fact{size, r, answer, inIteration}
	known := p.clone()
	known.facts = known.facts[:at:at]
	all := known.strongest(of)
	p.facts, s.kind = slices.Insert(p.facts, at, all), append(s.kind, all)
	if p.scope != s {
		p.facts = append(p.facts, p.strongest(of))
	}
	return answer
}

// nextKind goes on to the next kind of iterations; it reports false where there is none.
func (p *Case) nextKind(s *scope) bool {
	answers := p.kinds[s.i.Name]
	for len(answers) > 0 && !answers[len(answers)-1] {
		answers = answers[:len(answers)-1]
	}
	if len(answers) == 0 {
		delete(p.kinds, s.i.Name)
		return false
	}
	answers[len(answers)-1] = false
	p.kinds[s.i.Name] = answers
	return true
}

func (p *Case) endIteration(s *scope, shown bool) bool {
	p.leave(s)
	if len(s.pending) > 0 && s.asked > 0 && s.list == "" || s.asked > maxAsked {
		s.unclear = true // it is required of iterations of one kind
	}
	if !shown || s.unclear {
		p.failed = p.failed[:s.failed:s.failed]
		return false
	}
	if slices.ContainsFunc(s.pending, func(o obligation) bool { return !eachItem(o.size, s.i.Name) }) {
		for _, one := range s.someOf() {
			if !p.Split(one, dim.NonNegative) || p.Stopped() {
				return true // there is no such iteration
			}
		}
	}
	for _, o := range s.pending {
		if !p.oblige(o) {
			return false
		}
	}
	return true
}

// someOf lists what must be at least 0 where there is an iteration of the kind that a scope
// stands for.
func (s *scope) someOf() []dim.Size {
	list := []dim.Size{s.last.Sub(s.first)}
	for _, f := range s.kind {
		slope, _, linear := f.size.Linear(s.i.Name)
		if f.relation != dim.NonNegative || !f.holds || !linear || !slope.Known() {
			continue
		}
		most := s.first
		if slope.Cmp(dim.Int(0)) > 0 {
			most = s.last
		}
		list = append(list, f.size.Substitute(s.i.Name, most))
	}
	return list
}

// None reports whether a number of iterations is known to be 0.
func (p *Case) None(n dim.Size) bool {
	some, known := p.known(n.Sub(dim.Int(1)), dim.NonNegative)
	return known && !some
}

// Try begins an attempt of which nothing is to remain.
func (p *Case) Try() (end func()) { return p.try("") }

func (p *Case) try(side string) (end func()) {
	s := &scope{outer: p.scope, facts: len(p.facts), failed: len(p.failed), side: side, sides: len(p.sides)}
	p.scope = s
	return func() {
		if !p.Stopped() {
			p.leave(s)
			if side != "" && len(p.failed) > s.failed { // it does not fit whatever it needs
				p.sides = p.sides[:s.sides]
			}
			p.failed = p.failed[:s.failed:s.failed]
		}
	}
}

// leave drops what was only known within a scope.
func (p *Case) leave(s *scope) {
	p.scope = s.outer
	p.facts = p.facts[:s.facts:s.facts]
}

// oblige takes a requirement where nothing is known about it; it reports false where
// it is known not to hold.
func (p *Case) oblige(o obligation) bool {
	if p.Stopped() {
		return true // one before it began the case anew
	}
	fit, inHead := p.fit()
	answer, known := false, false
	if inHead && o.argument {
		answer, known = p.knownRegardless(o.size, o.relation)
	} else {
		answer, known = p.known(o.size, o.relation)
	}
	switch {
	case p.Stopped():
		return true
	case !known && inHead && o.argument:
		return p.oweArgument(o, fit)
	case !known:
		return p.take(o)
	case answer != o.holds && inHead && !o.argument && p.failsByFit(o, fit):
		return true
	case answer != o.holds:
		p.failed = append(p.failed, o.size)
	case !o.argument:
		p.tellFit(o)
	}
	return answer == o.holds
}

// takeInScope takes a requirement within a scope, where it is a fact, and leaves it to
// the end of the scope what becomes of it outside.
func (p *Case) takeInScope(s *scope, o obligation) bool {
	if s.side != "" {
		r := p.requirement(o.size, o.relation, o.holds, false)
		r.Side = s.side
		p.sides = append(p.sides, r)
	}
	_, inHead := p.fit()
	if s.i.Name != "" {
		all, ok := p.forAll(s, o)
		answer, known := p.known(all.size, all.relation)
		if inHead && o.argument {
			answer, known = p.knownRegardless(all.size, all.relation)
		}
		switch {
		case !ok:
			s.unclear = true
		case known && answer != all.holds:
			p.failed = append(p.failed, o.size)
			return false
		case !known:
			s.pending = append(s.pending, all)
		}
	}
	why := inIteration
	if p.inSide() && (inHead || !o.argument) {
		why = fits
	}
	p.facts = append(p.facts, p.strongest(fact{o.size, o.relation, o.holds, why}))
	return true
}

// forAll is the obligation, without i, that o holds in all iterations of a scope; ok is
// false where there is none.
func (p *Case) forAll(s *scope, o obligation) (all obligation, ok bool) {
	if onlyEach(o.size, s.i.Name) {
		return o, true
	}
	if slices.ContainsFunc(o.size.Vars(), func(x dim.Variable) bool { return x.Name != s.i.Name && x.Size().DependsOn(s.i.Name) }) {
		return o, false // it depends on a function of i
	}
	f := p.strongest(fact{size: o.size, relation: o.relation, holds: o.holds})
	if o.size, o.relation, o.holds = f.size, f.relation, f.holds; !o.holds {
		return o, false
	}
	more := o.size.Substitute(s.i.Name, s.i.Size().Add(dim.Int(1))).Sub(o.size)
	at := s.first
	switch o.relation {
	case dim.NonNegative:
		if grows, known := p.knownNonNegative(more); known && grows {
			break
		}
		if falls, known := p.knownNonNegative(more.Neg()); !known || !falls {
			return o, false
		}
		at = s.last
	case dim.Whole:
		if !more.IsWhole() {
			return o, false
		}
	default:
		if !more.IsZero() {
			return o, false
		}
	}
	o.size = o.size.Substitute(s.i.Name, at)
	return o, o.size.IsValid()
}

// strongest says of whole sizes that they are at least something, where it can: p < 0
// is -p - 1 >= 0, and p != 0 is p - 1 >= 0 where p >= 0.
func (p *Case) strongest(f fact) fact {
	if f.holds || !f.size.IsWhole() || f.relation == dim.Whole {
		return f
	}
	sides := []dim.Size{f.size.Neg()}
	if f.relation == dim.Zero {
		sides = []dim.Size{f.size, f.size.Neg()}
	}
	for _, side := range sides {
		if answer, known := p.knownNonNegative(side); f.relation == dim.NonNegative || known && answer {
			return fact{side.Sub(dim.Int(1)), dim.NonNegative, true, f.why}
		}
	}
	return f
}

// onlyEach reports whether a size does not depend on i, or only by something that each
// iteration has and nothing is known of: an item of a list, or an image. What it requires
// then is one of all of these, of which there may be none.
func onlyEach(size dim.Size, i string) bool {
	return !slices.ContainsFunc(size.Vars(), func(x dim.Variable) bool {
		switch {
		case x.Name == i:
			return true
		case !x.Size().DependsOn(i):
			return false
		}
		switch x.Kind.(type) {
		case elab.Image:
			return false
		case elab.Item:
			if x.Of[0].Name() == i { // rather than l[i - 1]
				return false
			}
		}
		return slices.ContainsFunc(x.Of, func(of dim.Size) bool { return !onlyEach(of, i) })
	})
}

// eachItem reports whether onlyEach holds because of items.
func eachItem(size dim.Size, i string) bool {
	return size.DependsOn(i) && onlyEach(size, i) && !slices.ContainsFunc(size.Vars(), func(x dim.Variable) bool {
		_, isImage := elab.ImageOf(x)
		return isImage && x.Size().DependsOn(i)
	})
}

// iterationOf is the innermost scope on whose iteration a size depends, by its number, its item
// or the image that it takes; nil for none.
func (p *Case) iterationOf(size dim.Size) *scope {
	for s := p.scope; s != nil; s = s.outer {
		if s.i.Name != "" && size.DependsOn(s.i.Name) {
			return s
		}
	}
	return nil
}

// outside is a copy of the case without what is only known within scopes.
func (p *Case) outside() *Case {
	c := p.clone()
	for s := p.scope; s != nil; s = s.outer {
		c.facts = c.facts[:s.facts:s.facts]
	}
	return c
}

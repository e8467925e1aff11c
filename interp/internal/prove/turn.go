package prove

import (
	"slices"
	"strings"

	"cnnlang/ops/dim"
)

// What is said of every turn of a repeat.
//
// A turn that stands for all is applied in a scope. In it i is a variable with
// first <= i <= last, which are facts of the scope alone: they say that there is such
// a turn, and there may be none. So nothing that was found with them leaves the scope
// but as follows.
//
//   - A shape: the turn gives the shape that it took, for every i. Then any number of
//     turns does, none included (elab/turns.go).
//   - A requirement r(i), as one of all turns: where r grows with i, that of the first
//     implies the others, where it falls that of the last does, and where it does
//     neither it is not about i. It is one of the path if some turn is sure to be made;
//     where nothing tells, the path splits into the cases that there is none, which
//     goes without, and that there is one, which requires it and cannot do without.
//   - A question whose answer differs from turn to turn makes cases: the turn is
//     applied again for the turns with the other answer. A requirement of some of the
//     turns only, or one that neither grows nor falls, leaves as "not shown".
//
// Questions that do not depend on i are those of the path, which is followed from the
// start with either answer.

// A scope is a turn that stands for all, a side head, or an attempt of which nothing
// remains.
type scope struct {
	outer       *scope
	name        string // of the variable i, "" for an attempt
	first, last dim.Size
	facts       int // how many the path had before
	failed      int
	pending     []Requirement // of all turns, without i
	unclear     bool          // something depends on i that cannot be said of all turns
	side        string        // the name of the side head
	list        string        // that it runs over, "" for a count
	asked       int           // how many questions had different answers for different turns
}

// maxAsked limits the questions that make kinds of turns of one repeat.
const maxAsked = 6

// turnOf begins the names of the variables that stand for a turn of a repeat.
const turnOf = "turn of "

// Turn begins what is said of all turns but the first and last few.
func (p *path) Turn(n dim.Size, first, last int, list string) (i dim.Size, end func(shown bool) (holds, again bool)) {
	name := turnOf + n.String()
	for s := p.scope; s != nil; s = s.outer {
		if s.name == name {
			name += " inside"
		}
	}
	i = dim.VarFrom(name, int64(first))
	s := &scope{
		outer: p.scope, name: name, first: dim.Int(first), last: n.Sub(dim.Int(1 + last)),
		facts: len(p.facts), failed: len(p.failed), list: list,
	}
	p.scope = s
	p.facts = append(p.facts, fact{s.last.Sub(i), dim.NonNegative, true, byTurn})
	return i, func(shown bool) (holds, again bool) {
		if p.Stopped() {
			return true, false // the path is of no use any more
		}
		holds = p.endTurn(s, shown)
		again = p.nextKind(s)
		if !holds {
			delete(p.kinds, s.name)
		}
		return holds, again && holds
	}
}

// kindOf answers a question of which the answer differs from turn to turn: one way now,
// the other when the turn is applied again.
func (p *path) kindOf(s *scope, size dim.Size, r dim.Relation) bool {
	answers := p.kinds[s.name]
	if s.asked == len(answers) {
		answers = append(answers, true)
		if p.kinds == nil {
			p.kinds = map[string][]bool{}
		}
		p.kinds[s.name] = answers
	}
	answer := answers[s.asked]
	s.asked++
	// It may be asked in a turn that stands for all within this one, and outlives that.
	at := len(p.facts)
	for inner := p.scope; inner != s; inner = inner.outer {
		at = inner.facts
		inner.facts++
	}
	p.facts = slices.Insert(p.facts, at, p.strongest(fact{size, r, answer, byTurn}))
	return answer
}

// nextKind goes on to the next kind of turns; it reports false where there is none.
func (p *path) nextKind(s *scope) bool {
	answers := p.kinds[s.name]
	for len(answers) > 0 && !answers[len(answers)-1] {
		answers = answers[:len(answers)-1]
	}
	if len(answers) == 0 {
		delete(p.kinds, s.name)
		return false
	}
	answers[len(answers)-1] = false
	p.kinds[s.name] = answers
	return true
}

func (p *path) endTurn(s *scope, shown bool) bool {
	p.leave(s)
	if len(s.pending) > 0 && s.asked > 0 && s.list == "" || s.asked > maxAsked {
		s.unclear = true // it is required of turns of one kind
	}
	if !shown || s.unclear {
		p.failed = p.failed[:s.failed:s.failed]
		return false
	}
	if slices.ContainsFunc(s.pending, func(r Requirement) bool { return !aboutItems(r.Size, s.name) }) {
		some := s.last.Sub(s.first)
		answer, known := p.known(some, dim.NonNegative)
		switch {
		case known && !answer:
			return true // there is no such turn
		case !known && !p.Split(some, dim.NonNegative):
			return true
		}
		if p.Stopped() {
			return true
		}
	}
	for _, r := range s.pending {
		if !p.oblige(r.Size, r.Relation, r.Holds, false) {
			return false
		}
	}
	return true
}

// None reports whether a number of turns is known to be 0.
func (p *path) None(n dim.Size) bool {
	some, known := p.known(n.Sub(dim.Int(1)), dim.NonNegative)
	return known && !some
}

// Try begins an attempt of which nothing is to remain.
func (p *path) Try() (end func()) {
	s := &scope{outer: p.scope, facts: len(p.facts), failed: len(p.failed)}
	p.scope = s
	return func() {
		if !p.Stopped() {
			p.leave(s)
			p.failed = p.failed[:s.failed:s.failed]
		}
	}
}

// Side begins a side head. What it requires is not required of the block, which is whole
// without a head that does not fit, and so no fact outside.
func (p *path) Side(name string) (end func()) {
	s := &scope{outer: p.scope, facts: len(p.facts), failed: len(p.failed), side: name}
	if s.outer != nil && p.scope.name != "" {
		p.Beyond("a side head in a repeat of unknown length")
	}
	p.scope = s
	return func() {
		if !p.Stopped() {
			p.leave(s)
			p.failed = p.failed[:s.failed:s.failed]
		}
	}
}

// leave drops what was only known within a scope.
func (p *path) leave(s *scope) {
	p.scope = s.outer
	p.facts = p.facts[:s.facts:s.facts]
}

// oblige takes a requirement where nothing is known about it; it reports false where
// it is known not to hold.
func (p *path) oblige(size dim.Size, r dim.Relation, holds, own bool) bool {
	if p.Stopped() {
		return true // one before it began the path anew
	}
	if answer, known := p.known(size, r); known {
		if answer != holds {
			p.failed = append(p.failed, size)
		}
		return answer == holds
	}
	return p.take(size, r, holds, own)
}

// takeInTurn takes a requirement within a scope, where it is a fact, and leaves it to
// the end of the scope what becomes of it outside.
func (p *path) takeInTurn(s *scope, size dim.Size, r dim.Relation, holds bool) bool {
	if s.side != "" {
		r := p.requirement(size, r, holds, false)
		r.Side = s.side
		p.sides = append(p.sides, r)
	}
	if s.name != "" {
		all, ok := p.forAll(s, Requirement{Size: size, Relation: r, Holds: holds})
		switch answer, known := p.known(all.Size, all.Relation); {
		case !ok:
			s.unclear = true
		case known && answer != all.Holds:
			p.failed = append(p.failed, size)
			return false
		case !known:
			s.pending = append(s.pending, all)
		}
	}
	p.facts = append(p.facts, p.strongest(fact{size, r, holds, byTurn}))
	return true
}

// forAll is the requirement, without i, that r holds in all turns of a scope; ok is
// false where there is none.
func (p *path) forAll(s *scope, r Requirement) (all Requirement, ok bool) {
	if !dependsOn(r.Size, s.name) || aboutItems(r.Size, s.name) {
		return r, true
	}
	if !slices.Contains(r.Size.Vars(), s.name) || p.namesTurn(r.Size, s) {
		return r, false // it depends on a function of i
	}
	f := p.strongest(fact{size: r.Size, relation: r.Relation, holds: r.Holds})
	if r = (Requirement{Size: f.size, Relation: f.relation, Holds: f.holds}); !r.Holds {
		return r, false
	}
	i := dim.VarFrom(s.name, lowOf(s.first))
	more := r.Size.Substitute(s.name, i.Add(dim.Int(1))).Sub(r.Size)
	at := s.first
	switch r.Relation {
	case dim.NonNegative:
		if grows, known := p.knownNonNegative(more); known && grows {
			break
		}
		if falls, known := p.knownNonNegative(more.Neg()); !known || !falls {
			return r, false
		}
		at = s.last
	case dim.Whole:
		if !more.IsWhole() {
			return r, false
		}
	default:
		if !more.IsZero() {
			return r, false
		}
	}
	r.Size = r.Size.Substitute(s.name, at)
	return r, r.Size.IsValid()
}

// strongest says of whole sizes that they are at least something, where it can: p < 0
// is -p - 1 >= 0, and p != 0 is p - 1 >= 0 where p >= 0.
func (p *path) strongest(f fact) fact {
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

// namesTurn reports whether a size has variables that stand for a function of i.
func (p *path) namesTurn(size dim.Size, s *scope) bool {
	return slices.ContainsFunc(size.Vars(), func(v string) bool { return v != s.name && strings.Contains(v, s.name) })
}

func lowOf(first dim.Size) int64 {
	n, _ := first.Int()
	return int64(n)
}

// dependsOn reports whether a size depends on the turn of this name.
func dependsOn(size dim.Size, turn string) bool {
	return slices.ContainsFunc(size.Vars(), func(v string) bool { return strings.Contains(v, turn) })
}

// aboutItems reports whether a size depends on a turn only by an item of a list that
// nothing is known of. What it requires then is one of all items, of which there may
// be none.
func aboutItems(size dim.Size, turn string) bool {
	found := false
	for _, v := range size.Vars() {
		item := strings.Contains(v, "["+turn+"]")
		if strings.Contains(v, turn) && !item {
			return false
		}
		found = found || item
	}
	return found
}

// turnIn is the innermost scope on whose turn a size depends, by its number, its item
// or the image that it takes; nil for none.
func (p *path) turnIn(size dim.Size) *scope {
	for s := p.scope; s != nil; s = s.outer {
		if s.name == "" {
			continue
		}
		ofItsImage := func(v string) bool { return s.list != "" && strings.HasSuffix(v, " of repeat "+s.list) }
		if dependsOn(size, s.name) || slices.ContainsFunc(size.Vars(), ofItsImage) {
			return s
		}
	}
	return nil
}

// outside is a copy of the path without what is only known within scopes.
func (p *path) outside() *path {
	c := p.clone()
	for s := p.scope; s != nil; s = s.outer {
		c.facts = c.facts[:s.facts:s.facts]
	}
	return c
}

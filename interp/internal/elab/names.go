package elab

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// Names among unknowns. Two steps or tensors of one name are a mistake wherever both are
// made, so a proof has to know that no two have, whatever the values:
//
//   - A label in a repeat of unknown length has the number of the iteration in it, in a
//     way that no two iterations make the same; or there is at most one iteration, which
//     is a requirement then.
//   - Other steps have paths that differ in what is written in them. Where a number could
//     make one the other, or one of them need not be made, nothing is shown.
//   - Steps without a label are numbered, each with another number. After a repeat of
//     unknown length nobody knows which.
//   - Strings that are parameters are taken to differ where their names do.

// In a path these enclose a number that is unknown, the number of a step that is unknown,
// and a string that is.
const (
	numberBegins, numberEnds = '⟦', '⟧'
	stepBegins, stepEnds     = '⟨', '⟩'
	stringBegins, stringEnds = '⟪', '⟫'
	marks                    = "⟦⟧⟨⟩⟪⟫"
)

// unmarked makes a path what people write.
func (m *machine) unmarked(name string) string {
	if m.unknowns == nil {
		return name
	}
	var b strings.Builder
	for _, t := range m.tokens(name) {
		switch t.letter {
		case numberBegins:
			b.WriteString("{" + t.n.String() + "}")
		case stringBegins:
			b.WriteString("{" + t.text + "}")
		case stepBegins:
			first, _, _ := strings.Cut(strings.TrimPrefix(t.text, loose), "+")
			b.WriteString(first)
		default:
			b.WriteRune(t.letter)
		}
	}
	return b.String()
}

// A generic is the iteration that stands for all of a repeat.
type generic struct {
	outer *generic
	i     dim.Variable
	plain *ast.Step // a step of which the iteration's number is no part of the label
	label string    // of that
	rare  bool      // whether a repeat within it may not make that step
	// ofItems says that it is none of a repeat but the item that stands for all of an `each`, which
	// share their names.
	ofItems bool
}

// A naming is what has been given names, steps or tensors.
type naming struct {
	what  string
	given map[string]named
	order []string // of given
	open  []named  // those that numbers may make the names of others
}

// A named is a name and where it was given.
type named struct {
	name    string
	at      *place
	marked  bool // whether it has marks
	perhaps bool // in an iteration that need not be made
}

// maxOpen limits how many names are compared with all others.
const maxOpen = 512

// written is a value as a part of a label.
func (m *machine) written(v Value) string {
	switch v := v.(type) {
	case string:
		return v
	case dim.Size:
		if v.Known() || m.unknowns == nil {
			return v.String() // a part of a path: exact
		}
		text := v.InOthers().Name()
		if m.labels == nil {
			m.labels = map[string]dim.Size{}
		}
		m.labels[text] = v
		return string(numberBegins) + text + string(numberEnds)
	case UnknownString:
		return string(stringBegins) + v.Name + string(stringEnds)
	}
	return show(m.settle(v))
}

// numberOf writes the number of a step or branch; it is loose where a repeat before it
// has no known length.
func (m *machine) numberOf(n int, isLoose bool) string {
	text := strconv.Itoa(n)
	switch {
	case m.unknowns == nil:
		return text
	case isLoose:
		text = loose + text
	}
	return string(stepBegins) + text + string(stepEnds)
}

// differs takes note of a label that is given in iterations that stand for all.
func (m *machine) differs(sc scope, label string, s *ast.Step) {
	for t := m.generic; t != nil; t = t.outer {
		if within, _ := m.numbered(label, t.i); within && t.ofItems {
			m.unfollowed("labels that differ from item to item")
		}
	}
	for t := m.generic; t != nil && t != sc.generic; t = t.outer {
		switch within, distinct := m.numbered(label, t.i); {
		case !within && t.plain == nil:
			t.plain, t.label, t.rare = s, label, t != m.generic
		case within && !distinct:
			m.unknowns.Beyond("whether iterations label steps alike")
		}
	}
}

// namesSoFar returns a function that forgets the names which were given since then.
func (m *machine) namesSoFar() (forget func()) {
	type mark struct{ order, open int }
	all := []*naming{&m.steps, &m.tensors}
	var before []mark
	for _, n := range all {
		before = append(before, mark{len(n.order), len(n.open)})
	}
	return func() {
		for k, n := range all {
			for _, name := range n.order[before[k].order:] {
				delete(n.given, name)
			}
			n.order, n.open = n.order[:before[k].order], n.open[:before[k].open]
		}
	}
}

// name gives a name among unknowns. One that is part of another which differs from all
// that were given before is not compared.
func (m *machine) name(n *naming, name string, s *ast.Step, part bool) {
	m.give(n, m.named(name, m.at(s)), part)
}

func (m *machine) named(name string, at *place) named {
	return named{name: name, at: at, marked: strings.ContainsAny(name, marks), perhaps: m.generic != nil}
}

// give gives a name.
func (m *machine) give(n *naming, here named, part bool) {
	name := here.name
	if first, taken := n.given[name]; !taken {
		n.given[name], n.order = here, append(n.order, name)
	} else if sameText, sameIteration := first.at.compare(here.at); !sameText && !first.perhaps && !here.perhaps || sameText && !sameIteration {
		m.twice(n.what, name, first.at, here.at)
	} else if !sameText {
		m.unknowns.Beyond("whether two " + n.what + " of one name are made")
	}
	if here.open() {
		for _, other := range n.given {
			if !part {
				m.meet(n.what, other, here)
			}
		}
		if n.open = append(n.open, here); len(n.open) > maxOpen {
			m.unknowns.Beyond("more labels with numbers than are compared")
		}
		return
	}
	for _, other := range n.open {
		if part {
			break
		}
		m.meet(n.what, other, here)
	}
}

// skip gives the names of so many iterations more that are like the last one, which gave
// those after named and numbered its steps from first on.
func (m *machine) skip(sc scope, named [2]int, first, left int) {
	if sc.next.loose || left == 0 {
		return // its numbers stand for all
	}
	each := sc.next.next - first
	for k, n := range []*naming{&m.steps, &m.tensors} {
		for _, name := range slices.Clone(n.order[named[k]:]) {
			numbered, ok := strings.CutPrefix(name, sc.numbers+string(stepBegins))
			text, behind, _ := strings.Cut(numbered, string(stepEnds))
			if number, err := strconv.Atoi(text); ok && err == nil && number >= first {
				others := sc.numbers + string(stepBegins) + skippedNumbers(number, each, left) + string(stepEnds) + behind
				m.give(n, m.named(others, n.given[name].at), false)
			}
		}
	}
}

// meet goes beyond what can be shown where two names may be one. Those of one place in
// the text, and of iterations that may be one, differ by their numbers (differs).
func (m *machine) meet(what string, a, b named) {
	if sameText, sameIteration := a.at.compare(b.at); !(sameText && sameIteration) && a.name != b.name && (a.marked || b.marked) && m.namesMayBeOne(a.name, b.name) {
		m.unknowns.Beyond("whether two " + what + " have one name")
	}
}

// open reports whether a name has a number that is unknown, or one in a label that a step
// may have which has none.
func (n named) open() bool {
	if strings.ContainsRune(n.name, numberBegins) {
		return true
	}
	for part := range strings.SplitSeq(n.name, ".") {
		if part != "" && strings.IndexFunc(part, func(r rune) bool { return !unicode.IsDigit(r) }) < 0 {
			return true
		}
	}
	return false
}

// anyIteration is the iteration of a place that is one of several.
const anyIteration = -1

// compare reports whether two places are one in the text, and if so, whether they may be
// one in the same iterations of all repeats.
func (p *place) compare(q *place) (sameText, sameIteration bool) {
	sameIteration = true
	for ; p != nil && q != nil; p, q = p.up, q.up {
		if p.span != q.span || (p.step == nil) != (q.step == nil) {
			return false, false
		}
		sameIteration = sameIteration && (p.iteration == q.iteration || p.iteration == anyIteration || q.iteration == anyIteration)
	}
	return p == q, sameIteration
}

// nameFlat gives the names of the steps of a block which is not entered otherwise, if
// they are those of the place that it is called at, with the empty label.
func (m *machine) nameFlat(c *Closure, e *env, sc scope, x Tensor) {
	last := len(m.trace) - 1
	if !m.trace[last].flat || m.unknowns.Stopped() {
		return
	}
	if m.calledBy(c) {
		m.unknowns.Beyond("the names in a block that calls itself with the empty label")
		return
	}
	count := m.count
	m.apartFrom(func(d *diag.Diagnostic) bool { return d.Code == diag.DuplicatePath || d.Code.IsLimit() }, func() {
		end := m.unknowns.Try()
		m.body(c.Object.Block.Body, e.inner(), sc, x)
		end()
	})
	m.count = count
}

// nameUnknown takes note of a block of which nobody knows what names it gives. They are
// taken to differ from others, but not from those that it gives another time.
func (m *machine) nameUnknown(b UnknownBlock, at *site) {
	if !at.flat() {
		return
	}
	name := at.scope.labels + string(stringBegins) + b.Name + string(stringEnds)
	here := named{name: name, at: m.at(at.step)}
	first, again := m.flat[name]
	if again {
		_, again = first.at.compare(here.at)
		again = !again // in the same iteration it is the same call
	}
	if m.flat == nil {
		m.flat = map[string]named{}
	}
	m.flat[name] = here
	if again || m.generic != at.scope.generic {
		m.unknowns.Beyond("the names in `" + b.Name + "`, which is called more than once with the empty label")
	}
}

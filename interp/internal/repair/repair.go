// Package repair searches for small edits that cure a mistake. Where a diagnostic says what
// was evidently meant, such as a name, it tries that. For mistakes of shape it knows the
// common causes (padding forgotten, a stride on one branch only, a width copied wrongly, a
// shortcut without its projection) and tries each cure where the diagnostic points. An edit
// is offered only if the whole program, checked and proved again with it, has no error left
// and no warning it did not have before.
//
// repair.go tries candidates, correct.go what is evidently meant, ledger.go keeps both at
// the places of the original text, focus.go finds the places, and window.go, width.go,
// claim.go, where.go and habit.go have the edits.
package repair

import (
	"slices"
	"time"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/prove"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
)

// A State is a program with one text of its main file, and everything that was found wrong
// with it.
type State struct {
	Main     *resolve.Module
	Problems diag.List
	Verdicts []*prove.Verdict
	Hints    diag.List // warnings of what was most likely meant differently
	Graphs   []*graph.Graph
}

// A Check gives the state of the program with another text of its main file; ok is false if
// the account does not suffice. With quick it may omit the proofs once there is an error.
type Check func(text string, quick bool, a *Account) (s State, ok bool)

// Limits bound a search. Its result depends only on the work and the attempts, which are
// counted; the time limit is for work that is not.
type Limits struct {
	Work     int // of the whole search, as package prove counts it
	Time     time.Duration
	Errors   int // of the program; with more there is no search
	Attempts int // for one diagnostic
	Offers   int // of one diagnostic
}

// Usual are the limits of a check that was not asked for repairs.
var Usual = Limits{Work: 1_000_000, Time: time.Second, Errors: diag.MostShown, Attempts: 150, Offers: 3}

// An Account is what is left of the limits.
type Account struct {
	Work  int
	Until time.Time
}

// Spent reports whether nothing is left.
func (a *Account) Spent() bool { return a.Work <= 0 || time.Now().After(a.Until) }

// Search adds to the errors of s the repairs it can find. A repair is added only if with
// it, or if there are several errors with one repair for each, the program has no error at
// all.
func Search(s State, check Check, limits Limits) {
	errors := errorsIn(s.Problems)
	corrected := slices.ContainsFunc(errors, func(d *diag.Diagnostic) bool { return d.Correction != nil })
	able := !slices.ContainsFunc(errors, func(d *diag.Diagnostic) bool { return !repairable(d) })
	if len(errors) == 0 || len(errors) > limits.Errors || !corrected && !able {
		return
	}
	account := &Account{limits.Work, time.Now().Add(limits.Time)}
	w := &work{check: check, limits: limits, account: account, warnings: places(s.Problems, diag.Warning)}
	if len(s.Hints) > 0 && w.together(s, errors, true) {
		return
	}
	if len(errors) == 1 && able {
		errors[0].Repairs = w.one(s, errors[0], limits.Offers, stated, true, sound)
	}
	if len(errors[0].Repairs) == 0 {
		w.together(s, errors, false)
	}
}

// repairable reports whether a diagnostic is about a shape that an edit of this file may
// cure.
func repairable(d *diag.Diagnostic) bool {
	switch d.Code {
	case diag.ShapesDiffer, diag.WrongRank, diag.WindowTooBig, diag.NotDivisible, diag.CountDiffers, diag.InputMismatch,
		diag.ClaimFails, diag.IsFails, diag.Refuted:
		return true
	}
	return false
}

type work struct {
	check    Check
	limits   Limits
	account  *Account
	warnings map[spot]int
}

// A spot is a line with a mistake of one kind; edits stay within lines, so line numbers do
// not change.
type spot struct {
	file string
	line int
	code diag.Code
}

func spotOf(d *diag.Diagnostic) spot {
	return spot{d.Span.Start.Filename, d.Span.Start.Line, d.Code}
}

func places(list diag.List, severity diag.Severity) map[spot]int {
	found := map[spot]int{}
	for _, d := range list {
		if d.Severity == severity {
			found[spotOf(d)]++
		}
	}
	return found
}

// within reports whether every mistake was there before.
func within(after, before map[spot]int) bool {
	for s, n := range after {
		if n > before[s] {
			return false
		}
	}
	return true
}

func sound(s State) bool { return !s.Problems.HasErrors() }

// one returns at most n repairs of d that make the program acceptable, the likeliest first:
// only the smallest for each subject, a changed claim only if nothing else works, and none
// of a rank beyond most.
func (w *work) one(s State, d *diag.Diagnostic, n int, most rank, quick bool, acceptable func(State) bool) []diag.Repair {
	text := s.Main.File.Source.Text
	var found []diag.Repair
	cured := map[string]bool{}
	for i, c := range candidates(s, d, w.infer) {
		if i >= w.limits.Attempts || len(found) >= n || w.account.Spent() {
			break
		}
		if c.rank > most || c.rank == stated && len(found) > 0 {
			break
		}
		if cured[c.subject] {
			continue
		}
		edited, ok := diag.Apply(text, c.edits)
		if !ok || edited == text {
			continue
		}
		after, ok := w.check(edited, quick, w.account)
		if ok && acceptable(after) && (d.Code != diag.Refuted || proved(after, s, d)) && within(places(after.Problems, diag.Warning), w.warnings) {
			cured[c.subject] = true
			found = append(found, diag.Repair{What: c.what, Edits: c.edits})
		}
	}
	return found
}

// proved reports whether the block that d refutes is now proved. One that is merely no
// longer refuted may fail for other values.
func proved(after, before State, d *diag.Diagnostic) bool {
	name := ""
	for _, v := range before.Verdicts {
		if v.Problem == d {
			name = v.Block.Name
		}
	}
	return slices.ContainsFunc(after.Verdicts, func(v *prove.Verdict) bool {
		return v.Block.Name == name && (v.Status == prove.Proved || v.Status == prove.Bounded)
	})
}

// together searches for one repair of each error, one after the other, and keeps them if
// the program has no error in the end. Evident corrections are made first, all at once.
// Repairs of errors that only appear after another repair belong to that. With hints their
// corrections are made as well. It reports whether there are such repairs.
func (w *work) together(s State, errors diag.List, hints bool) bool {
	l := newLedger(s.Main.File.Source)
	var last *diag.Diagnostic // the one that was repaired last
	var given []diag.Given
	for range len(errors) + maxHidden {
		if !s.Problems.HasErrors() {
			break
		}
		if after, changes := w.correct(s, l, errors, last, hints); len(changes) > 0 {
			given = append(given, l.given(changes)...)
			l.make(changes...)
			s, last = after, changes[len(changes)-1].owner
			continue
		}
		d := errorsIn(s.Problems)[0]
		owner := errorAt(errors, l, d)
		most := stated
		if owner == nil {
			most = required // a claim that held before is not changed after a repair
		}
		next, ok := w.step(s, d, most)
		if !ok || owner == nil && last == nil {
			return false
		}
		if owner != nil {
			last = owner
		}
		l.make(change{next.repair, last})
		s = next.state
	}
	if !sound(s) || s.Main.File.Source.Text != l.current || !keeps(s, l, given) {
		return false
	}
	repairs := l.repairs()
	for d, r := range repairs {
		r.Together = len(repairs) > 1
		d.Repairs = []diag.Repair{*r}
	}
	return true
}

// maxHidden is how many errors may appear while others are repaired.
const maxHidden = 5

// A next is a repair that was tried and the state of the program after it.
type next struct {
	repair diag.Repair
	state  State
}

// step repairs one of several errors so that the others stay, or if that is impossible, so
// that there are no more errors than before.
func (w *work) step(s State, d *diag.Diagnostic, most rank) (n next, ok bool) {
	if !repairable(d) {
		return n, false
	}
	before, count := places(s.Problems, diag.Error), len(errorsIn(s.Problems))
	fewer := func(t State) bool {
		return within(places(t.Problems, diag.Error), before) && len(errorsIn(t.Problems)) < count
	}
	others := func(t State) bool {
		return places(t.Problems, diag.Error)[spotOf(d)] < before[spotOf(d)] && len(errorsIn(t.Problems)) <= count
	}
	for _, better := range []func(State) bool{fewer, others} {
		found := w.one(s, d, 1, most, false, func(t State) bool {
			if better(t) {
				n.state = t
				return true
			}
			return false
		})
		if len(found) > 0 {
			n.repair = found[0]
			return n, true
		}
	}
	return n, false
}

// errorsIn are the errors of a list, without its warnings.
func errorsIn(list diag.List) diag.List {
	return slices.DeleteFunc(slices.Clone(list), func(d *diag.Diagnostic) bool { return d.Severity != diag.Error })
}

// errorAt finds the error of the original text on the line of d, of the same kind if there
// is one: after an edit the same mistake may be reported as another kind.
func errorAt(errors diag.List, l *ledger, d *diag.Diagnostic) (found *diag.Diagnostic) {
	line := l.original.Pos(l.was(d.Span.Start.Offset)).Line
	for _, e := range errors {
		if e.Span.Start.Filename != d.Span.Start.Filename || e.Span.Start.Line != line {
			continue
		}
		if e.Code == d.Code {
			return e
		}
		if found == nil {
			found = e
		}
	}
	return found
}

// infer returns what a block of a text gives, as its proof finds it.
func (w *work) infer(text, block string) []string {
	s, ok := w.check(text, false, w.account)
	if !ok {
		return nil
	}
	for _, v := range s.Verdicts {
		if v.Block.Name == block {
			return v.Output()
		}
	}
	return nil
}

// Package repair looks for small edits that cure a mistake of shape. It knows the
// mistakes people make (padding forgotten, a stride on one branch alone, a width
// copied wrongly, a shortcut without its projection) and writes each cure into the
// text where the diagnostic points; whether one does cure is not its opinion: it
// is offered only if the whole program, checked and proved again with the edit
// made, has no error left and no warning it did not have.
//
// repair.go tries candidates, focus.go finds the places, and window.go, width.go,
// claim.go and where.go have the edits.
package repair

import (
	"slices"
	"time"

	"cnnlang/interp/prove"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A State is a program as it stands with one text of its main file, and all that
// was found wrong with it.
type State struct {
	Main     *resolve.Module
	Problems diag.List
	Verdicts []*prove.Verdict
}

// A Check gives the state of the program with another text of its main file; ok
// is false where that was not settled in time.
type Check func(text string, until time.Time) (s State, ok bool)

// Limits bound the search for the repairs of one diagnostic.
type Limits struct {
	Time     time.Duration
	Attempts int
	Offers   int
}

// Usual are the limits of a check that nobody asked to repair anything.
var Usual = Limits{Time: 400 * time.Millisecond, Attempts: 150, Offers: 3}

// Search adds to the errors of s the repairs it can find. An error has some only
// if the program has no error at all with one of them, or, where there are several
// errors, with one repair for each.
func Search(s State, check Check, limits Limits) {
	errors := slices.DeleteFunc(slices.Clone(s.Problems), func(d *diag.Diagnostic) bool { return d.Severity != diag.Error })
	if len(errors) == 0 || slices.ContainsFunc(errors, func(d *diag.Diagnostic) bool { return !repairable(d) }) {
		return
	}
	w := &work{check: check, limits: limits, warnings: places(s.Problems, diag.Warning)}
	if len(errors) == 1 {
		errors[0].Repairs = w.one(s, errors[0], limits.Offers, sound)
		return
	}
	w.together(s, errors)
}

// repairable reports whether a diagnostic is about a shape that an edit of this
// file may cure.
func repairable(d *diag.Diagnostic) bool {
	switch d.Code {
	case diag.ShapesDiffer, diag.WrongRank, diag.WindowTooBig, diag.NotDivisible, diag.InputMismatch,
		diag.ClaimFails, diag.IsFails, diag.Refuted, diag.InexactDivision:
		return true
	}
	return false
}

type work struct {
	check    Check
	limits   Limits
	warnings map[spot]int
}

// A spot is a kind of mistake and its line, which edits within lines leave as
// they are.
type spot struct {
	code diag.Code
	file string
	line int
}

func places(list diag.List, severity diag.Severity) map[spot]int {
	found := map[spot]int{}
	for _, d := range list {
		if d.Severity == severity {
			found[spot{d.Code, d.Span.Start.Filename, d.Span.Start.Line}]++
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

// sound accepts a program without errors.
func sound(s State) bool { return !s.Problems.HasErrors() }

// one returns at most n repairs of d that make the program acceptable, the
// smallest first, and of those for one thing the smallest alone.
func (w *work) one(s State, d *diag.Diagnostic, n int, acceptable func(State) bool) []diag.Repair {
	until := time.Now().Add(w.limits.Time)
	text := s.Main.File.Source.Text
	var found []diag.Repair
	cured := map[string]bool{}
	for i, c := range candidates(s, d, w.infer(until)) {
		if i >= w.limits.Attempts || len(found) >= n || time.Now().After(until) {
			break
		}
		if cured[c.subject] {
			continue
		}
		edited, ok := diag.Apply(text, c.edits)
		if !ok || edited == text {
			continue
		}
		after, ok := w.check(edited, until)
		if ok && acceptable(after) && (d.Code != diag.Refuted || proved(after, s, d)) && within(places(after.Problems, diag.Warning), w.warnings) {
			cured[c.subject] = true
			found = append(found, diag.Repair{What: c.what, Edits: c.edits})
		}
	}
	return found
}

// proved reports whether the block that d refutes is proved after all. One that
// is merely no longer refuted may fail for other values.
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

// together looks for one repair of each error, one after the other, and keeps
// them if the program has no error in the end.
func (w *work) together(s State, errors diag.List) {
	original := s.Main.File.Source
	var made []diag.Edit // of the original text, in the order they were found
	repairs := map[*diag.Diagnostic]diag.Repair{}
	for range errors {
		before := places(s.Problems, diag.Error)
		d := firstError(s.Problems)
		if d == nil || !repairable(d) {
			return
		}
		better := func(t State) bool {
			after := places(t.Problems, diag.Error)
			return within(after, before) && total(after) < total(before)
		}
		found := w.one(s, d, 1, better)
		if len(found) == 0 {
			return
		}
		edited, _ := diag.Apply(s.Main.File.Source.Text, found[0].Edits)
		mapped, ok := toOriginal(original, found[0].Edits, made)
		if !ok {
			return
		}
		if first := errorAt(errors, d); first != nil {
			repairs[first] = diag.Repair{What: found[0].What, Edits: mapped}
		}
		made = append(made, mapped...)
		if s, ok = w.check(edited, time.Now().Add(w.limits.Time)); !ok {
			return
		}
		if sound(s) {
			break
		}
	}
	whole, ok := diag.Apply(original.Text, made)
	if last, checked := w.check(whole, time.Now().Add(w.limits.Time)); !ok || !checked || !sound(last) {
		return
	}
	for d, r := range repairs {
		d.Repairs = []diag.Repair{r}
	}
}

func firstError(list diag.List) *diag.Diagnostic {
	for _, d := range list {
		if d.Severity == diag.Error {
			return d
		}
	}
	return nil
}

// errorAt finds the error that was at a place before edits within lines.
func errorAt(errors diag.List, d *diag.Diagnostic) *diag.Diagnostic {
	for _, e := range errors {
		if e.Code == d.Code && e.Span.Start.Line == d.Span.Start.Line && e.Span.Start.Filename == d.Span.Start.Filename {
			return e
		}
	}
	return nil
}

func total(found map[spot]int) (n int) {
	for _, k := range found {
		n += k
	}
	return n
}

// toOriginal gives edits of a text to which others were made before the places
// they have in the text without those; ok is false where they touch each other.
func toOriginal(f *source.File, edits, made []diag.Edit) (mapped []diag.Edit, ok bool) {
	made = slices.Clone(made)
	slices.SortFunc(made, func(a, b diag.Edit) int { return a.Span.Start.Offset - b.Span.Start.Offset })
	for _, e := range edits {
		shift := 0
		for _, m := range made {
			start := m.Span.Start.Offset + shift
			end := start + len(m.Text)
			if e.Span.End.Offset < start {
				break
			}
			if e.Span.Start.Offset <= end {
				return nil, false
			}
			shift += len(m.Text) - (m.Span.End.Offset - m.Span.Start.Offset)
		}
		mapped = append(mapped, diag.Edit{Span: f.Span(e.Span.Start.Offset-shift, e.Span.End.Offset-shift), Text: e.Text})
	}
	return mapped, true
}

// infer returns what a block of a text gives, as its proof finds it.
func (w *work) infer(until time.Time) func(text, block string) []string {
	return func(text, block string) []string {
		s, ok := w.check(text, until)
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
}

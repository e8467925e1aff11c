package repair

import (
	"cmp"
	"slices"
	"strings"

	"cnnlang/lang/diag"
)

// correct applies to a copy of the text every error's correction with an evident meaning,
// and with hints also those of the hints, and returns the state after that. It makes no
// changes if there is nothing to correct. Of two overlapping corrections the second is left
// for the next call.
func (w *work) correct(s State, l *ledger, errors diag.List, last *diag.Diagnostic, hints bool) (after State, changes []change) {
	var all []diag.Edit
	list := errorsIn(s.Problems)
	if hints {
		list = append(list, s.Hints...)
	}
	for _, d := range list {
		c := d.Correction
		if c == nil || !inFile(c.Edits, s.Main.File.Source.Name) {
			continue
		}
		together := append(slices.Clone(all), c.Edits...)
		made := slices.ContainsFunc(c.Edits, func(e diag.Edit) bool {
			return slices.ContainsFunc(all, func(other diag.Edit) bool { return e == other || oneImport(e, other) })
		})
		if made || !disjoint(together) || len(changes) == maxCorrections {
			continue
		}
		all = together
		changes = append(changes, change{*c, cmp.Or(errorAt(errors, l, d), last, errors[0])})
	}
	edited, ok := diag.Apply(l.current, all)
	if !ok || edited == l.current {
		return s, nil
	}
	if after, ok = w.check(edited, false, w.account); !ok {
		return s, nil
	}
	w.warnings = places(after.Problems, diag.Warning)
	return after, changes
}

// oneImport reports whether two edits insert imports of the same module, which are one: in
// the next call the second name goes into the list of the first.
func oneImport(a, b diag.Edit) bool {
	from, _, isImport := strings.Cut(a.Text, " {")
	return isImport && a.Span == b.Span && strings.HasPrefix(from, "import ") && strings.HasPrefix(b.Text, from+" {")
}

// maxCorrections is how many are made at a time.
const maxCorrections = 200

// inFile reports whether all edits are of one file.
func inFile(edits []diag.Edit, name string) bool {
	return len(edits) > 0 && !slices.ContainsFunc(edits, func(e diag.Edit) bool { return e.Span.Start.Filename != name })
}

// disjoint reports whether no two edits overlap.
func disjoint(edits []diag.Edit) bool {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b diag.Edit) int { return a.Span.Start.Offset - b.Span.Start.Offset })
	for i := 1; i < len(edits); i++ {
		if edits[i].Span.Start.Offset < edits[i-1].Span.End.Offset {
			return false
		}
	}
	return true
}

// given is what changes say about the input channels, at the places of the original.
func (l *ledger) given(changes []change) (list []diag.Given) {
	for _, c := range changes {
		for _, g := range c.Given {
			at := l.was(g.At.Start.Offset)
			g.At = l.original.Span(at, at)
			list = append(list, g)
		}
	}
	return list
}

// keeps reports whether the input still has the number of channels the author gave, for
// edits that remove this number.
func keeps(s State, l *ledger, given []diag.Given) bool {
	for _, g := range given {
		at := l.now(g.At.Start.Offset)
		for _, graph := range s.Graphs {
			for _, n := range graph.Nodes {
				here := n.Origin.Start.Filename == l.original.Name && n.Origin.Start.Offset <= at && at < n.Origin.End.Offset
				if here && n.Op != nil && n.Op.Name() == g.Op && n.In[0].Shape[1] != g.Channels {
					return false
				}
			}
		}
	}
	return true
}

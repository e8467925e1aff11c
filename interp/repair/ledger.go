package repair

import (
	"slices"
	"strings"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// A ledger is a text, the edits made to it one after another in the places they have in
// the text as it was, and the diagnostic that each of them cures.
type ledger struct {
	original *source.File
	current  string
	entries  []entry // in the order of the text, none touching another
	whats    map[*diag.Diagnostic][]string
}

// An entry puts text in place of original[start:end].
type entry struct {
	start, end int
	text       string
	owner      *diag.Diagnostic
}

func newLedger(f *source.File) *ledger {
	return &ledger{original: f, current: f.Text, whats: map[*diag.Diagnostic][]string{}}
}

// A change is a repair of the current text and the diagnostic that it cures.
type change struct {
	diag.Repair
	owner *diag.Diagnostic
}

// make makes changes whose edits do not overlap.
func (l *ledger) make(changes ...change) {
	type owned struct {
		diag.Edit
		owner *diag.Diagnostic
	}
	var edits []owned
	for _, c := range changes {
		if !slices.Contains(l.whats[c.owner], c.What) {
			l.whats[c.owner] = append(l.whats[c.owner], c.What)
		}
		for _, e := range c.Edits {
			edits = append(edits, owned{e, c.owner})
		}
	}
	slices.SortStableFunc(edits, func(a, b owned) int { return a.Span.Start.Offset - b.Span.Start.Offset })
	for _, e := range slices.Backward(edits) { // so that the places of the others stay
		l.edit(e.Span.Start.Offset, e.Span.End.Offset, e.Text, e.owner)
	}
}

// edit puts text in place of current[start:end]. What touches earlier edits becomes one
// with them.
func (l *ledger) edit(start, end int, text string, owner *diag.Diagnostic) {
	var before, after []entry
	made := entry{text: text, owner: owner}
	first, last := start, end // of all that is touched, in the current text
	from, to := start, end    // the same in the original
	shift := 0
	for _, e := range l.entries {
		low := e.start + shift
		high := low + len(e.text)
		shift += len(e.text) - (e.end - e.start)
		switch {
		case high < start:
			before = append(before, e)
			from, to = start-shift, end-shift
		case low > end:
			after = append(after, e)
		default:
			if made.owner == owner {
				made.owner = e.owner
			}
			if low <= first {
				first, from = low, e.start
			}
			if to = end - shift; high >= last {
				last, to = high, e.end
			}
		}
	}
	made.start, made.end = from, to
	made.text = l.current[first:start] + text + l.current[end:last]
	l.current = l.current[:start] + text + l.current[end:]
	l.entries = append(append(before, made), after...)
}

// was is where a place of the current text was in the original: where what it is in
// began, if that was put there.
func (l *ledger) was(offset int) int {
	shift := 0
	for _, e := range l.entries {
		if e.start+shift > offset {
			break
		}
		if offset < e.start+shift+len(e.text) {
			return e.start
		}
		shift += len(e.text) - (e.end - e.start)
	}
	return offset - shift
}

// now is where a place of the original is in the current text, or what has replaced it
// begins.
func (l *ledger) now(offset int) int {
	shift := 0
	for _, e := range l.entries {
		if e.start >= offset {
			break
		}
		if e.end > offset {
			return e.start + shift
		}
		shift += len(e.text) - (e.end - e.start)
	}
	return offset + shift
}

// repairs are the edits by the diagnostics they belong to.
func (l *ledger) repairs() map[*diag.Diagnostic]*diag.Repair {
	list := map[*diag.Diagnostic]*diag.Repair{}
	for _, e := range l.entries {
		r := list[e.owner]
		if r == nil {
			r = &diag.Repair{What: strings.Join(l.whats[e.owner], ", and ")}
			list[e.owner] = r
		}
		r.Edits = append(r.Edits, diag.Edit{Span: l.original.Span(e.start, e.end), Text: e.text})
	}
	return list
}

package repair

import (
	"slices"
	"strings"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// A ledger is a text with the edits made to it one after another, at the places of the
// original text, and the diagnostic that each of them cures.
type ledger struct {
	original *source.File
	current  string
	entries  []entry // in the order of the text, none touching another
	whats    map[*diag.Diagnostic][]string
}

// An entry replaces original[start:end] by text; at is where it begins in the current text.
type entry struct {
	start, end, at int
	text           string
	owner          *diag.Diagnostic
}

// shift is by how much text after the entry has moved.
func (e entry) shift() int { return e.at + len(e.text) - e.end }

func newLedger(f *source.File) *ledger {
	return &ledger{original: f, current: f.Text, whats: map[*diag.Diagnostic][]string{}}
}

// A change is a repair of the current text and the diagnostic that it cures.
type change struct {
	diag.Repair
	owner *diag.Diagnostic
}

// An owned edit is an edit and the diagnostic that it cures.
type owned struct {
	start, end int // in the current text
	text       string
	owner      *diag.Diagnostic
}

// make makes changes whose edits do not overlap.
func (l *ledger) make(changes ...change) {
	var edits []owned
	for _, c := range changes {
		if !slices.Contains(l.whats[c.owner], c.What) {
			l.whats[c.owner] = append(l.whats[c.owner], c.What)
		}
		for _, e := range c.Edits {
			edits = append(edits, owned{e.Span.Start.Offset, e.Span.End.Offset, e.Text, c.owner})
		}
	}
	slices.SortStableFunc(edits, func(a, b owned) int { return a.start - b.start })
	l.edit(edits)
}

// edit makes edits in the order of the text. One that touches an earlier edit, or another
// of the same call, is joined with it.
func (l *ledger) edit(edits []owned) {
	var current, text strings.Builder // the new text, and that of one entry
	var list []entry
	done, shift, grown := 0, 0, 0 // how far the current text has been taken over, and its shift; the growth made here
	rest := l.entries
	pass := func(e entry) {
		shift = e.shift()
		e.at += grown
		list = append(list, e)
	}
	for len(edits) > 0 {
		for len(rest) > 0 && rest[0].at+len(rest[0].text) < edits[0].start {
			pass(rest[0])
			rest = rest[1:]
		}
		first, growth, owner := edits[0].start, 0, edits[0].owner
		if len(rest) > 0 {
			first = min(first, rest[0].at)
		}
		made := entry{start: first - shift, at: first + grown, owner: owner}
		text.Reset()
		at, last := first, first // how far its text is written, and how far it reaches in the current text
		for touches := true; touches; {
			switch touches = false; {
			case len(rest) > 0 && rest[0].at <= last:
				if made.owner == owner {
					made.owner = rest[0].owner
				}
				last, shift = max(last, rest[0].at+len(rest[0].text)), rest[0].shift()
				rest, touches = rest[1:], true
			case len(edits) > 0 && edits[0].start <= last:
				e := edits[0]
				text.WriteString(l.current[at:e.start] + e.text)
				at, last = e.end, max(last, e.end)
				growth += len(e.text) - (e.end - e.start)
				if made.owner == owner {
					made.owner = e.owner
				}
				edits, touches = edits[1:], true
			}
		}
		text.WriteString(l.current[at:last])
		made.end, made.text = last-shift, text.String()
		current.WriteString(l.current[done:first] + made.text)
		done = last
		grown += growth
		list = append(list, made)
	}
	for _, e := range rest {
		pass(e)
	}
	l.current = current.String() + l.current[done:]
	l.entries = list
}

// was is where a place of the current text was in the original; a place in inserted text
// maps to where its entry begins.
func (l *ledger) was(offset int) int {
	i, _ := slices.BinarySearchFunc(l.entries, offset, func(e entry, offset int) int { return e.at - offset - 1 })
	switch {
	case i == 0: // the first that begins after it
		return offset
	case offset < l.entries[i-1].at+len(l.entries[i-1].text):
		return l.entries[i-1].start
	}
	return offset - l.entries[i-1].shift()
}

// now is where a place of the original is in the current text; a replaced place maps to
// where its replacement begins.
func (l *ledger) now(offset int) int {
	i, _ := slices.BinarySearchFunc(l.entries, offset, func(e entry, offset int) int { return e.start - offset })
	switch {
	case i == 0: // the first that begins there or after it
		return offset
	case l.entries[i-1].end > offset:
		return l.entries[i-1].at
	}
	return offset + l.entries[i-1].shift()
}

// repairs are the edits by the diagnostics they cure.
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

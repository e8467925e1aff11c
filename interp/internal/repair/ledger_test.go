package repair

import (
	"math/rand"
	"strings"
	"testing"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// Edits made one after another, several at a time, become edits of the original that make
// the same text, none touching another; and every place that was not replaced is found in
// both texts.
func TestLedger(t *testing.T) {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	for seed := range int64(3000) {
		r := rand.New(rand.NewSource(seed))
		original := letters[:r.Intn(len(letters))]
		l := newLedger(source.NewFile("t", original))
		current, places := original, make([]int, len(original)) // of each letter in the original, -1 for new ones
		for i := range places {
			places[i] = i
		}
		for range 1 + r.Intn(5) {
			var changes []change
			var text strings.Builder
			var after []int
			done := 0
			for at := r.Intn(4); at <= len(current) && r.Intn(4) > 0; {
				end := min(at+r.Intn(3), len(current))
				with := strings.Repeat("+", r.Intn(3))
				edit := diag.Edit{Span: source.NewFile("t", current).Span(at, end), Text: with}
				changes = append(changes, change{diag.Repair{What: "it", Edits: []diag.Edit{edit}}, &diag.Diagnostic{}})
				text.WriteString(current[done:at] + with)
				after = append(after, places[done:at]...)
				for range with {
					after = append(after, -1)
				}
				done = end
				at = end + r.Intn(6)
				if at == end {
					at++ // two insertions at one place have no order
				}
			}
			l.make(changes...)
			current, places = text.String()+current[done:], append(after, places[done:]...)
			if l.current != current {
				t.Fatalf("seed %d: got %q, want %q", seed, l.current, current)
			}
		}
		var edits []diag.Edit
		last := -1
		for _, e := range l.entries {
			if e.start <= last || l.current[e.at:e.at+len(e.text)] != e.text {
				t.Fatalf("seed %d: %+v in %q touches another, or is elsewhere", seed, e, l.current)
			}
			last = e.end
			edits = append(edits, diag.Edit{Span: l.original.Span(e.start, e.end), Text: e.text})
		}
		if made, ok := diag.Apply(original, edits); !ok || made != current {
			t.Fatalf("seed %d: %q, want %q", seed, made, current)
		}
		for at, was := range places {
			now := at
			for _, e := range l.entries {
				if e.start == was {
					now = e.at // what was inserted there comes first
				}
			}
			if within := inEntry(l, at); was >= 0 && !within && (l.was(at) != was || l.now(was) != now) {
				t.Fatalf("seed %d: %q at %d of %q was at %d, got %d and %d", seed, current[at], at, current, was, l.was(at), l.now(was))
			} else if within && l.was(at) > l.was(min(at+1, len(current))) {
				t.Fatalf("seed %d: %d was behind what follows", seed, at)
			}
		}
	}
}

func inEntry(l *ledger, at int) bool {
	for _, e := range l.entries {
		if e.at <= at && at < e.at+len(e.text) {
			return true
		}
	}
	return false
}

package diag

import (
	"strings"
	"testing"

	"cnnlang/lang/source"
)

func TestNearest(t *testing.T) {
	words := []string{"conv", "concat", "relu", "relu6", "stride", "block"}
	for got, want := range map[string]string{
		"cnov": "conv", "rlu": "relu", "blok": "block", "strdie": "stride", "stridee": "stride",
		"conv": "", "xyz": "", "": "", strings.Repeat("c", 100): "",
	} {
		if n := Nearest(got, words); n != want && got != "conv" {
			t.Errorf("%q: got %q, want %q", got, n, want)
		}
	}
	if got := DidYouMean("rleu", words); got != "did you mean `relu`?" {
		t.Errorf("got %q", got)
	}
	if got := DidYouMean("zzzz", words); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

func TestLists(t *testing.T) {
	f := source.NewFile("b", "0123456789")
	var l List
	l.Add(New(UnusedTap, f.Span(5, 6), "five"))
	l.Add(New(UnusedTap, f.Span(5, 6), "five"))
	l.Add(New(Syntax, f.Span(1, 2), "one"))
	if len(l) != 2 {
		t.Errorf("%d diagnostics, want 2: the same of the same place is said once", len(l))
	}
	if l.Sort(); l[0].Message != "one" {
		t.Errorf("not in the order of the text: %v", l)
	}
	if err := l.Err(); err == nil || err.Error() != "b:1:2: error[E0101]: one (and 1 more)" {
		t.Errorf("got %v", err)
	}
	if l[1:].HasErrors() || l[1:].Err() != nil {
		t.Error("a warning counts as an error")
	}
}

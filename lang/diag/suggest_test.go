package diag

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"cnnlang/lang/source"
)

func TestNearest(t *testing.T) {
	words := []string{"conv", "concat", "elu", "relu", "relu6", "stride", "block"}
	for got, want := range map[string]string{
		"cnov": "conv", "rlu": "relu", "blok": "block", "strdie": "stride", "stridee": "stride",
		"conv": "", "xyz": "", "": "", strings.Repeat("c", 100): "",
	} {
		if n := Nearest(got, words); n != want && got != "conv" {
			t.Errorf("%q: got %q, want %q", got, n, want)
		}
	}
	if d := New(UnknownName, source.Span{}, "no"); !d.DidYouMean("rleu", words) || d.Help != "did you mean `relu`?" {
		t.Errorf("got %v", d.Help)
	}
	if d := New(UnknownName, source.Span{}, "no"); d.DidYouMean("zzzz", words) || d.Help != "" {
		t.Errorf("got %v, want nothing", d.Help)
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

// Nearest is the same as comparing every candidate by the definition of the distance.
func TestNearestLooksInPassingFirst(t *testing.T) {
	letters := []rune("abcdABé_☃")
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		var b strings.Builder
		for range random.IntN(12) {
			b.WriteRune(letters[random.IntN(len(letters))])
		}
		return b.String()
	}
	for range 20_000 {
		var candidates []string
		for range random.IntN(6) {
			candidates = append(candidates, word())
		}
		got := word()
		want, n := "", utf8.RuneCountInString(got)
		least := min(max(1, n/3), n-1) + 1
		for _, c := range candidates {
			if c != got && strings.EqualFold(c, got) {
				want = c
				break
			}
			first := func(w string) rune { return []rune(w)[0] }
			d := changes([]rune(got), []rune(c))
			if d > 0 && (d < least || d == least && want != "" && first(c) == first(got) && first(want) != first(got)) {
				want, least = c, d
			}
		}
		if near := Nearest(got, candidates); near != want {
			t.Fatalf("%q among %q: got %q, want %q", got, candidates, near, want)
		}
	}
}

// changes is the distance by its definition.
func changes(a, b []rune) int {
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
		for j := range table[i] {
			switch {
			case i == 0 || j == 0:
				table[i][j] = i + j
			default:
				swap := 1
				if a[i-1] == b[j-1] {
					swap = 0
				}
				table[i][j] = min(table[i-1][j]+1, table[i][j-1]+1, table[i-1][j-1]+swap)
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					table[i][j] = min(table[i][j], table[i-2][j-2]+1)
				}
			}
		}
	}
	return table[len(a)][len(b)]
}

func TestTextsAreClipped(t *testing.T) {
	for text, most := range map[string]int{
		"short": 5, strings.Repeat("x", 1<<20): 200, strings.Repeat("é", 1<<20): 200, strings.Repeat("ab ", 1<<20): 2100,
		"a " + strings.Repeat("☃", 1000) + " b\nc": 200,
	} {
		got := Clip(text)
		if len(got) > most || !utf8.ValidString(got) || len(text) <= 160 != (got == text) {
			t.Errorf("%.20q of %d bytes: got %d", text, len(text), len(got))
		}
	}
	path := strings.Repeat("/folder", 100) + "/net.cnn"
	if text := "no such file: " + path; Clip(text) != text {
		t.Errorf("got %q", Clip(text))
	}
	if got := Clip("a " + strings.Repeat("x", 1000) + " b\nc"); !strings.HasPrefix(got, "a xxx") || !strings.HasSuffix(got, "x b\nc") {
		t.Errorf("got %q, want the words around it", got)
	}
}

func TestCollectorsKeepRoomForErrors(t *testing.T) {
	f := source.NewFile("b", strings.Repeat("x", 100))
	c := Collector{Most: 3}
	for i := range 50 {
		c.Add(New(UnusedTap, f.Span(i, i+1), "a warning"))
		c.Add(New(UnusedTap, f.Span(i, i+1), "the same"))
	}
	for i := range 50 {
		c.Add(New(Syntax, f.Span(i, i+1), "an error"))
	}
	if len(c.List) != 6 || !c.Full(Error) || !c.Full(Warning) || !c.List.HasErrors() {
		t.Errorf("kept %v", c.List)
	}
}

package namemap

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// waysToFit lists all ways in which parts fit a text, by trying every division.
func waysToFit(parts []Part, text string) (all [][]string) {
	if len(parts) == 0 {
		if text == "" {
			return [][]string{nil}
		}
		return nil
	}
	p := parts[0]
	if p.Name == "" {
		if rest, ok := strings.CutPrefix(text, p.Text); ok {
			return waysToFit(parts[1:], rest)
		}
		return nil
	}
	for n := 1; n <= len(text); n++ {
		piece := text[:n]
		number := strings.Trim(piece, "0123456789") == "" && (n == 1 || piece[0] != '0') && n <= 15
		fits := !strings.Contains(piece, ".") && (!p.Int || number)
		if p.Path {
			fits = strings.Trim(piece, ".") == piece
		}
		if !fits {
			continue
		}
		for _, rest := range waysToFit(parts[1:], text[n:]) {
			all = append(all, append([]string{piece}, rest...))
		}
	}
	return all
}

// TestPatternFits compares patterns with the definition, over all texts of a few characters.
func TestPatternFits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "a10_."[random.IntN(5)]
		}
		return string(b)
	}
	counts := [3]int{}
	for range 20_000 {
		var parts []Part
		for i := range 1 + random.IntN(5) {
			if random.IntN(2) == 0 {
				parts = append(parts, Part{Text: text(1 + random.IntN(2))})
			} else {
				kind := random.IntN(4)
				parts = append(parts, Part{Name: fmt.Sprint("x", i), Int: kind == 0, Path: kind == 1})
			}
		}
		p, name := NewPattern(parts), text(1+random.IntN(8))
		head := name
		if p.Prefix { // as many segments as the pattern has dots, or with a path all but the last
			pieces, n := strings.SplitAfter(name, "."), p.dots
			if slices.ContainsFunc(parts, func(p Part) bool { return p.Path }) {
				n = len(pieces) - 1
			}
			if len(pieces) <= n {
				continue
			}
			head = strings.Join(pieces[:n], "")
		}
		want := waysToFit(parts, head)
		got, captures := 0, []string(nil)
		if h, _, ok := p.cut(name); ok && !p.outside(h) {
			if got, captures = p.fit(h); h != head {
				t.Fatalf("%v in %q: the head is %q, want %q", parts, name, h, head)
			}
		}
		if got != min(len(want), 2) || got == 1 && !slices.Equal(captures, want[0]) {
			t.Fatalf("%v fits %q in %d ways with %q, want %q", parts, name, got, captures, want)
		}
		counts[got]++
	}
	if slices.Min(counts[:]) < 100 {
		t.Errorf("%v patterns that fit in 0, 1 and more ways: too few of a kind", counts)
	}
}

// A pattern of many captures is compared in time that its length and the name's bound.
func TestPatternDoesNotBacktrack(t *testing.T) {
	var parts []Part
	for i := range 300 {
		parts = append(parts, Part{Name: fmt.Sprint("x", i)}, Part{Text: "a"})
	}
	p := NewPattern(append(parts, Part{Text: "b"}))
	if ways, _ := p.fit(strings.Repeat("a", 1000) + "c"); ways != 0 {
		t.Errorf("fits in %d ways", ways)
	}
	if ways, _ := p.fit(strings.Repeat("a", 1000) + "b"); ways != 2 {
		t.Errorf("fits in %d ways, want more than one", ways)
	}
}

package main

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/draw"
)

// Texts of which a difference or a picture could take more than their length: series and branches
// without two equal ones, in the other order, and values that are taken or left at every step.
var looks = []struct{ name, before, after string }{
	{"different", "NET {\n‹scale(•+1)\n›}", "NET {\n‹scale(•+0.5)\n›}"},
	{"reversed", "NET {\n‹x•: scale(•+1)\n›}", "NET {\n‹x↓: scale(↓+1)\n›}"},
	{"alike", "NET {\n‹relu\nsigmoid\n›}", "NET {\n‹relu\nsigmoid\nrelu\n›}"},
	{"branches", "NET {\nadd {\n‹| scale(•+1)\n›}\n}", "NET {\nadd {\n| id\n‹| scale(↓+1)\n›}\n}"},
	{"heads", "NET {\n‹side s•: relu\n›‹id\n›}", "NET {\n‹id\nside s•: sigmoid\n›}"},
	{"taps", "NET {\n‹relu as v•\n›‹add { | id | @v• }\n›}", "NET {\n‹relu as v•\n›‹add { | id | @v↓ }\n›}"},
	{"arguments", "block u(‹p•: float = 0, ›q: float = 0) IMG { scale(q + 1) }\nNET { u(‹p•=1, ›q=1) }", "block u(‹p•: float = 0, ›q: float = 0) IMG { scale(q + 1) }\nNET { u(‹p•=2, ›q=2) }"},
}

// TestLooksGrowWithTheText compares texts of one size, twice and four times that size, and draws
// them: what is allocated for that may not grow faster. The tables of alignments count, since they are
// allocated; TestStatementsGrowWithTheText counts the rest.
func TestLooksGrowWithTheText(t *testing.T) {
	const small, slack = 150, 2 << 20
	for _, l := range looks {
		bytesFor := func(n int) int {
			net := func(template string) *interp.Net {
				p, err := interp.Read(stdinName, strings.NewReader(growth{template: template}.text(n)))
				if err != nil {
					t.Fatal(err)
				}
				made, err := p.Net(interp.Options{})
				if err != nil {
					t.Fatalf("%s: %v", l.name, err)
				}
				return made
			}
			a, b := net(l.before), net(l.after)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			d := diffOf(a, b)
			if d.Empty() {
				t.Fatalf("%s: no difference", l.name)
			}
			left, right := diagrams(d, diffRows(d.Changes, true), 0, draw.Told)
			if err := draw.SideBySide(io.Discard, left, right); err != nil {
				t.Fatal(err)
			}
			for _, depth := range []int{draw.All, draw.FitPage} {
				if err := draw.Of(a.Graph, d.before, draw.Options{Depth: depth}).SVG(io.Discard); err != nil {
					t.Fatal(err)
				}
			}
			runtime.ReadMemStats(&after)
			return int(after.TotalAlloc - before.TotalAlloc)
		}
		a, b, c := bytesFor(small), bytesFor(2*small), bytesFor(4*small)
		t.Logf("%s: %d, %d, %d bytes", l.name, a, b, c)
		if float64(c-b) > mostGrowth*float64(b-a)+slack {
			t.Errorf("%s: %d, %d, %d bytes for %d, %d, %d", l.name, a, b, c, small, 2*small, 4*small)
		}
	}
}

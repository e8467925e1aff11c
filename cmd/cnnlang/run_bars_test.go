package main

import (
	"strings"
	"testing"

	"cnnlang/interp/rows"
	"cnnlang/lang/diag"
)

// Whatever the width, no line is wider, each class has its number and probability, and names are
// cut where a wide character would not fit.
func TestBarsFitTheTerminal(t *testing.T) {
	class := func(number int, name string, probability, output rows.Real) rows.Class {
		return rows.Class{Class: number, Name: name, Probability: probability, Output: output}
	}
	top := []rows.Class{
		class(281, "三毛猫三毛猫三毛猫三毛猫三毛猫三毛猫三毛猫三毛猫三毛猫三毛猫三毛猫三毛猫", 0.75, 12.5),
		class(7, "a\nb", 0.2, 3), class(999, strings.Repeat("long ", 40), 0.05, -1e-9), class(3, "", 0, -2),
	}
	for width := 36; width <= 300; width++ {
		lines := scoreLines(top, width)
		if len(lines) != 2+len(top) {
			t.Fatalf("%d lines", len(lines))
		}
		for i, line := range lines {
			if w := diag.Width(line); w > width || strings.Contains(line, "\n") {
				t.Errorf("%d columns of %d: %s", w, width, line)
			}
			if i == 2 && !strings.Contains(line, "281      75.00 %") || i == 5 && !strings.HasPrefix(line, "    3       0.00 %") {
				t.Errorf("%d: got %q", width, line)
			}
		}
		if has := strings.Contains(lines[2], "█"); has != (width >= 40) {
			t.Errorf("%d columns: bars %v", width, has)
		}
	}
	for _, c := range []struct {
		share float64
		want  string
	}{{0, ""}, {1e-9, "▏"}, {0.5, "████"}, {0.55, "████▍"}, {1, "████████"}, {1.5, "████████"}} {
		if got := barOf(c.share, 8); got != c.want {
			t.Errorf("%v: got %q, want %q", c.share, got, c.want)
		}
	}
	bare := scoreLines([]rows.Class{class(0, "", 1, 5)}, 100)
	if want := "    0     100.00 %  " + strings.Repeat("█", 40) + "       5"; bare[2] != want {
		t.Errorf("without names: got %q, want %q", bare[2], want)
	}
}

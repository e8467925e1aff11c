package interp_test

import (
	"fmt"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// TestManyWrongNamesAreCheap fills a file with mistakes of one kind, for each of which a
// similar name is searched. A reader sees only the first fifty; an error after many
// warnings is shown nevertheless.
func TestManyWrongNamesAreCheap(t *testing.T) {
	head := "net n [N, 3, H = 8, W = 8] -> [N, _, _, _] {\n"
	for _, c := range []struct {
		name, line, tail string
		lines            int
	}{
		{"steps", "  wrong%d", "}\n", 45000},
		{"values", "  conv(8, k%d)", "}\n", 14000},
		{"steps with bodies", "  label%d { relu }", "}\n", 15000},
		{"unread taps", "  relu as t%d", "  wrong\n}\n", 20000},
		{"taps", "  @t%d", "}\n", 30000},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			var text strings.Builder
			text.WriteString(head)
			for i := range c.lines {
				fmt.Fprintf(&text, strings.ReplaceAll(c.line, "%d", "%[1]d")+"\n", i)
			}
			text.WriteString(c.tail)
			if text.Len() > 1<<20 {
				t.Fatalf("%d bytes are too long to be looked at", text.Len())
			}
			var list diag.List
			took := allocated(func() { _, list = check(t, text.String(), interp.Options{}) })
			if took > 1<<30 {
				t.Errorf("allocated %d bytes", took)
			}
			if !list.HasErrors() || len(list) > 500 {
				t.Errorf("got %d diagnostics, errors: %v", len(list), list.HasErrors())
			}
			for _, d := range list {
				if d.Severity == diag.Error && d.Code.IsLimit() {
					t.Fatalf("the text hits the limit %v instead", d)
				}
			}
		})
	}
}

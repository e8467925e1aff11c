package resolve

import (
	"regexp"
	"strings"
	"testing"

	"cnnlang/lang/ast"
)

func TestLabelsThatMayComeOutAsAName(t *testing.T) {
	parts := []string{"", "a", "ab", "b", "x1"}
	for _, first := range parts {
		for _, middle := range parts {
			for _, last := range parts {
				for shape := range 8 { // which of the three gaps are filled in
					label, pattern := &ast.String{}, "^"
					text := ""
					put := func() { // the parser makes one part of what is together
						if text != "" {
							label.Parts = append(label.Parts, ast.StringPart{Text: text})
						}
						text = ""
					}
					for i, more := range []string{first, middle, last} {
						text += more
						pattern += regexp.QuoteMeta(more)
						if shape>>i&1 == 1 {
							put()
							label.Parts = append(label.Parts, ast.StringPart{Expr: &ast.Bool{}})
							pattern += ".*"
						}
					}
					put()
					want := regexp.MustCompile(pattern + "$")
					for _, name := range append(parts, "aba", "abab", "ax1b", "aab", "bb", "x1x1", strings.Repeat("ab", 5)) {
						if got := mayBe(label, name); got != want.MatchString(name) {
							t.Errorf("%s and %q: got %v", pattern, name, got)
						}
					}
				}
			}
		}
	}
}

package parse

import (
	"strings"

	"cnnlang/lang/diag"
)

// foreignComments reports comments in the style of other languages, /* … */ and //, and
// blanks them out, so that the words in them are not reported as well.
func (p *parser) foreignComments() {
	fresh := true // at the start of a line
	depth := 0    // of ( and [, inside which a line may start with a division
	ends := true  // whether there may be another */
	for i := 0; i < len(p.tokens); i++ {
		t := &p.tokens[i]
		end := -1
		switch {
		case t.Value == "\n":
			fresh = true
			continue
		case blank(t):
			continue
		case t.Value == "/" && p.adjoining(i, "*", "**"):
			if ends {
				end = p.commentEnd(i + 2)
				ends = end >= 0
			}
			if !ends {
				end = p.lineEnd(i)
			}
		case t.Value == "//" && fresh && depth == 0:
			end = p.lineEnd(i)
		case t.Value == "(" || t.Value == "[":
			depth++
		case t.Value == ")" || t.Value == "]":
			depth = max(depth-1, 0)
		}
		if fresh = false; end < 0 {
			continue
		}
		p.report(p.foreignComment(i, end))
		for ; i < end; i++ {
			if p.tokens[i].Value != "\n" {
				erase(&p.tokens[i])
			}
		}
		i--
	}
}

// adjoining reports whether the token after i follows without a space and is one of two.
func (p *parser) adjoining(i int, one, other string) bool {
	return i+1 < len(p.tokens) && (p.tokens[i+1].Value == one || p.tokens[i+1].Value == other)
}

// commentEnd returns the index after the next */, -1 for none, in which case the comment
// is taken to end with its line.
func (p *parser) commentEnd(i int) int {
	for j := i; j < len(p.tokens); j++ {
		if v := p.tokens[j].Value; (v == "*" || v == "**") && p.adjoining(j, "/", "//") {
			return j + 2
		}
	}
	return -1
}

// lineEnd returns the index of the newline after i, or of the end.
func (p *parser) lineEnd(i int) int {
	for i < len(p.tokens)-1 && p.tokens[i].Value != "\n" {
		i++
	}
	return i
}

// foreignComment rewrites the comment tokens[i:end] line by line in the syntax of the
// language, and puts what follows it on a line of its own. A comment in the middle of a line
// cannot be rewritten.
func (p *parser) foreignComment(i, end int) *diag.Diagnostic {
	at := spanOf(&p.tokens[i])
	if p.tokens[i].Value == "//" {
		return diag.New(diag.Syntax, at, "`//` divides and rounds down").WithHelp("a comment starts with `#`").Write("#")
	}
	d := diag.New(diag.Syntax, at, "`/*` does not start a comment").
		WithHelp("a comment starts with `#`, on every line of it, and ends with the line")
	src := p.file.Source
	start, stop := p.tokens[i].Pos.Offset, p.tokens[end].Pos.Offset
	text := strings.TrimSuffix(strings.TrimPrefix(src.Text[start:stop], "/*"), "*/")
	head := src.Text[src.LineStart(p.tokens[i].Pos.Line):start]
	indent := head[:len(head)-len(strings.TrimLeft(head, " \t"))]
	tail, _, _ := strings.Cut(src.Text[stop:], "\n")
	rest := strings.TrimLeft(tail, " \t\r")
	if indent != head && (rest != "" || strings.Contains(text, "\n")) {
		return d
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "*"))
		if line != "" {
			lines = append(lines, "# "+line)
		}
	}
	meant := strings.Join(lines, "\n"+indent)
	if rest != "" {
		stop += len(tail) - len(rest)
		meant += "\n" + indent
	}
	return d.Correct("write the comment with `#`", diag.Edit{Span: src.Span(start, stop), Text: meant})
}

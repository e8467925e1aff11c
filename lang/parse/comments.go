package parse

import (
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// foreignComments reports comments in the style of other languages, /* … */ and lines
// of //, and turns them into blanks: the words in them are nothing to complain about.
func (p *parser) foreignComments() {
	fresh := true // at the start of a line
	depth := 0    // of ( and [, in which a line may start with a division
	ends := true  // whether there may be a */ further on
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
		p.report(foreignComment(spanOf(t), t.Value))
		for ; i < end; i++ {
			if p.tokens[i].Value != "\n" {
				erase(&p.tokens[i])
			}
		}
		i--
	}
}

// adjoining reports whether the token after i follows without a blank and is one of two.
func (p *parser) adjoining(i int, one, other string) bool {
	return i+1 < len(p.tokens) && (p.tokens[i+1].Value == one || p.tokens[i+1].Value == other)
}

// commentEnd returns the index after the next */, -1 for none. Where there is none,
// a comment is taken to end with its line.
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

func foreignComment(at source.Span, sign string) *diag.Diagnostic {
	if sign == "/" {
		return diag.New(diag.Syntax, at, "`/*` starts no comment").
			WithHelp("a comment starts with `#`, on every line of it, and ends with the line")
	}
	return diag.New(diag.Syntax, at, "`//` divides and rounds down").WithHelp("a comment starts with `#`")
}

package parse

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// Corrections: what is evidently meant by text that is not in the language.

// replace corrects the text from a token up to an offset on its line.
func (c context) replace(d *diag.Diagnostic, first lexer.Token, end int, text string) *diag.Diagnostic {
	start := source.Pos(first.Pos)
	stop := start
	stop.Offset = end
	stop.Column += end - start.Offset
	return d.Correct("write `"+text+"`", diag.Edit{Span: source.Span{Start: start, End: stop}, Text: text})
}

// insert corrects by inserting text after the token before the found one.
func (c context) insert(d *diag.Diagnostic, text string) *diag.Diagnostic {
	end := spanOf(&c.before).End
	return d.Correct("write `"+strings.TrimSpace(text)+"` between the two", diag.Edit{Span: source.Span{Start: end, End: end}, Text: text})
}

// correctAssignment corrects name = step to a label if nothing reads the name, and name = 3
// to a let.
func (c context) correctAssignment(d *diag.Diagnostic) {
	name := c.before
	switch {
	case !c.beforeStarts():
	case c.is(c.next, tokInt, tokFloat, tokDims, tokString):
		d.Correct("write `let "+name.Value+" =`", diag.Edit{Span: spanOf(&name), Text: "let " + name.Value})
	case c.next.Type == tokIdent || c.next.Value == "{":
		read := slices.ContainsFunc(c.all, func(t lexer.Token) bool {
			return t.Type == tokIdent && t.Value == name.Value && t.Pos.Offset != name.Pos.Offset
		})
		if !read {
			d.Correct("write `"+name.Value+":`", diag.Edit{Span: source.Span{Start: spanOf(&name).End, End: spanOf(&c.found).End}, Text: ":"})
		}
	}
}

// correctTuple corrects (3, 3) to [3, 3].
func (c context) correctTuple(d *diag.Diagnostic) *diag.Diagnostic {
	depth, open := 0, c.at-1
	for open >= 0 && (depth != 0 || c.all[open].Value != "(") {
		depth -= levels[c.all[open].Value]
		open--
	}
	depth = 0
	for i := c.at; i < len(c.all) && open >= 0; i++ {
		if depth == 0 && c.all[i].Value == ")" {
			return d.Correct("write a list in square brackets", diag.Edit{Span: spanOf(&c.all[open]), Text: "["}, diag.Edit{Span: spanOf(&c.all[i]), Text: "]"})
		}
		depth += levels[c.all[i].Value]
	}
	return d
}

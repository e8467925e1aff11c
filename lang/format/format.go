// Package format formats .cnn files in one canonical style. It works on tokens and changes
// only white space, so that it can also be used on a text with mistakes. Authors decide
// where lines break, and whether arithmetic has spaces around its operators; the rest
// follows these rules:
//
//   - Braces indent by two columns. A branch starts with its bar there, and the
//     rest of it is two columns further right. A line that continues a
//     statement is indented by four; inside ( ) and [ ] it starts below what
//     follows the bracket, or by four where the bracket ends its line.
//   - A line of a head that starts with one of several values, or with its arrow, is
//     indented by four, and one after a line that starts with the arrow as far as the
//     value behind that.
//   - There is at most one blank line in a row, and none at the start or end of
//     braces or of the file.
//   - Neighbouring lines that are whole statements, in the same braces, with no
//     comment or blank line between them, form a table where each starts with a
//     label and a call of the same name: their calls start in one column, and so
//     do the `->` or `as` that follow the calls. Neighbouring lines of `let`, of
//     meta, of names, of presets and of `expect` have their `=` or comparison in
//     one column; an `expect` with a call before its comparison is left out.
//   - What is set apart at the ends of lines, a comment or an `is`, is in one column
//     throughout a declaration, three spaces after the longest of these lines. An `is`
//     that is alone follows its step.
//   - Arguments that are aligned comma below comma, in all labelled calls of one name
//     in a body or in all rows of a list, stay as they are.
package format

import (
	"slices"
	"strings"

	"cnnlang/lang/parse"
	"cnnlang/lang/source"
)

// Format returns the formatted text of the file. Formatting it again changes nothing. A text
// that is too long, nested too deep or not UTF-8 is returned as it is: parse.File says what
// is wrong with it.
func Format(src *source.File) string {
	tokens := parse.Tokens(src)
	if tokens == nil {
		return src.Text
	}
	text := formatted(tokens)
	if !sameTokens(tokens, parse.Tokens(source.NewFile(src.Name, text))) {
		return src.Text // never lose text, whatever went wrong here
	}
	return text
}

func formatted(tokens []parse.Token) string {
	lines := split(tokens)
	indent(lines)
	align(lines)
	var b strings.Builder
	for i := range lines {
		l := &lines[i]
		if l.gap && i > 0 {
			b.WriteByte('\n')
		}
		l.write(&b)
	}
	return b.String()
}

// sameTokens reports whether two texts have the same tokens, apart from spaces and empty
// lines.
func sameTokens(a, b []parse.Token) bool {
	return slices.Equal(significant(a), significant(b))
}

// significant returns the tokens without spaces and repeated newlines.
func significant(tokens []parse.Token) []parse.Token {
	var list []parse.Token
	for _, t := range tokens {
		if n := len(list); t.Kind == parse.Space || t.Kind == parse.Newline && (n == 0 || list[n-1].Kind == parse.Newline) {
			continue
		}
		if t.Kind == parse.Comment {
			t.Text = strings.TrimRight(t.Text, " \t\r")
		}
		list = append(list, t)
	}
	if n := len(list); n > 0 && list[n-1].Kind == parse.Newline {
		list = list[:n-1]
	}
	return list
}

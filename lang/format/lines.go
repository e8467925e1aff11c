package format

import (
	"strings"

	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
)

// A line is one line of the text, split into tokens.
type line struct {
	gap     bool // a blank line precedes it
	tokens  []token
	comment string // at its end, or all of it where there are no tokens

	indent   int    // column of the first token
	frame    *frame // the brackets in which it starts
	whole    bool   // it starts and ends a statement
	toplevel bool   // it starts outside all brackets
	far      int    // column of the comment, 0 for three spaces after the text
}

// A token is a token that is not blank.
type token struct {
	parse.Token
	given  int // spaces before it in the text
	blanks int // spaces before it once formatted
	frame  *frame
}

func (t *token) is(text string) bool { return t.Text == text && t.Kind != parse.String }

func (t *token) opens() bool {
	return t.Kind == parse.Operator && (t.Text == "(" || t.Text == "[" || t.Text == "{")
}

func (t *token) closes() bool {
	return t.Kind == parse.Operator && (t.Text == ")" || t.Text == "]" || t.Text == "}")
}

// port reports whether a token starts a branch, or one of several values of a signature.
func (t *token) port() bool { return t.is("|") || t.Kind == parse.Branch }

// operand reports whether an operand may end here, so that a minus would subtract.
func (t *token) operand() bool {
	switch t.Kind {
	case parse.Word, parse.Number, parse.String:
		return true
	case parse.Keyword:
		return t.Text == "true" || t.Text == "false"
	}
	return t.is(")") || t.is("]")
}

// split splits tokens into lines and drops empty ones.
func split(tokens []parse.Token) []line {
	var lines []line
	var l line
	given, empty := 0, false
	end := func() {
		if l.gap = empty; len(l.tokens) == 0 && l.comment == "" {
			empty = len(lines) > 0
		} else {
			lines = append(lines, l)
			empty = false
		}
		l, given = line{}, 0
	}
	for _, t := range tokens {
		switch t.Kind {
		case parse.Newline:
			end()
		case parse.Space:
			given += len(t.Text)
			if strings.Contains(t.Text, "\t") {
				given = 1 // tabs do not align
			}
		case parse.Comment:
			l.comment = strings.TrimRight(t.Text, " \t\r")
		default:
			l.tokens = append(l.tokens, token{Token: t, given: given})
			given = 0
		}
	}
	end()
	for i := range lines {
		l := &lines[i]
		before := i > 0 && len(lines[i-1].tokens) > 0 && lines[i-1].comment == ""
		if l.gap && (before && lines[i-1].tokens[len(lines[i-1].tokens)-1].opens() || len(l.tokens) > 0 && l.tokens[0].closes()) {
			l.gap = false
		}
	}
	return lines
}

func (l *line) write(b *strings.Builder) {
	b.WriteString(strings.Repeat(" ", l.indent))
	for i := range l.tokens {
		t := &l.tokens[i]
		b.WriteString(strings.Repeat(" ", t.blanks))
		b.WriteString(t.Text)
	}
	if l.comment != "" {
		if len(l.tokens) > 0 {
			b.WriteString(strings.Repeat(" ", max(l.far-l.end(len(l.tokens)), 1)))
		}
		b.WriteString(l.comment)
	}
	b.WriteByte('\n')
}

// end returns the column after the first n tokens.
func (l *line) end(n int) int {
	column := l.indent
	for i := range l.tokens[:n] {
		column += l.tokens[i].blanks + diag.Width(l.tokens[i].Text)
	}
	return column
}

package format

import "cnnlang/lang/parse"

var (
	arithmetic = map[string]bool{"+": true, "-": true, "*": true, "/": true, "//": true, "%": true, "**": true}
	comparison = map[string]bool{"==": true, "!=": true, "<": true, ">": true, "<=": true, ">=": true}
)

// blanks returns how many spaces precede tokens[i] in the line of these tokens, one or none.
func (in *indenter) blanks(tokens []token, i int) int {
	if in.apart(tokens, i) || !parse.Joins(tokens[i-1].Token, tokens[i].Token) {
		return 1
	}
	return 0
}

func (in *indenter) apart(tokens []token, i int) bool {
	last, t := &tokens[i-1], &tokens[i]
	given := t.given > 0
	if last.Kind == parse.Unreadable || t.Kind == parse.Unreadable {
		return given
	}
	// First of all, so that an operator has spaces on both sides or on none.
	if t.Kind == parse.Operator && arithmetic[t.Text] && last.operand() {
		return spaced(tokens, i)
	}
	if last.Kind == parse.Operator && arithmetic[last.Text] {
		subtracts := i > 1 && tokens[i-2].operand()
		if i == 1 { // first in its line: it may continue the line above
			subtracts = in.last != nil && in.last.operand() && (in.frame.bracket == "(" || in.frame.bracket == "[")
		}
		return subtracts && spaced(tokens, i-1)
	}
	switch {
	case last.is("(") || last.is("["), t.is(")") || t.is("]"), t.is(",") || t.is(";"), t.is(":"), last.is("@"):
		return false
	case last.is("{") && t.is("}"):
		return false
	case t.is("."):
		return given && last.Kind != parse.Word
	case last.is("."):
		return given && t.Kind != parse.Word && t.Kind != parse.Keyword
	case t.is("=") || last.is("="):
		return !in.namesArgument(tokens, i)
	case t.is("("):
		if last.Kind == parse.Word || last.is("block") && in.frame.params {
			return false
		}
	case t.is("["):
		if in.frame.bracket == "" && in.head != "" && !in.where || last.is(")") && in.closed != nil && in.closed.signature {
			return true // a signature
		}
		if last.operand() {
			return last.Kind == parse.String // axes behind a row of names
		}
	}
	return true
}

// spaced reports whether the binary operator tokens[i] has a space on either side, and so gets
// one on both. It counts as spaced if its operand is missing: what follows is set apart,
// perhaps in a column.
func spaced(tokens []token, i int) bool {
	if i == 0 || tokens[i].given > 0 || i+1 == len(tokens) {
		return true
	}
	next := &tokens[i+1]
	return next.given > 0 || next.is("is") || comparison[next.Text]
}

// namesArgument reports whether the equals sign at i, or the one before it, belongs to an
// argument with a short value: pad=half, but pad = if a then b else c.
func (in *indenter) namesArgument(tokens []token, i int) bool {
	if in.frame.bracket != "(" || in.frame.params {
		return false
	}
	if !tokens[i].is("=") {
		i--
	}
	depth := 0
	for j := i + 1; j < len(tokens); j++ {
		t := &tokens[j]
		switch {
		case t.opens():
			depth++
		case t.closes():
			if depth--; depth < 0 {
				return true
			}
		case depth > 0:
		case t.is(",") || t.is("="):
			return true
		case t.Kind == parse.Keyword && !t.is("true") && !t.is("false"), comparison[t.Text],
			arithmetic[t.Text] && tokens[j-1].operand() && spaced(tokens, j):
			return false
		}
	}
	return true
}

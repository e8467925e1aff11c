package parse

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// A context is a token that does not fit, with its neighbours and surroundings, blanks left
// out.
type context struct {
	before, found, next lexer.Token
	line                []lexer.Token // the found token and the next few on its line
	statement           []lexer.Token // from its first token up to the found token
	bracket             string        // the innermost open bracket, "" for none
	owner               lexer.Token   // the word before that bracket
	called              bool          // the owner is a step, not the name of a declaration
	inNames             bool          // the bracket is that of names
	head                lexer.Token   // the first token of the declaration
	want                string        // what the expression there lacks, if it is an expression
	all                 []lexer.Token // those of the declaration
	at                  int           // the index of the found one
}

func newContext(tokens []lexer.Token, at int) context {
	c := context{all: tokens, at: at}
	if at < len(tokens) {
		c.found = tokens[at]
	} else {
		c.found = lexer.EOFToken(lexer.Position(endOfText(tokens)))
	}
	for i := at; i < len(tokens) && len(c.line) < 6 && tokens[i].Pos.Line == c.found.Pos.Line; i++ {
		if !blank(&tokens[i]) {
			c.line = append(c.line, tokens[i])
		}
	}
	if next := afterBlanks(tokens, at+1); next < len(tokens) {
		c.next = tokens[next]
	}
	c.walkBack(tokens[:min(at, len(tokens))])
	return c
}

// walkBack reads what precedes the found token, from right to left.
func (c *context) walkBack(tokens []lexer.Token) {
	depth, whole := 0, false // whole: the statement's first token has been passed
	for i := len(tokens) - 1; i >= 0; i-- {
		t := tokens[i]
		if blank(&t) {
			continue
		}
		if c.before.Value == "" {
			c.before = t
		}
		c.head = t
		switch level := levels[t.Value]; {
		case level < 0 || level > 0 && depth > 0:
			depth -= level
		case level > 0 && c.bracket == "":
			c.bracket, c.owner, c.called = t.Value, lexer.Token{}, false
			if at := ownerOf(tokens[:i]); at >= 0 {
				c.owner, c.called = tokens[at], tokens[at].Type == tokIdent && !declared(tokens[:at])
			}
			c.inNames = t.Value == "{" && slices.ContainsFunc(tokens[max(i-8, 0):i], func(t lexer.Token) bool { return t.Value == "names" })
			whole = whole || t.Value == "{"
		case depth == 0 && (t.Type == tokNL || t.Value == "|" || t.Value == "{"):
			whole = true
		}
		if !whole {
			c.statement = append(c.statement, t)
		}
	}
	slices.Reverse(c.statement)
}

// ownerOf returns the word that a bracket after these tokens belongs to: conv
// for conv(, add for add {, keras for names keras {, train for train finetune {, but nothing for
// -> {. It is an index, -1 for none.
func ownerOf(tokens []lexer.Token) int {
	depth := 0
	for i, t := range slices.Backward(tokens) {
		switch level := levels[t.Value]; {
		case blank(&t):
		case level < 0 || depth > 0:
			depth -= level
		case t.Type == tokIdent && i > 1 && blank(&tokens[i-1]) && tokens[i-2].Type == tokKeyword && tokens[i-2].Value == "train":
			return i - 2
		case t.Type == tokIdent || t.Type == tokKeyword:
			return i
		default:
			return -1
		}
	}
	return -1
}

// declared reports whether the word after these tokens is the name of a block or net.
func declared(tokens []lexer.Token) bool {
	i := len(tokens) - 1
	for i >= 0 && blank(&tokens[i]) {
		i--
	}
	return i >= 0 && declares[tokens[i].Value]
}

func endOfText(tokens []lexer.Token) source.Pos {
	for i := len(tokens) - 1; i >= 0; i-- {
		if t := &tokens[i]; !blank(t) && !t.EOF() {
			return spanOf(t).End
		}
	}
	return source.Pos(tokens[0].Pos)
}

func (c context) span() source.Span {
	if c.found.EOF() || c.found.Type == tokNL {
		return source.Span{Start: source.Pos(c.found.Pos), End: source.Pos(c.found.Pos)}
	}
	return spanOf(&c.found)
}

// first returns the first word of the step that the found token is in, or of the statement
// if it is in no step; labels, `stage`, `side` and `each` are left out.
func (c context) first() lexer.Token {
	s := c.statement
	for len(s) > 0 && (s[0].Value == "stage" || s[0].Value == "side" && len(s) > 1) {
		s = s[1:]
	}
	if len(s) > 1 && s[1].Value == ":" {
		s = s[2:]
	}
	if len(s) > 1 && s[0].Value == "each" {
		s = s[1:]
	}
	for i := len(s) - 1; i > 0; i-- { // the last step of a pipeline
		if s[i-1].Value == "->" {
			s = s[i:]
			break
		}
	}
	if len(s) == 0 {
		return lexer.Token{}
	}
	return s[0]
}

// beforeStarts reports whether the token before the found one starts a statement or a
// step.
func (c context) beforeStarts() bool {
	n := len(c.statement)
	return n == 1 || n > 1 && slices.Contains([]string{"->", "stage", "side", ":", "each"}, c.statement[n-2].Value)
}

// dotted reports whether the statement so far is a dotted name: self.conv1.
func (c context) dotted() bool {
	for i, t := range c.statement {
		if (t.Type == tokIdent) != (i%2 == 0) || i%2 == 1 && t.Value != "." {
			return false
		}
	}
	return len(c.statement)%2 == 1
}

// inSettings reports whether the found token is in the braces of meta or train.
func (c context) inSettings() bool {
	return c.inBody() && (c.owner.Value == "meta" || c.owner.Value == "train")
}

func (c context) inBody() bool { return c.bracket == "{" }

// inHead reports whether the found token is outside all brackets of a block or net.
func (c context) inHead() bool {
	return c.bracket == "" && (c.head.Value == "block" || c.head.Value == "net")
}

// has reports whether the statement contains the token.
func (c context) has(value string) bool {
	return slices.ContainsFunc(c.statement, func(t lexer.Token) bool { return t.Value == value })
}

func (c context) is(t lexer.Token, types ...lexer.TokenType) bool {
	return slices.Contains(types, t.Type)
}

func (c context) syntax(format string, args ...any) *diag.Diagnostic {
	return diag.New(diag.Syntax, c.span(), format, args...)
}

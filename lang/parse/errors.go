package parse

import (
	"errors"
	"fmt"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// An expectError is a token where an expression needed another.
type expectError struct {
	token lexer.Token
	want  string
}

func (e *expectError) Error() string { return "expected " + e.want }

// A deepError is an expression nested beyond MaxDepth without brackets.
type deepError struct{ span source.Span }

func (e *deepError) Error() string { return "nested too deep" }

// explain says in the user's words why tokens[at] cannot stand where it stands.
// The cases are the mistakes people make, most telling first.
func explain(tokens []lexer.Token, at int, err error) *diag.Diagnostic {
	var deep *deepError
	if errors.As(err, &deep) {
		return diag.New(diag.TooDeep, deep.span, "nested deeper than %d levels", MaxDepth).
			WithHelp("move inner parts into blocks of their own")
	}
	c := newContext(tokens, at)
	switch {
	case c.found.Value == "=" && c.before.Type == tokIdent && c.startsStatement(2):
		return diag.New(diag.Assignment, c.span(), "a pipeline has no assignments").
			WithHelp("write `step as %s` after the step, or `let %[1]s = …` for a number", c.before.Value)
	case c.found.Type == tokKeyword && c.next.Value == ":":
		return reserved(c.span(), c.found.Value, "a label").WithHelp("write it as a string: `\"%s\": …`", c.found.Value)
	case c.found.Type == tokKeyword && (c.before.Value == "block" || c.before.Value == "net" || c.before.Value == "as" || c.before.Value == "let" || c.before.Value == "@"):
		return reserved(c.span(), c.found.Value, "a name")
	case c.startsAStep() && c.endsAStep():
		return diag.New(diag.MissingArrow, c.span(), "%s follows a finished step on the same line", c.describe()).
			WithHelp("write `->` between two steps, or start a new line")
	case c.found.Value == "->":
		return diag.New(diag.Syntax, c.span(), "`->` must be followed by a step").
			WithHelp("write the next step after it, or remove it")
	case c.found.Value == "|":
		return diag.New(diag.Syntax, c.span(), "`|` stands outside a combinator").
			WithHelp("parallel branches go inside `add { | … | … }`, `concat`, `mul`, `max` or `mean`")
	case c.found.Value == "where" || c.before.Value == "where":
		return c.unexpected(err).WithHelp("`where` stands between the signature and the body: `block f(c: int) [N, C, H, W] -> [N, c, H, W] where c > 0 { … }`")
	}
	return c.unexpected(err)
}

func reserved(span source.Span, word, role string) *diag.Diagnostic {
	return diag.New(diag.ReservedWord, span, "`%s` is a reserved word and cannot be %s", word, role)
}

// notADeclaration is for text between declarations.
func notADeclaration(t *lexer.Token) *diag.Diagnostic {
	d := diag.New(diag.Syntax, spanOf(t), "expected `block`, `net`, `import` or `let`, found %s", describe(*t))
	if near := diag.Nearest(t.Value, []string{"block", "net", "import", "let"}); near != "" && t.Type == tokIdent {
		return d.WithHelp("did you mean `%s`?", near)
	}
	return d.WithHelp("steps go inside a block: `net name [N, 3, H = 224, W = 224] -> [N, 10] { … }`")
}

// A context is the token that does not fit and its neighbours, blanks left out.
type context struct {
	tokens              []lexer.Token
	at                  int
	before, found, next lexer.Token
}

func newContext(tokens []lexer.Token, at int) context {
	c := context{tokens: tokens, at: at}
	if at < len(tokens) {
		c.found = tokens[at]
	} else {
		end := tokens[len(tokens)-1]
		pos := end.Pos
		pos.Advance(end.Value)
		c.found = lexer.EOFToken(pos)
	}
	for i := at - 1; i >= 0; i-- {
		if !blank(&tokens[i]) {
			c.before = tokens[i]
			break
		}
	}
	for i := at + 1; i < len(tokens); i++ {
		if !blank(&tokens[i]) {
			c.next = tokens[i]
			break
		}
	}
	return c
}

func (c context) span() source.Span {
	if c.found.EOF() || c.found.Type == tokNL {
		return source.Span{Start: source.Pos(c.found.Pos), End: source.Pos(c.found.Pos)}
	}
	return spanOf(&c.found)
}

// startsStatement reports whether the token n-1 before the found one is the
// first of its statement.
func (c context) startsStatement(n int) bool {
	seen := 0
	for i := c.at - 1; i >= 0; i-- {
		if t := &c.tokens[i]; !blank(t) {
			if seen++; seen == n {
				return t.Type == tokNL || t.Value == "{" || t.Value == "|"
			}
		}
	}
	return false
}

func (c context) startsAStep() bool {
	t := c.found
	return t.Type == tokIdent || t.Type == tokString || t.Value == "@" || t.Value == "{" ||
		t.Type == tokKeyword && (t.Value == "if" || t.Value == "repeat" || t.Value == "stage" || t.Value == "side")
}

func (c context) endsAStep() bool {
	t := c.before
	sameLine := t.Pos.Line == c.found.Pos.Line
	inBody := false
	depth := 0
	for i := c.at - 1; i >= 0 && !inBody; i-- {
		switch v := c.tokens[i].Value; {
		case c.tokens[i].Type == tokString:
		case v == ")" || v == "]" || v == "}":
			depth++
		case v == "{" && depth == 0:
			inBody = true
		case v == "(" || v == "[" || v == "{":
			if depth == 0 {
				return false
			}
			depth--
		}
	}
	return sameLine && inBody && (t.Type == tokIdent || t.Value == ")" || t.Value == "}" || t.Value == "]")
}

func (c context) describe() string { return describe(c.found) }

func (c context) unexpected(err error) *diag.Diagnostic {
	var expect *expectError
	if errors.As(err, &expect) {
		if expect.token.Value == "{" {
			return diag.New(diag.Syntax, spanOf(&expect.token), "expected %s", expect.want)
		}
		return diag.New(diag.Syntax, c.span(), "expected %s, found %s", expect.want, c.describe())
	}
	after := ""
	if c.before.Value != "" && c.before.Type != tokNL {
		after = " after " + describe(c.before)
	}
	d := diag.New(diag.Syntax, c.span(), "unexpected %s%s", c.describe(), after)
	if c.before.Type == tokIdent && c.found.Type == tokIdent {
		if near := diag.Nearest(c.before.Value, Keywords); near != "" {
			return d.WithHelp("did you mean `%s`?", near)
		}
	}
	if c.before.Value == ":" {
		return d.WithHelp("a label must be followed by a step, as in `conv1: conv(64, 3x3)`")
	}
	return d
}

func describe(t lexer.Token) string {
	switch {
	case t.EOF():
		return "the end of the declaration"
	case t.Type == tokNL && t.Value == "\n":
		return "the end of the line"
	case t.Type == tokKeyword:
		return fmt.Sprintf("the word `%s`", t.Value)
	case t.Type == tokString:
		return "the string " + t.Value
	}
	return "`" + t.Value + "`"
}

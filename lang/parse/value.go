package parse

import (
	"errors"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// Value parses a text that is one expression, given outside of any file. The expression is
// nil where the list has errors.
func Value(src *source.File) (ast.Expr, diag.List) { return given(src) }

// Values parses a text that is expressions with commas between them, likewise.
func Values(src *source.File) ([]ast.Expr, diag.List) {
	x, list := given(src, lexer.Token{Type: tokOp, Value: "["}, lexer.Token{Type: tokOp, Value: "]"})
	if all, ok := x.(*ast.List); ok {
		return all.Items, list
	}
	return nil, list
}

// given parses a text as what stands between brackets, if there are any.
func given(src *source.File, brackets ...lexer.Token) (ast.Expr, diag.List) {
	p := &parser{file: &ast.File{Source: src}}
	for _, read := range []func() *diag.Diagnostic{p.notText, p.tokenize} {
		if d := read(); d != nil {
			return nil, diag.List{d}
		}
	}
	// It is parsed as the value of a declaration, whose beginning takes no place.
	before := []lexer.Token{{Type: tokKeyword, Value: "let"}, {Type: tokIdent, Value: "value"}, {Type: tokOp, Value: "="}}
	p.tokens = append(before, p.tokens...)
	p.nest()
	p.strays()
	if p.errors.Sort(); p.errors.HasErrors() {
		return nil, p.errors
	}
	text, end := p.tokens[len(before):len(p.tokens)-1], p.tokens[len(p.tokens)-1].Pos
	for len(text) > 0 && (blank(&text[len(text)-1]) || text[len(text)-1].Type == tokNL) {
		text = text[:len(text)-1]
	}
	before = append(before, brackets[:len(brackets)/2]...)
	for i := range before {
		before[i].Pos = lexer.Position{Filename: src.Name, Line: 1, Column: 1}
	}
	tokens := append(slices.Clip(before), text...)
	all := tokens
	for _, t := range brackets[len(brackets)/2:] {
		t.Pos = end
		all = append(slices.Clip(all), t)
	}
	decl, err := parseTokens(all)
	if err == nil {
		return decl.Let.Value, nil
	}
	return nil, diag.List{noValue(src, tokens, len(before), err)}
}

// noValue is about the token that no expression can have. What comes before first is not of
// the text.
func noValue(src *source.File, tokens []lexer.Token, first int, err error) *diag.Diagnostic {
	at := offender(tokens[first:], err) + first
	var expect *expectError
	var deep *deepError
	switch {
	case errors.As(err, &deep):
		return explain(tokens, at, err)
	case at == len(tokens):
		end := tokens[at-1].Pos.Offset
		if at > first {
			end += len(tokens[at-1].Value)
		}
		return diag.New(diag.Syntax, src.Span(end, end), "expected a value, found the end")
	case errors.As(err, &expect) && tokens[at].Type == tokString:
		return explain(tokens, at, err)
	}
	c := newContext(tokens, at)
	if d := unit(c); d != nil {
		return d
	}
	if at > first && expect != nil && strings.Contains(expect.want, "`,`") {
		d := diag.New(diag.Syntax, spanOf(&c.found), "expected a comma or the end, found %s", describe(c.found))
		if c.found.Value == "=" {
			d.WithHelp("write `==` to compare").Write("==")
		}
		return d
	}
	if expect != nil || at == first {
		c.want = wantValue
	}
	d := unexpected(c)
	if c.found.Value == "=" {
		return d.WithHelp("write the value alone, without a name before it")
	}
	return d
}

package parse

import (
	"errors"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// Value parses a text that is one expression, given outside of any file. The expression is
// nil where the list has errors.
func Value(src *source.File) (ast.Expr, diag.List) {
	p := &parser{file: &ast.File{Source: src}}
	for _, read := range []func() *diag.Diagnostic{p.notText, p.tokenize} {
		if d := read(); d != nil {
			return nil, diag.List{d}
		}
	}
	// It is parsed as the value of a declaration, whose beginning takes no place.
	let := []lexer.Token{{Type: tokKeyword, Value: "let"}, {Type: tokIdent, Value: "value"}, {Type: tokOp, Value: "="}}
	for i := range let {
		let[i].Pos = lexer.Position{Filename: src.Name, Line: 1, Column: 1}
	}
	p.tokens = append(let, p.tokens...)
	p.nest()
	p.strays()
	if p.errors.Sort(); p.errors.HasErrors() {
		return nil, p.errors
	}
	tokens := p.tokens[:len(p.tokens)-1]
	for blank(&tokens[len(tokens)-1]) || tokens[len(tokens)-1].Type == tokNL {
		tokens = tokens[:len(tokens)-1]
	}
	decl, err := parseTokens(tokens)
	if err == nil {
		return decl.Let.Value, nil
	}
	return nil, diag.List{noValue(src, tokens, len(let), err)}
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
	if expect != nil || at == first {
		c.want = wantValue
	}
	d := unexpected(c)
	if c.found.Value == "=" {
		return d.WithHelp("write the value alone, without a name before it")
	}
	return d
}

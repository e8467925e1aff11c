package parse

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// Settings parses a text that is what stands between the braces of `train`, given outside of any
// file.
func Settings(src *source.File) ([]*ast.Setting, diag.List) {
	p := &parser{file: &ast.File{Source: src}}
	for _, read := range []func() *diag.Diagnostic{p.notText, p.tokenize} {
		if d := read(); d != nil {
			return nil, diag.List{d}
		}
	}
	p.nest()
	p.strays()
	if p.errors.Sort(); p.errors.HasErrors() {
		return nil, p.errors
	}
	// It is parsed as a part of a net, whose other words take no place. Its own brackets match.
	around := func(at lexer.Position, words ...lexer.Token) []lexer.Token {
		for i := range words {
			words[i].Pos = at
		}
		return words
	}
	op := func(text string) lexer.Token { return lexer.Token{Type: tokOp, Value: text} }
	before := around(lexer.Position{Filename: src.Name, Line: 1, Column: 1}, lexer.Token{Type: tokKeyword, Value: "net"}, lexer.Token{Type: tokSpace, Value: " "},
		lexer.Token{Type: tokIdent, Value: "n"}, op("{"), lexer.Token{Type: tokKeyword, Value: "train"}, op("{"))
	end := p.tokens[len(p.tokens)-1]
	tokens := slices.Concat(before, p.tokens[:len(p.tokens)-1])
	decl, err := parseTokens(slices.Concat(tokens, around(end.Pos, op("}"), op("}"))))
	if err == nil {
		return decl.Block.Body.Stmts[0].Train.Items, nil
	}
	at := offender(tokens[len(before):], err) + len(before)
	d := explain(tokens, at, err)
	d.Message = strings.ReplaceAll(d.Message, "the end of the declaration", "the end")
	if at < len(tokens) && tokens[at].Value == "train" {
		d.WithHelp("write what stands between the braces of `train` alone: `epochs = 5; batch = 32`")
	}
	return nil, diag.List{d}
}

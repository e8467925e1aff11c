package parse

import (
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/ast"
	"cnnlang/lang/source"
)

func parseLiteral(lex *lexer.PeekingLexer) (ast.Literal, error) {
	t := lex.Peek()
	if t.Type != tokString {
		return nil, participle.NextMatch
	}
	lex.Next()
	return interpolate(t)
}

// interpolate takes a string token apart: "layer{i+1}" is the text layer and the
// expression i+1. A backslash takes the character after it as it is, but for \n
// and \t.
func interpolate(t *lexer.Token) (*ast.String, error) {
	s := &ast.String{Extent: ast.Extent{Pos: source.Pos(t.Pos), EndPos: spanOf(t).End}}
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			s.Parts = append(s.Parts, ast.StringPart{Text: text.String()})
			text.Reset()
		}
	}
	body := t.Value[:len(t.Value)-1]
	for i := 1; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
			text.WriteByte(unescape(body[i]))
		case '{':
			length := strings.IndexByte(body[i:], '}')
			if length < 0 {
				return nil, &expectError{token: within(t, i, "{"), want: "`}` after the expression in a string"}
			}
			flush()
			x, err := inner(t, i+1, body[i+1:i+length])
			if err != nil {
				return nil, err
			}
			s.Parts = append(s.Parts, ast.StringPart{Expr: x})
			i += length
		default:
			text.WriteByte(body[i])
		}
	}
	flush()
	return s, nil
}

func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	}
	return c
}

// inner parses an expression inside the string token t, offset bytes from its
// start. A string holds no string, so this does not nest.
func inner(t *lexer.Token, offset int, text string) (ast.Expr, error) {
	tokens := tokenize(t.Pos.Filename, text)
	for i := range tokens {
		tokens[i].Pos = within(t, offset+tokens[i].Pos.Offset, "").Pos
	}
	lex, err := lexer.Upgrade(&replay{tokens: tokens}, tokSpace, tokComment)
	if err != nil {
		panic("parse: lexer: " + err.Error())
	}
	c := climber{lex: lex}
	x, err := c.expr()
	if err == nil && !lex.Peek().EOF() {
		err = c.unexpected("`}`")
	}
	return x, err
}

// within returns a token with this value at an offset inside t, which lies on
// one line.
func within(t *lexer.Token, offset int, value string) lexer.Token {
	pos := t.Pos
	pos.Advance(t.Value[:offset])
	return lexer.Token{Type: tokInvalid, Value: value, Pos: pos}
}

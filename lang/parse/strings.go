package parse

import (
	"strings"
	"unicode/utf8"

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

// interpolate splits a string token into its parts: "layer{i+1}" is the text layer and the
// expression i+1. A backslash escapes the character after it; \n and \t are a newline and a
// tab.
func interpolate(t *lexer.Token) (*ast.String, error) {
	s := &ast.String{Extent: ast.Extent{Pos: source.Pos(t.Pos), EndPos: spanOf(t).End}}
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			s.Parts = append(s.Parts, ast.StringPart{Text: text.String()})
			text.Reset()
		}
	}
	pos := t.Pos // of body[i]
	body := t.Value[:len(t.Value)-1]
	for i := 0; i < len(body); {
		length := 1
		switch c := body[i]; {
		case i == 0: // the quote
		case c == '\\':
			_, length = utf8.DecodeRuneInString(body[i+1:])
			text.WriteString(unescape(body[i+1 : i+1+length]))
			length++
		case c == '{':
			if length = strings.IndexByte(body[i:], '}') + 1; length == 0 {
				return nil, &expectError{token: lexer.Token{Type: tokInvalid, Value: "{", Pos: pos}, want: wantBrace}
			}
			flush()
			x, err := inner(pos, body[i+1:i+length-1])
			if err != nil {
				return nil, err
			}
			s.Parts = append(s.Parts, ast.StringPart{Expr: x})
		default:
			_, length = utf8.DecodeRuneInString(body[i:])
			text.WriteString(body[i : i+length])
		}
		pos.Advance(body[i : i+length])
		i += length
	}
	flush()
	return s, nil
}

func unescape(c string) string {
	switch c {
	case "n":
		return "\n"
	case "t":
		return "\t"
	}
	return c
}

// inner parses the expression after the brace at pos. A string holds no string,
// so this does not nest.
func inner(pos lexer.Position, text string) (ast.Expr, error) {
	pos.Advance("{")
	tokens := tokenize(pos.Filename, text, len(text))
	for i := range tokens {
		t := &tokens[i]
		t.Pos.Offset, t.Pos.Line, t.Pos.Column = pos.Offset+t.Pos.Offset, pos.Line, pos.Column+t.Pos.Column-1
		if t.Type == tokComment {
			t.Type, t.Value = tokInvalid, "#"
		}
	}
	lex, err := lexer.Upgrade(&replay{tokens: tokens}, tokSpace)
	if err != nil {
		panic("parse: lexer: " + err.Error())
	}
	c := climber{lex: lex}
	if lex.Peek().EOF() {
		return nil, c.unexpected(wantInner)
	}
	x, err := c.expr()
	if err == nil && !lex.Peek().EOF() {
		err = c.unexpected("`}`")
	}
	return x, err
}

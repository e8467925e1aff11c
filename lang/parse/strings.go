package parse

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/ast"
	"cnnlang/lang/source"
)

func parseLiteral(lex *lexer.PeekingLexer) (s ast.Literal, err error) {
	t := lex.Peek()
	if t.Type != tokString {
		return nil, participle.NextMatch
	}
	lex.Next()
	defer catch(&err)
	return interpolate(t), nil
}

// interpolate splits a string token into its parts: "layer{i+1}" is the text layer and the
// expression i+1. A backslash escapes the character after it; \n and \t are a newline and a
// tab.
func interpolate(t *lexer.Token) *ast.String {
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
			escaped := body[i+1 : i+1+length]
			text.WriteString(cmp.Or(escapes[escaped], escaped))
			length++
		case c == '{':
			if length = strings.IndexByte(body[i:], '}') + 1; length == 0 {
				panic(syntaxError{&expectError{token: lexer.Token{Type: tokInvalid, Value: "{", Pos: pos}, want: wantBrace}})
			}
			flush()
			s.Parts = append(s.Parts, ast.StringPart{Expr: inner(pos, body[i+1:i+length-1])})
		default:
			_, length = utf8.DecodeRuneInString(body[i:])
			text.WriteString(body[i : i+length])
		}
		pos.Advance(body[i : i+length])
		i += length
	}
	flush()
	return s
}

// escapes are the characters that mean another one after a backslash.
var escapes = map[string]string{"n": "\n", "t": "\t"}

// inner parses the expression after the brace at pos. A string holds no string,
// so this does not nest.
func inner(pos lexer.Position, text string) ast.Expr {
	pos.Advance("{")
	tokens := tokenize(pos.Filename, text, len(text))
	for i := range tokens {
		t := &tokens[i]
		t.Pos.Offset, t.Pos.Line, t.Pos.Column = pos.Offset+t.Pos.Offset, pos.Line, pos.Column+t.Pos.Column-1
		if t.Type == tokComment {
			t.Type, t.Value = tokInvalid, "#"
		}
	}
	lex := peeking(tokens)
	c := climber{lex: lex}
	if lex.Peek().EOF() {
		c.unexpected(wantInner)
	}
	x := c.expr()
	if !lex.Peek().EOF() {
		c.unexpected("`}`")
	}
	return x
}

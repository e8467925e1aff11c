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
	return interpolate(t, inner), nil
}

func parsePattern(lex *lexer.PeekingLexer) (s ast.NamePattern, err error) {
	t := lex.Peek()
	if t.Type != tokString {
		return nil, participle.NextMatch
	}
	lex.Next()
	defer catch(&err)
	return interpolate(t, capture), nil
}

// interpolate splits a string token into its parts: "layer{i+1}" is the text layer and what
// inner makes of i+1. A backslash escapes the character after it; \n and \t are a newline and a
// tab.
func interpolate(t *lexer.Token, inner func(lexer.Position, string) ast.Expr) *ast.String {
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
	c := inBraces(pos, text)
	if c.lex.Peek().EOF() {
		c.unexpected(wantInner)
	}
	x := c.expr()
	if !c.lex.Peek().EOF() {
		c.unexpected("`}`")
	}
	return x
}

// capture parses the name after the brace at pos of a pattern.
func capture(pos lexer.Position, text string) ast.Expr {
	c := inBraces(pos, text)
	start := c.begin()
	if c.lex.Peek().Type != tokIdent {
		c.unexpected(wantCapture)
	}
	x := &ast.Capture{Name: c.name()}
	if c.skip(":") {
		switch {
		case c.skip(ast.CaptureInt):
			x.Type = ast.CaptureInt
		case c.skip(ast.CapturePath):
			x.Type = ast.CapturePath
		default:
			c.unexpected(wantCapture)
		}
	}
	if !c.lex.Peek().EOF() {
		c.unexpected(wantCapture)
	}
	x.Extent = c.end(start)
	return x
}

// inBraces is for the text after the brace at pos.
func inBraces(pos lexer.Position, text string) climber {
	pos.Advance("{")
	tokens := tokenize(pos.Filename, text, len(text))
	for i := range tokens {
		t := &tokens[i]
		t.Pos.Offset, t.Pos.Line, t.Pos.Column = pos.Offset+t.Pos.Offset, pos.Line, pos.Column+t.Pos.Column-1
		if t.Type == tokComment {
			t.Type, t.Value = tokInvalid, "#"
		}
	}
	return climber{lex: peeking(tokens)}
}

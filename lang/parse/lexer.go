package parse

import (
	"cmp"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/ast"
	"cnnlang/lang/source"
)

// The token types. Every rune of a text belongs to exactly one token, so that
// lexing never fails and the tokens joined together are the text:
//
//	Comment     # up to the end of the line
//	Space       blanks, tabs, carriage returns, a byte order mark at the start
//	NL          one newline or semicolon
//	Dims        [0-9]+x[0-9]+(x[0-9]+)?, not followed by a letter or digit
//	Float       [0-9][0-9_]*\.[0-9]+([eE][-+]?[0-9]+|unit)? or [0-9]+[eE][-+]?[0-9]+
//	Int         [0-9][0-9_]*unit?
//	            where a unit is one of [KMGT] or [KMGT]iB, not followed by a letter or digit
//	String      "…" on one line; a backslash takes the character after it along
//	OpenString  a string without its second quote
//	Ident       [A-Za-z_][A-Za-z0-9_]*
//	Keyword     an identifier that is reserved
//	Op          the operators and brackets below
//	Invalid     any other character
const (
	tokComment lexer.TokenType = -2 - iota // participle's end of file is -1
	tokSpace
	tokNL
	tokDims
	tokFloat
	tokInt
	tokString
	tokOpenString
	tokIdent
	tokKeyword
	tokOp
	tokInvalid
	tokBranch // the repeat that starts branches of a combinator; nest finds it
)

// symbols are their names in the grammar of package ast.
var symbols = map[string]lexer.TokenType{
	"EOF": lexer.EOF, "Comment": tokComment, "Space": tokSpace, "NL": tokNL,
	"Dims": tokDims, "Float": tokFloat, "Int": tokInt, "String": tokString,
	"OpenString": tokOpenString, "Ident": tokIdent, "Keyword": tokKeyword,
	"Op": tokOp, "Invalid": tokInvalid, "BranchRepeat": tokBranch,
}

const operators = "-+*/%<>=(){}[],:|@."

var longOperators = map[string]bool{"->": true, "==": true, "!=": true, "<=": true, ">=": true, "//": true, "**": true}

// Keywords are the reserved words.
var Keywords = []string{
	"block", "net", "import", "let", "if", "then", "else", "repeat", "each", "of", "in",
	"stage", "side", "meta", "train", "names", "expect", "where", "as", "is", "and", "or",
	"not", "true", "false",
}

var isKeyword = func() map[string]bool {
	m := map[string]bool{}
	for _, k := range Keywords {
		m[k] = true
	}
	return m
}()

// tokenize splits the text into tokens, blanks and comments included, each with its place,
// and one for the end. It stops after limit tokens that are not blank.
func tokenize(name, text string, limit int) []lexer.Token {
	tokens := make([]lexer.Token, 0, min(len(text), 4*limit)/3+1)
	pos := lexer.Position{Filename: name, Line: 1, Column: 1}
	for pos.Offset < len(text) && limit > 0 {
		kind, length := next(text[pos.Offset:])
		value := text[pos.Offset : pos.Offset+length]
		switch {
		case kind == tokIdent && isKeyword[value]:
			kind = tokKeyword
		case pos.Offset == 0 && value == source.ByteOrderMark:
			kind = tokSpace
		}
		tokens = append(tokens, lexer.Token{Type: kind, Value: value, Pos: pos})
		pos.Offset += length
		switch {
		case value == "\n":
			pos.Line++
			pos.Column = 1
		case pos.Offset > len(source.ByteOrderMark) || value != source.ByteOrderMark:
			pos.Column += utf8.RuneCountInString(value)
		}
		if kind != tokSpace && kind != tokComment {
			limit--
		}
	}
	return append(tokens, lexer.EOFToken(pos))
}

// next returns the type and the length of the first token.
func next(text string) (lexer.TokenType, int) {
	switch c := text[0]; {
	case c == '#':
		line, _, _ := strings.Cut(text, "\n")
		return tokComment, len(line)
	case c == ' ' || c == '\t' || c == '\r':
		return tokSpace, len(text) - len(strings.TrimLeft(text, " \t\r"))
	case c == '\n' || c == ';':
		return tokNL, 1
	case c == '"':
		return nextString(text)
	case isDigit(c):
		return nextNumber(text)
	case isWord(c):
		return tokIdent, leading(text, isWord)
	case strings.HasPrefix(text, "..."):
		return tokOp, 3
	case len(text) > 1 && longOperators[text[:2]]:
		return tokOp, 2
	case strings.IndexByte(operators, c) >= 0:
		return tokOp, 1
	}
	_, size := utf8.DecodeRuneInString(text)
	return tokInvalid, size
}

func nextString(text string) (lexer.TokenType, int) {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return tokString, i + 1
		case '\n':
			return tokOpenString, i
		case '\\':
			if i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
		}
	}
	return tokOpenString, len(text)
}

func nextNumber(text string) (lexer.TokenType, int) {
	whole := leading(text, isDigit)
	if n := dims(text, whole); n > 0 {
		return tokDims, n
	}
	if n := exponent(text[whole:]); n > 0 {
		return tokFloat, whole + n
	}
	whole += leading(text[whole:], func(c byte) bool { return c == '_' || isDigit(c) })
	if whole+1 < len(text) && text[whole] == '.' && isDigit(text[whole+1]) {
		n := whole + 1 + leading(text[whole+1:], isDigit)
		return tokFloat, n + cmp.Or(exponent(text[n:]), suffix(text[n:]))
	}
	return tokInt, whole + suffix(text[whole:])
}

// suffix returns the length of a unit at the start of the text.
func suffix(text string) int {
	if word := text[:leading(text, isWord)]; ast.Units[word] != 0 {
		return len(word)
	}
	return 0
}

// dims returns the length of a literal such as 3x3 or 1x3x3 whose first number has this many
// digits, 0 for no such literal.
func dims(text string, first int) int {
	n := first
	for range 2 {
		if n+1 >= len(text) || text[n] != 'x' || !isDigit(text[n+1]) {
			break
		}
		n += 1 + leading(text[n+1:], isDigit)
	}
	if n == first || n < len(text) && isWord(text[n]) {
		return 0
	}
	return n
}

// exponent returns the length of an exponent at the start of the text.
func exponent(text string) int {
	if text == "" || text[0] != 'e' && text[0] != 'E' {
		return 0
	}
	n := 1
	if n < len(text) && (text[n] == '+' || text[n] == '-') {
		n++
	}
	if d := leading(text[n:], isDigit); d > 0 {
		return n + d
	}
	return 0
}

// leading returns the length of the characters of a kind at the start of the text.
func leading(text string, is func(byte) bool) int {
	n := 0
	for n < len(text) && is(text[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || isDigit(c)
}

// blank reports whether the parser skips the token.
func blank(t *lexer.Token) bool { return t.Type == tokSpace || t.Type == tokComment }

// erase turns a token into a blank. It clears the value too, because participle would match
// the words of the grammar even in blanks.
func erase(t *lexer.Token) { t.Type, t.Value = tokSpace, "" }

// replay hands out tokens that exist already.
type replay struct {
	tokens []lexer.Token
	next   int
}

func (r *replay) Next() (lexer.Token, error) {
	t := r.tokens[r.next]
	if r.next < len(r.tokens)-1 {
		r.next++
	}
	return t, nil
}

// definition tells participle the names of the token types; the tokens themselves always
// come from tokenize and replay.
type definition struct{}

func (definition) Symbols() map[string]lexer.TokenType { return symbols }

func (definition) Lex(string, io.Reader) (lexer.Lexer, error) {
	panic("parse: the tokens exist already")
}

// peeking returns the tokens without blanks as participle reads them.
func peeking(tokens []lexer.Token) *lexer.PeekingLexer {
	lex, err := lexer.Upgrade(&replay{tokens: tokens}, tokSpace, tokComment)
	if err != nil {
		panic("parse: lexer: " + err.Error())
	}
	return lex
}

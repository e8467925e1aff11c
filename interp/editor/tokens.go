package editor

import (
	"strings"

	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// A placed token is one with its place.
type placed struct {
	parse.Token
	offset, line int
}

func (t placed) end() int { return t.offset + len(t.Text) }

func isComment(t placed) bool { return t.Kind == parse.Comment }
func isBlank(t placed) bool   { return t.Kind == parse.Space || t.Kind == parse.Newline }

// tokens are those of the text, none where it cannot be read at all.
func (v *View) tokens() []placed { return tokensOf(v.Source) }

func tokensOf(src *source.File) (list []placed) {
	offset, line := 0, 1
	for _, t := range parse.Tokens(src) {
		list = append(list, placed{t, offset, line})
		offset += len(t.Text)
		line += strings.Count(t.Text, "\n")
	}
	return list
}

// TokenKinds are the kinds of a Token, by the names that the Language Server Protocol has for them.
var TokenKinds = []string{"comment", "keyword", "number", "string", "operator", "type", "function", "macro", "parameter", "variable", "property", "namespace", "enumMember"}

const (
	comment = iota
	keyword
	number
	text
	operator
	block     // of this file or another: type
	primitive // function
	combining // a combinator: macro
	parameter
	variable // a size, a tap, or what let and repeat name
	property // a label, the name of an argument, a key of settings
	imported // namespace
	word     // enumMember
)

var kindsOfTokens = map[parse.Kind]int{
	parse.Comment: comment, parse.Keyword: keyword, parse.Branch: keyword, parse.Number: number, parse.String: text, parse.Operator: operator,
}

// A Token is a part of a line that has a colour of its own.
type Token struct {
	Offset, Length int
	Kind           int // an index of TokenKinds
	Defined        bool
	Standard       bool // it is the language's or the library's
}

// Tokens are those of the text from one offset to another, in order; none extends over lines.
func (v *View) Tokens(start, end int) (list []Token) {
	next := 0
	for _, t := range v.tokens() {
		if t.end() <= start || t.offset >= end {
			continue
		}
		if t.Kind == parse.Word {
			for next < len(v.uses) && v.uses[next].At.Start.Offset < t.offset {
				next++
			}
			if next < len(v.uses) && v.uses[next].At.Start.Offset == t.offset {
				list = append(list, v.nameToken(t, v.uses[next]))
			} else {
				list = append(list, Token{Offset: t.offset, Length: len(t.Text), Kind: property})
			}
			continue
		}
		if kind, ok := kindsOfTokens[t.Kind]; ok {
			list = append(list, Token{Offset: t.offset, Length: len(strings.TrimRight(t.Text, "\r\n")), Kind: kind})
		}
	}
	return list
}

func (v *View) nameToken(t placed, u resolve.Use) Token {
	token := Token{Offset: t.offset, Length: len(t.Text), Defined: u.At == u.Def}
	switch u.Kind {
	case resolve.Declared:
		switch o := u.Object; {
		case o.Namespace != nil:
			token.Kind = imported
		case o.Let != nil:
			token.Kind = variable
		case o.IsCombinator():
			token.Kind, token.Standard = combining, true
		case o.IsPrimitive():
			token.Kind, token.Standard = primitive, true
		default:
			token.Kind = block
		}
	case resolve.Parameter:
		token.Kind = parameter
	case resolve.Argument, resolve.Label:
		token.Kind = property
	case resolve.Size, resolve.Local, resolve.Tap:
		token.Kind = variable
	case resolve.Word:
		token.Kind, token.Standard = word, true
	}
	return token
}

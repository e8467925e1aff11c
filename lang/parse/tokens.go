package parse

import (
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/ast"
	"cnnlang/lang/source"
)

// A Kind is what a token is, as far as formatting is concerned.
type Kind uint8

// The kinds.
const (
	Space      Kind = iota // blanks, tabs, carriage returns, a byte order mark
	Newline                // "\n"
	Comment                // without the end of the line
	Word                   // a name
	Keyword                // a reserved word
	Branch                 // the repeat that starts branches of a combinator
	Number                 // an integer, a decimal or a size such as 3x3
	String                 // with its quotes
	Operator               // operators, brackets and the semicolon
	Unreadable             // an error wherever it is
)

// A Token is a token and its text.
type Token struct {
	Kind Kind
	Text string
}

// Tokens splits a text into tokens that joined together are the text. It returns nil if
// File could not read the text, because of its size, the length of a word, its encoding or
// its nesting; mistakes of all other kinds do not matter.
func Tokens(src *source.File) []Token {
	p := &parser{file: &ast.File{Source: src}}
	if p.notText() != nil || p.tokenize() != nil {
		return nil
	}
	list := make([]Token, len(p.tokens)-1) // without the end
	for i := range list {
		t := &p.tokens[i]
		list[i] = Token{kindOf[t.Type], t.Value}
		if t.Value == ";" {
			list[i].Kind = Operator
		}
	}
	if p.nest(); p.tooDeep {
		return nil
	}
	for i := range list {
		if p.tokens[i].Type == tokBranch {
			list[i].Kind = Branch
		}
	}
	return list
}

var kindOf = map[lexer.TokenType]Kind{
	tokSpace: Space, tokNL: Newline, tokComment: Comment, tokIdent: Word, tokKeyword: Keyword,
	tokDims: Number, tokFloat: Number, tokInt: Number, tokString: String, tokOp: Operator,
	tokOpenString: Unreadable, tokInvalid: Unreadable,
}

// Joins reports whether two tokens written without a blank between them are
// still those two tokens.
func Joins(a, b Token) bool {
	text := a.Text + b.Text
	_, first := next(text)
	if first != len(a.Text) || !utf8.ValidString(text) {
		return false
	}
	_, second := next(text[first:])
	return second == len(b.Text)
}

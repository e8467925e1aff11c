// Package parse turns the text of a .cnn file into its syntax tree. It is the only package
// that uses participle, and none of participle's messages is ever shown.
//
// Tokens come first (lexer.go), then the rule for newlines and the brackets
// (nesting.go), then each declaration by itself (declare.go), so that a mistake
// in one does not hide the next. A statement that does not parse is explained
// (mistakes.go) and blanked out, and its declaration is parsed again.
package parse

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

const (
	// MaxBytes limits the size of one file.
	MaxBytes = 1 << 20
	// MaxTokens limits the tokens of one file, not counting blanks and comments: most of
	// the cost of parsing is per token.
	MaxTokens = 100_000
	// MaxWord limits the characters of a word, since names appear in messages, tables and
	// the names of weights.
	MaxWord = 1024
	// maxReported limits the diagnostics of one file.
	maxReported = 100
	// maxErrors limits how many statements of one declaration are blanked out.
	maxErrors = 20
	// maxReparsed limits the tokens that are parsed again after errors in one file.
	maxReparsed = 100_000
)

var declaration = participle.MustBuild[ast.Decl](
	participle.Lexer(definition{}),
	participle.Elide("Comment", "Space"),
	participle.UseLookahead(0), // each choice is by the next token or a lookahead of its own
	participle.ParseTypeWith(parseExpr),
	participle.ParseTypeWith(parseCallee),
	participle.ParseTypeWith(parseLiteral),
	participle.ParseTypeWith(parsePattern),
)

// Grammar returns the grammar of everything but expressions, in EBNF.
func Grammar() string { return declaration.String() }

// File parses a file. The tree holds every declaration that could be parsed;
// the list says what is wrong with the others, in the order of the text.
func File(src *source.File) (*ast.File, diag.List) {
	file := &ast.File{Source: src}
	p := &parser{file: file}
	for _, read := range []func() *diag.Diagnostic{p.notText, p.python, p.tokenize} {
		if d := read(); d != nil {
			return file, diag.List{d}
		}
	}
	p.foreignComments()
	if p.nest(); p.tooDeep {
		return file, p.errors
	}
	p.strays()
	p.misnamed()
	slices.Sort(p.broken)
	for _, r := range p.declarations() {
		p.declaration(r)
	}
	file.Doc = p.fileDoc()
	p.errors.Sort()
	return file, p.errors
}

// tokenize splits the text into tokens, and returns the diagnostic if there are too many or one
// is too long.
func (p *parser) tokenize() *diag.Diagnostic {
	src := p.file.Source
	p.tokens = tokenize(src.Name, src.Text, MaxTokens)
	if end := p.tokens[len(p.tokens)-1].Pos.Offset; end < len(src.Text) {
		return diag.New(diag.TooLong, src.Span(end, end), "the file has more than the %d tokens allowed", MaxTokens).
			WithHelp("split it into files that import each other")
	}
	for i := range p.tokens {
		switch t := &p.tokens[i]; {
		case blank(t):
		case t.Type == tokIdent && len(t.Value) > MaxWord:
			return diag.New(diag.TooLong, spanOf(t), "this word is longer than the %d characters allowed", MaxWord).
				WithHelp("give it a shorter name")
		default:
			p.file.Tokens++
		}
	}
	return nil
}

// notText returns the diagnostic if the file is not text at all.
func (p *parser) notText() *diag.Diagnostic {
	src := p.file.Source
	if len(src.Text) > MaxBytes {
		return diag.New(diag.TooLong, src.Span(0, 0), "the file is longer than the %d bytes allowed", MaxBytes).
			WithHelp("split it into files that import each other")
	}
	zero := strings.IndexByte(src.Text, 0)
	if utf8.ValidString(src.Text) && zero < 0 {
		return nil
	}
	for i, r := range src.Text {
		_, size := utf8.DecodeRuneInString(src.Text[i:])
		if r == 0 || r == utf8.RuneError && size == 1 {
			return notUTF8(src.Span(i, i+1), src.Text[i], src.Text)
		}
	}
	panic("parse: text is neither valid nor invalid")
}

type parser struct {
	file     *ast.File
	tokens   []lexer.Token
	errors   diag.List
	tooDeep  bool  // errors holds only that
	broken   []int // offsets of the brackets without partners
	extra    []int // offsets of the closing braces that close nothing
	strange  []int // offsets of the tokens that strays reported
	reparsed int

	early      bool // what endedEarly says of all offsets up to knownUntil
	knownUntil int
}

// report adds a diagnostic, up to the limit.
func (p *parser) report(d *diag.Diagnostic) {
	if len(p.errors) < maxReported {
		p.errors.Add(d)
	}
}

// strays reports tokens that are allowed nowhere, adjacent ones together, and blanks them
// out.
func (p *parser) strays() {
	quoted := 0 // the last line with a quotation mark of another kind, reported once
	for i := 0; i < len(p.tokens); i++ {
		switch t := &p.tokens[i]; t.Type {
		case tokInvalid:
			first := i
			for p.tokens[i+1].Type == tokInvalid {
				i++
			}
			p.strange = append(p.strange, t.Pos.Offset)
			if quote := isQuote(t.Value); !quote || quoted != t.Pos.Line {
				d := strayCharacters(p.tokens[first : i+1])
				if p.report(d); quote {
					correctQuotes(d, p.tokens[first:])
					quoted = t.Pos.Line
				}
			}
			for j := first; j <= i; j++ {
				erase(&p.tokens[j])
			}
		case tokOpenString:
			p.strange = append(p.strange, t.Pos.Offset)
			p.report(diag.New(diag.OpenString, spanOf(t), "the string is not closed on its line").
				WithLabel("opened here").WithHelp("add the closing `\"`"))
		}
	}
}

// within reports whether one of the sorted offsets lies in the text of the
// tokens.
func within(offsets []int, tokens []lexer.Token) bool {
	if len(tokens) == 0 {
		return false
	}
	first, _ := slices.BinarySearch(offsets, tokens[0].Pos.Offset)
	return first < len(offsets) && offsets[first] <= tokens[len(tokens)-1].Pos.Offset
}

// parseTokens parses one declaration.
func parseTokens(tokens []lexer.Token) (decl *ast.Decl, err error) {
	last := &tokens[len(tokens)-1]
	end := last.Pos
	end.Advance(last.Value)
	all := append(append(make([]lexer.Token, 0, len(tokens)+1), tokens...), lexer.EOFToken(end))
	// Participle panics with an error of its own if an alternative of the grammar matches
	// nothing at all. That depends on the text, and is an ordinary syntax error.
	defer func() {
		if r := recover(); r != nil {
			stuck, ok := r.(participle.Error)
			if !ok {
				panic(r)
			}
			err = stuck
		}
	}()
	return declaration.ParseFromLexer(peeking(all))
}

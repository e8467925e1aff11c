// Package parse turns the text of a .cnn file into its syntax tree. It is the
// only package that knows participle, and no wording of participle's is ever
// shown.
//
// Tokens come first (lexer.go), then the rule for newlines and the brackets
// (layout.go), then each declaration by itself, so that a mistake in one does
// not hide the next. Within a declaration a statement that does not parse is
// reported, blanked and the declaration parsed again.
package parse

import (
	"errors"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

const (
	// MaxBytes limits the size of one file.
	MaxBytes = 1 << 20
	// maxErrors limits how many statements of one declaration are blanked.
	maxErrors = 20
	// maxReparsed limits the tokens parsed again after errors in one file.
	maxReparsed = 200_000
)

var declaration = participle.MustBuild[ast.Decl](
	participle.Lexer(definition{}),
	participle.Elide("Comment", "Space"),
	participle.UseLookahead(1),
	participle.ParseTypeWith(parseExpr),
	participle.ParseTypeWith(parseCallee),
	participle.ParseTypeWith(parseLiteral),
)

// Grammar returns the grammar of everything but expressions, in EBNF.
func Grammar() string { return declaration.String() }

// File parses a file. The tree holds every declaration that could be parsed;
// the list says what is wrong with the others.
func File(src *source.File) (*ast.File, diag.List) {
	file := &ast.File{Source: src}
	if len(src.Text) > MaxBytes {
		return file, diag.List{diag.New(diag.TooLong, src.Span(0, 0), "the file has %d bytes, more than the %d allowed", len(src.Text), MaxBytes).
			WithHelp("split it into files that import each other")}
	}
	p := &parser{file: file, tokens: tokenize(src.Name, src.Text)}
	p.errors = layout(src, p.tokens)
	for _, d := range p.errors {
		if d.Code == diag.TooDeep {
			return file, p.errors
		}
	}
	p.strays()
	for _, r := range p.declarations() {
		p.declaration(r)
	}
	file.Doc = p.fileDoc()
	p.errors.Sort()
	return file, p.errors
}

type parser struct {
	file     *ast.File
	tokens   []lexer.Token
	errors   diag.List
	reparsed int
}

// strays reports tokens that no grammar has a place for, and blanks them.
func (p *parser) strays() {
	for i := range p.tokens {
		t := &p.tokens[i]
		switch t.Type {
		case tokInvalid:
			p.errors.Add(diag.New(diag.StrayCharacter, spanOf(t), "the character %q means nothing here", t.Value).
				WithHelp("remove it; only names and strings may hold letters beyond ASCII, and comments anything"))
			t.Type = tokSpace
		case tokOpenString:
			p.errors.Add(diag.New(diag.OpenString, spanOf(t), "the string is not closed on its line").
				WithHelp("add the closing `\"`"))
			t.Type, t.Value = tokString, t.Value+`"`
		}
	}
}

// A run is tokens[start:end], one declaration.
type run struct{ start, end int }

// declarations cuts the tokens where a declaration starts: at block, net, import
// or let outside all brackets, or at the first three at the margin wherever the
// brackets seem to be.
func (p *parser) declarations() []run {
	var runs []run
	depth, fresh := 0, true
	cut := func(i int) {
		if n := len(runs); n > 0 {
			runs[n-1].end = i
		}
	}
	for i := range p.tokens {
		t := &p.tokens[i]
		switch {
		case t.EOF():
			cut(i)
			return runs
		case blank(t):
			continue
		case t.Type == tokNL:
			fresh = fresh || depth == 0
			continue
		case t.Type == tokKeyword && declares[t.Value] && (depth == 0 && fresh || t.Pos.Column == 1 && t.Value != "let"):
			cut(i)
			runs = append(runs, run{start: i})
			depth = 0
		case fresh && depth == 0 && closer[t.Value] == "":
			cut(i)
			p.errors.Add(notADeclaration(t))
			runs = append(runs, run{start: -1})
		case closer[t.Value] != "" && t.Type != tokString:
			depth++
		case opener[t.Value] != "" && t.Type != tokString:
			depth = max(depth-1, 0)
		}
		fresh = false
	}
	return runs
}

// declaration parses one run, and again after blanking what did not parse.
func (p *parser) declaration(r run) {
	if r.start < 0 {
		return
	}
	tokens := p.tokens[r.start:r.end]
	for n := len(tokens) - 1; n > 0 && (blank(&tokens[n]) || tokens[n].Type == tokNL); n-- {
		tokens[n].Type = tokSpace
	}
	for range maxErrors {
		decl, err := parseTokens(tokens)
		if err == nil {
			decl.Doc = p.docAbove(r.start)
			if decl.Block != nil {
				decl.Block.Doc = decl.Doc
			}
			p.file.Decls = append(p.file.Decls, decl)
			return
		}
		if p.brokenBrackets(tokens) {
			return // whatever did not parse is the brackets' fault
		}
		at := offender(tokens, err)
		p.errors.Add(explain(tokens, at, err))
		p.reparsed += len(tokens)
		if p.reparsed > maxReparsed || !blankStatement(tokens, at) {
			return
		}
	}
}

func parseTokens(tokens []lexer.Token) (decl *ast.Decl, err error) {
	last := &tokens[len(tokens)-1]
	end := last.Pos
	end.Advance(last.Value)
	all := append(append([]lexer.Token(nil), tokens...), lexer.EOFToken(end))
	lex, err := lexer.Upgrade(&replay{tokens: all}, tokSpace, tokComment)
	if err != nil {
		panic("parse: lexer: " + err.Error())
	}
	return declaration.ParseFromLexer(lex)
}

func (p *parser) brokenBrackets(tokens []lexer.Token) bool {
	first, last := tokens[0].Pos.Offset, tokens[len(tokens)-1].Pos.Offset
	for _, d := range p.errors {
		if at := d.Span.Start.Offset; d.Code == diag.Bracket && first <= at && at <= last {
			return true
		}
	}
	return false
}

// offender returns the index of the token that an error complains about,
// len(tokens) for the end.
func offender(tokens []lexer.Token, err error) int {
	var pos lexer.Position
	var expect *expectError
	var deep *deepError
	var parse participle.Error
	switch {
	case errors.As(err, &expect):
		pos = expect.token.Pos
	case errors.As(err, &deep):
		pos = lexer.Position(deep.span.Start)
	case errors.As(err, &parse):
		pos = parse.Position()
	default:
		panic("parse: error without a place: " + err.Error())
	}
	for i := range tokens {
		if t := &tokens[i]; !blank(t) && t.Pos.Offset+len(t.Value) > pos.Offset {
			return i
		}
	}
	return len(tokens)
}

// blankStatement turns the statement around tokens[at] into blanks. It reports
// false where there is none, because the mistake is in the declaration's head.
func blankStatement(tokens []lexer.Token, at int) bool {
	start, depth := at, 0
back:
	for start > 0 {
		t := &tokens[start-1]
		switch {
		case t.Type == tokString:
		case opener[t.Value] != "":
			depth++
		case closer[t.Value] != "" && depth > 0:
			depth--
		case t.Value == "{" || t.Value == "|" && depth == 0:
			break back
		case t.Type == tokNL && depth == 0 && start != at:
			break back
		}
		start--
	}
	if start == 0 {
		return false
	}
	end, depth := at, 0
forward:
	for end < len(tokens) {
		t := &tokens[end]
		switch {
		case t.Type == tokString:
		case closer[t.Value] != "":
			depth++
		case t.Value == "}" && depth == 0:
			break forward
		case opener[t.Value] != "":
			depth = max(depth-1, 0)
		case depth == 0 && (t.Type == tokNL || t.Value == "|"):
			break forward
		}
		end++
	}
	if end < len(tokens) && tokens[end].Type == tokNL {
		end++ // two newlines in a row are one statement too many for the grammar
	}
	changed := false
	for i := start; i < end; i++ {
		changed = changed || !blank(&tokens[i])
		tokens[i].Type = tokSpace
	}
	return changed
}

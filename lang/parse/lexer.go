package parse

import (
	"io"

	"github.com/alecthomas/participle/v2/lexer"
)

// rules are tried in order at every place of the text. The last matches any
// rune, so that lexing never fails and a stray character is an error in one
// place instead of the end of parsing.
var rules = lexer.MustSimple([]lexer.SimpleRule{
	{Name: "Comment", Pattern: `#[^\n]*`},
	{Name: "Space", Pattern: `[ \t\r]+`},
	{Name: "NL", Pattern: `[\n;]`},
	{Name: "Dims", Pattern: `[0-9]+x[0-9]+(x[0-9]+)?\b`},
	{Name: "Float", Pattern: `[0-9][0-9_]*\.[0-9]+([eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+`},
	{Name: "Int", Pattern: `[0-9][0-9_]*`},
	{Name: "String", Pattern: `"(\\.|[^"\\\n])*"`},
	{Name: "OpenString", Pattern: `"(\\.|[^"\\\n])*`},
	{Name: "Ident", Pattern: `[A-Za-z_][A-Za-z0-9_]*`},
	{Name: "Op", Pattern: `->|==|!=|<=|>=|//|\*\*|[-+*/%<>=(){}\[\],:|@.]`},
	{Name: "Invalid", Pattern: `.`},
	// Never matched in the text: layout gives these types to identifiers that
	// are reserved, and to the repeat that starts branches of a combinator.
	{Name: "Keyword", Pattern: `\x00`},
	{Name: "BranchRepeat", Pattern: `\x00`},
})

var (
	symbols       = rules.Symbols()
	tokComment    = symbols["Comment"]
	tokSpace      = symbols["Space"]
	tokNL         = symbols["NL"]
	tokIdent      = symbols["Ident"]
	tokString     = symbols["String"]
	tokOpenString = symbols["OpenString"]
	tokInvalid    = symbols["Invalid"]
	tokDims       = symbols["Dims"]
	tokFloat      = symbols["Float"]
	tokInt        = symbols["Int"]
	tokKeyword    = symbols["Keyword"]
	tokBranch     = symbols["BranchRepeat"]
)

// Keywords are the reserved words.
var Keywords = []string{
	"block", "net", "import", "let", "if", "then", "else", "repeat", "of", "in",
	"stage", "side", "meta", "names", "expect", "where", "as", "is", "and", "or",
	"not", "true", "false",
}

var isKeyword = func() map[string]bool {
	m := map[string]bool{}
	for _, k := range Keywords {
		m[k] = true
	}
	return m
}()

// tokenize splits the text into tokens, blanks and comments included, each with
// its place.
func tokenize(name, text string) []lexer.Token {
	l, err := rules.LexString(name, text)
	if err != nil {
		panic("parse: lexer: " + err.Error())
	}
	tokens, err := lexer.ConsumeAll(l)
	if err != nil {
		panic("parse: lexer: " + err.Error())
	}
	for i := range tokens {
		if t := &tokens[i]; t.Type == tokIdent && isKeyword[t.Value] {
			t.Type = tokKeyword
		}
	}
	return tokens
}

// blank reports whether the parser passes over the token.
func blank(t *lexer.Token) bool { return t.Type == tokSpace || t.Type == tokComment }

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

// definition tells participle the names of the token types; the text itself
// always comes through tokenize and replay.
type definition struct{}

func (definition) Symbols() map[string]lexer.TokenType { return symbols }

func (definition) Lex(name string, r io.Reader) (lexer.Lexer, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return &replay{tokens: tokenize(name, string(text))}, nil
}

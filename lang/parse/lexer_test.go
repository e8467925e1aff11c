package parse

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/source"
)

// The token rules once more as regular expressions, tried in order.
var expressions = []struct {
	kind    lexer.TokenType
	pattern *regexp.Regexp
}{
	{tokComment, regexp.MustCompile(`^#[^\n]*`)},
	{tokSpace, regexp.MustCompile(`^[ \t\r]+`)},
	{tokNL, regexp.MustCompile(`^[\n;]`)},
	{tokDims, regexp.MustCompile(`^[0-9]+x[0-9]+(x[0-9]+)?\b`)},
	{tokFloat, regexp.MustCompile(`^([0-9][0-9_]*\.[0-9]+([eE][-+]?[0-9]+|[KMGT](iB)?\b)?|[0-9]+[eE][-+]?[0-9]+)`)},
	{tokInt, regexp.MustCompile(`^[0-9][0-9_]*([KMGT](iB)?\b)?`)},
	{tokString, regexp.MustCompile(`^"(\\.|[^"\\\n])*"`)},
	{tokOpenString, regexp.MustCompile(`^"(\\.|[^"\n])*`)},
	{tokIdent, regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*`)},
	{tokOp, regexp.MustCompile(`^(\.\.\.|->|==|!=|<=|>=|//|\*\*|[-+*/%<>=(){}\[\],:|@.])`)},
	{tokInvalid, regexp.MustCompile(`^.`)},
}

func TestLexerAgainstRegularExpressions(t *testing.T) {
	pieces := []string{"0", "1", "3x3", "x", "1_0", ".", "...", "e", "E", "M", "KiB", "i", "+", "-", "1e5", "\"", "\\", "\n", "a", "_", "->", "=", "!", "/", "*", "<", "§", "京", " ", "\t", "#", "{", "}", ";", "|", "@", "repeat"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var b strings.Builder
		for range 1 + random.IntN(8) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		text := b.String()
		compareTokens(t, text)
	}
}

// compareTokens compares the lexer with the regular expressions, and its tokens with the
// text.
func compareTokens(t *testing.T, text string) {
	t.Helper()
	rest := text
	for _, token := range tokenize("a", text, len(text)) {
		if token.EOF() {
			break
		}
		for _, e := range expressions {
			if want := e.pattern.FindString(rest); want != "" {
				kind := e.kind
				if kind == tokIdent && isKeyword[want] {
					kind = tokKeyword
				}
				if token.Value != want || token.Type != kind {
					t.Fatalf("%q at %q: got %q of type %d, want %q of type %d", text, rest, token.Value, token.Type, want, kind)
				}
				break
			}
		}
		rest = rest[len(token.Value):]
	}
	if rest != "" {
		t.Fatalf("%q: the tokens end before %q", text, rest)
	}
}

func FuzzLex(f *testing.F) {
	f.Add("net a [N, 3, H = 8, W = 8] -> [N, _] { \"b{1}\": conv(3x3, 1e-5) }")
	f.Add("0x1x2x3 1_0.5e+3 -> ** // == != <= >= @t | # comment")
	f.Fuzz(func(t *testing.T, text string) {
		// File accepts no other text; a byte order mark at the start is a blank.
		if len(text) > 1<<9 || !utf8.ValidString(text) || strings.ContainsRune(text, 0) || strings.HasPrefix(text, source.ByteOrderMark) {
			return
		}
		compareTokens(t, text)
	})
}

func TestTokensJoinedAreTheText(t *testing.T) {
	for _, src := range shipped(t) {
		var b strings.Builder
		for _, token := range tokenize(src.Name, src.Text, MaxTokens) {
			if pos := src.Pos(token.Pos.Offset); token.Pos != lexer.Position(pos) {
				t.Fatalf("%s: %q: got place %v, want %v", src.Name, token.Value, token.Pos, pos)
			}
			b.WriteString(token.Value)
		}
		if b.String() != src.Text {
			t.Errorf("%s: the tokens are not the text", src.Name)
		}
	}
}

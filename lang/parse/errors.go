package parse

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/alecthomas/participle/v2/lexer"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// What an expression can lack.
const (
	wantValue = "a value"
	wantName  = "a name"
	wantInner = "a value between `{` and `}` in a string"
	// wantCapture is said of the left side of a row of `names`.
	wantCapture = "a name alone in these braces"
	wantBrace   = "`}` after the expression in a string"
)

// An expectError is a token where an expression needs another one.
type expectError struct {
	token lexer.Token
	want  string
}

func (e *expectError) Error() string { return "expected " + e.want }

// A deepError is an expression nested beyond MaxDepth without brackets, or of
// more than maxOperators.
type deepError struct{ span source.Span }

func (e *deepError) Error() string { return "nested too deep" }

func notUTF8(span source.Span, b byte, text string) *diag.Diagnostic {
	d := diag.New(diag.StrayCharacter, span, "the file is not UTF-8 text: byte 0x%02X", b)
	switch {
	case strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff"):
		return d.WithHelp("it looks like UTF-16; save it as UTF-8")
	case strings.IndexByte(text, 0) >= 0: // weights, a picture, a program
		return d.WithHelp("text has no zero bytes; is this a .cnn file?")
	}
	return d.WithHelp("save the file as UTF-8")
}

// plainly is what to write in place of a foreign character; quotation marks go in pairs.
var plainly = map[rune]string{
	'×': "x", '…': "...", '→': "->", '⇒': "->", '⟶': "->", '≠': "!=", '≤': "<=", '≥': ">=", '·': "*", '−': "-", '–': "-", '\u00a0': " ", '\u200b': "",
	'\ufeff': "", '\u3000': " ", '、': ",", '。': ".",
}

// plain is a text in characters of the language, if each character has a counterpart.
func plain(text string) (meant string, ok bool) {
	switch text {
	case "&", "&&":
		return " and ", true
	case "!":
		return " not ", true
	}
	for _, r := range text {
		p, known := plainly[r]
		switch {
		case known:
			meant += p
		case '\uFF01' <= r && r <= '\uFF5E' && !isQuote(string(r-wide)):
			meant += string(r - wide)
		default:
			return "", false
		}
	}
	return meant, true
}

// correctQuotes corrects all foreign quotation marks on a line.
func correctQuotes(d *diag.Diagnostic, tokens []lexer.Token) {
	var edits []diag.Edit
	for i := range tokens {
		t := &tokens[i]
		switch {
		case t.Value == "\n" || t.EOF():
			if len(edits)%2 == 0 && len(edits) > 0 {
				d.Correct("write `\"` around strings", edits...)
			}
			return
		case t.Type == tokString || t.Type == tokOpenString:
			return // both kinds on one line: it is not clear which are meant
		case t.Type == tokInvalid && isQuote(t.Value):
			edits = append(edits, diag.Edit{Span: spanOf(t), Text: `"`})
		}
	}
}

// tooEarly is for a brace that closes what a later one was meant to close.
func tooEarly(t, surplus *lexer.Token) *diag.Diagnostic {
	return diag.New(diag.Bracket, spanOf(t), "one `}` too many").
		WithLabel("this closes a body that goes on").At(spanOf(surplus), "so this one closes nothing").
		WithHelp("remove one of them, or add the `{` it belongs to")
}

// instead is what to write for a foreign character.
var instead = map[string]string{
	"&": "`and`", "&&": "`and`", "!": "`not`", "^": "`**` for a power", "×": "`x` without spaces: `3x3`",
	"'": "`\"` around strings", "“": "`\"` around strings", "”": "`\"` around strings", "‘": "`\"` around strings",
	"’": "`\"` around strings",
	"?": "`if condition then this else that` to choose a value", "$": "the name alone", "~": "`not`",
	"…": "`...`", "→": "`->`", "⇒": "`->`", "⟶": "`->`", "≠": "`!=`", "≤": "`<=`", "≥": "`>=`", "·": "`*`", "−": "`-`", "–": "`-`", "\u00a0": "an ordinary space",
	"\u3000": "an ordinary space", "、": "`,`", "。": "`.`",
}

// isQuote reports whether a character is a foreign quotation mark.
func isQuote(text string) bool { return strings.Contains(instead[text], "around strings") }

// wide is how far the wide forms of ASCII characters are from those: （ from (.
const wide = '（' - '('

func strayCharacters(tokens []lexer.Token) *diag.Diagnostic {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.Value)
	}
	text, what := b.String(), "character `%s` is"
	last := tokens[len(tokens)-1]
	span := source.Span{Start: source.Pos(tokens[0].Pos), End: spanOf(&last).End}
	shown := text
	runes := []rune(text)
	switch {
	case len(runes) > 20:
		what, shown = "characters `%s` are", string(runes[:20])+"…"
	case len(runes) > 1:
		what = "characters `%s` are"
	case unicode.IsSpace(runes[0]) || !unicode.IsGraphic(runes[0]): // invisible
		shown = fmt.Sprintf("U+%04X", runes[0])
	}
	d := diag.New(diag.StrayCharacter, span, "the "+what+" not allowed here", shown)
	if meant, ok := plain(text); ok {
		if d.Write(meant); meant == "" {
			return d.WithHelp("it is invisible; delete it")
		}
	}
	if write := instead[text]; write != "" {
		return d.WithHelp("write %s", write)
	}
	if narrow := string(runes[0] - wide); len(runes) == 1 && '\uFF01' <= runes[0] && runes[0] <= '\uFF5E' {
		return d.WithHelp("write the ASCII `%s`", narrow)
	}
	return d.WithHelp("remove it; letters beyond ASCII are allowed only in comments and strings")
}

// describe names a token for a message.
func describe(t lexer.Token) string {
	switch {
	case t.EOF():
		return "the end of the declaration"
	case t.Type == tokNL && t.Value == "\n":
		return "the end of the line"
	case t.Type == tokKeyword || t.Type == tokBranch:
		return fmt.Sprintf("the word `%s`", t.Value)
	case t.Type == tokString:
		return "the string " + t.Value
	}
	return "`" + t.Value + "`"
}

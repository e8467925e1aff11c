package parse

import (
	"strings"
	"testing"

	"cnnlang/lang/ast"
	"cnnlang/lang/langtest"
	"cnnlang/lang/source"
)

// shape returns the text with its significant newlines as ⏎, everything blank
// left out.
func shape(text string) string {
	p := &parser{file: &ast.File{Source: source.NewFile("a.cnn", text)}, tokens: tokenize("a.cnn", text, MaxTokens)}
	p.nest()
	var words []string
	for i := range p.tokens {
		switch t := &p.tokens[i]; {
		case t.Type == tokNL:
			words = append(words, "⏎")
		case t.Type == tokBranch:
			words = append(words, "REPEAT")
		case !blank(t) && !t.EOF():
			words = append(words, t.Value)
		}
	}
	return strings.Join(words, " ")
}

func TestNewlines(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"end a statement", "a\nb", "a ⏎ b"},
		{"and so does a semicolon", "a;b", "a ⏎ b"},
		{"several are one", "a\n\n;\n b", "a ⏎ b"},
		{"across comments too", "a # x\n# y\n\nb", "a ⏎ b"},
		{"none at the start", "\n\na", "a"},
		{"blank inside parentheses", "f(1,\n 2\n)\nb", "f ( 1 , 2 ) ⏎ b"},
		{"blank inside square brackets", "[1\n,\n2]\nb", "[ 1 , 2 ] ⏎ b"},
		{"braces inside switch them on again", "(a {\nb\nc\n}\n)", "( a { b ⏎ c ⏎ } )"},
		{"blank after an arrow", "a ->\n\n b", "a -> b"},
		{"after an arrow and a comment", "a -> # x\n b", "a -> b"},
		{"blank after a brace", "{\na", "{ a"},
		{"not before a brace", "a\n{", "a ⏎ {"},
		{"nor before its end", "{ a\n}", "{ a ⏎ }"},
		{"blank after a bar", "|\na", "| a"},
		{"not before a bar in braces", "{a\n| b", "{ a ⏎ | b"},
		{"blank before a bar in a head", "a\n\n| b", "a | b"},
		{"blank before repeat in a head", "a # x\nrepeat n | b", "a REPEAT n | b"},
		{"not before repeat in braces", "{a\nrepeat n | b", "{ a ⏎ REPEAT n | b"},
		{"blank after a comma", "a,\nb", "a , b"},
		{"blank after an equals sign", "a =\nb", "a = b"},
		{"not after a comparison", "a ==\nb", "a == ⏎ b"},
		{"blank before an arrow", "a\n\n-> b", "a -> b"},
		{"before an arrow behind a comment", "a\n# x\n-> b", "a -> b"},
		{"blank before as", "a\nas b", "a as b"},
		{"blank before is", "a\nis b", "a is b"},
		{"blank before else", "{ a }\nelse {", "{ a } else {"},
		{"blank before where", "a\nwhere b", "a where b"},
		{"not before a word that starts so", "a\nasset", "a ⏎ asset"},
		{"not before and", "a\nand b", "a ⏎ and b"},
		{"carriage returns are blanks", "a\r\nb\r\n", "a ⏎ b ⏎"},
	} {
		if got := shape(test.text); got != test.want {
			t.Errorf("%s: %q: got %q, want %q", test.name, test.text, got, test.want)
		}
	}
}

func TestRepeatBeforeABranch(t *testing.T) {
	for _, test := range []struct {
		text string
		want bool
	}{
		{"repeat 3 | a", true},
		{"repeat n | a", true},
		{"repeat i of n - 1 | a", true},
		{"repeat i, x in [1, 2] | a", true},
		{"repeat len([1,\n2]) | a", true},
		{"repeat if a then 2 else 3 | a", true},
		{"repeat a[0] | a", true},
		{"repeat 3 a | b", false},
		{"repeat n a | b", false},
		{"repeat f(1) a | b", false},
		{"repeat a[0] b | c", false},
		{"repeat 3 @a | b", false},
		{"repeat 3 \"a\": b | c", false},
		{"repeat 3 { a } | b", false},
		{"repeat 3\n| b", false},
		{"{ repeat 3 } | b", false},
		{"(repeat 3) | b", false},
		{"repeat 3 -> a | b", false},
		{"repeat", false},
	} {
		if got := strings.Contains(shape(test.text), "REPEAT"); got != test.want {
			t.Errorf("%q: a branch: got %t, want %t", test.text, got, test.want)
		}
	}
}

// Whole networks from the design of the language.
func TestListingsParse(t *testing.T) {
	for _, c := range langtest.Chunks(t, "testdata/listings.cnn") {
		src := source.NewFile(c.Name(), c.Text)
		file, list := File(src)
		if len(list) > 0 {
			t.Errorf("%s", render(list, src))
		}
		if len(file.Decls) == 0 {
			t.Errorf("%s: no declarations", c.Name())
		}
	}
}

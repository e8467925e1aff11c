package parse

import (
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/langtest"
	"cnnlang/lang/source"
)

// much is a number whose tenth is half the tokens that a file may have.
const much = 5 * MaxTokens

func upTo(text string) string { return strings.Repeat(text, MaxBytes/len(text)-10) }

// Each of these is about as long as a file may be and must be refused, or
// parsed, in bounded time and memory.
func TestHostileFiles(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       diag.Code // of the first diagnostic, "" for none
	}{
		{"brackets beyond any limit", strings.Repeat("(", much), diag.TooLong},
		{"brackets within the limit of words", strings.Repeat("(", much/10), diag.TooDeep},
		{"not", "let a = " + upTo("not "), diag.TooLong},
		{"fewer not", "let a = " + strings.Repeat("not ", much/10), diag.TooDeep},
		{"minus", "let a = " + strings.Repeat("-", much/10), diag.TooDeep},
		{"repeat", "net a { " + strings.Repeat("repeat 3 ", much/20), diag.TooDeep},
		{"if then", "let a = " + strings.Repeat("if a then ", much/20), diag.TooDeep},
		{"power", "let a = " + strings.Repeat("a**", much/20) + "a", diag.TooDeep},
		{"sum", "let a = " + strings.Repeat("a+", much/20) + "a", diag.TooDeep},
		{"else if", "net a { if a { } " + strings.Repeat("else if a { } ", much/40) + "}", diag.TooDeep},
		{"index", "let a = a" + strings.Repeat("[0]", much/20), diag.TooDeep},
		{"stray characters", upTo("§"), diag.TooLong},
		{"stray characters apart", strings.Repeat("§ ", much/10), diag.StrayCharacter},
		{"closing brackets", strings.Repeat("}", much/10), diag.Bracket},
		{"mismatched brackets", strings.Repeat("(]", much/20), diag.Bracket},
		{"unclosed brackets at the margin", strings.Repeat("net a {\n", much/20), diag.Bracket},
		{"newlines before an arrow", "net a { relu" + strings.Repeat("\n", much/10) + "-> relu }", ""},
		{"comments before an arrow", "net a { relu" + strings.Repeat("\n#", much/10) + "\n-> relu }", ""},
		{"repeats in brackets on one line", "net a { " + strings.Repeat("[repeat 3]", much/100), diag.Bracket},
		{"brackets on one line", "let a = [" + strings.Repeat("[1],", much/50) + "]", ""},
		{"interpolations", `let a = "` + strings.Repeat("{a}", much/10) + `"`, ""},
		{"a long interpolation", `let a = "{` + strings.Repeat("a,", much/10) + `}"`, diag.Syntax},
		{"statements at the top", strings.Repeat("a\n", much/20), diag.Syntax},
		{"misspelt words at the top", strings.Repeat("blok\n", much/20), diag.Syntax},
		{"misspelt words before a brace", strings.Repeat("blok\n", much/20) + "}", diag.Bracket},
		{"wrong statements", "net a {\n" + strings.Repeat("relu relu\n", much/40) + "}", diag.MissingArrow},
		{"wrong declarations", strings.Repeat("let a = \n1 1\n", much/40), diag.Syntax},
		{"open strings", strings.Repeat("\"\n", much/20), diag.OpenString},
		{"one long comment", "#" + upTo("x"), ""},
		{"comments that do not end", strings.Repeat("/*", much/20), diag.Syntax},
		{"lines of comments that do not end", strings.Repeat("/*\n", much/20), diag.Syntax},
		{"bars in no combinator", "net a { relu" + strings.Repeat(" | relu", much/20) + "}", diag.Syntax},
		{"lines of bars in no combinator", "net a { relu" + strings.Repeat("\n | relu", much/20) + "}", diag.Syntax},
		{"bodies without braces", strings.Repeat("net a [N]->[N]\nrelu\n", much/80), diag.Syntax},
		{"one long line of blanks", upTo(" "), ""},
		{"one long name", "let " + upTo("x") + " = 1", diag.TooLong},
		{"a name as long as allowed", "let " + strings.Repeat("x", MaxWord) + " = 1", ""},
		{"one long string", "let a = \"" + upTo("\\\"") + "\"", ""},
		{"statements", "net a {\n" + strings.Repeat("relu\n", much/20) + "}", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			src := source.NewFile("a.cnn", test.text)
			_, list := File(src)
			runtime.ReadMemStats(&after)
			if allocated := (after.TotalAlloc - before.TotalAlloc) >> 20; allocated > 700 {
				t.Errorf("%d MiB allocated in all, want at most 700", allocated)
			}
			switch {
			case test.want == "" && len(list) > 0:
				t.Errorf("got %v, want no diagnostic", list[0])
			case test.want != "" && (len(list) == 0 || list[0].Code != test.want):
				t.Errorf("got %d diagnostics %.200v, want %s", len(list), list, test.want)
			}
			spansWithin(t, src, list)
		})
	}
}

// spansWithin fails the test if a diagnostic points outside the file.
func spansWithin(t testing.TB, src *source.File, list diag.List) {
	t.Helper()
	for _, d := range list {
		spans := []source.Span{d.Span}
		for _, l := range d.Labels {
			spans = append(spans, l.Span)
		}
		for _, s := range spans {
			if s.Start.Offset > s.End.Offset || s.Start != src.Pos(s.Start.Offset) || s.End != src.Pos(s.End.Offset) {
				t.Errorf("%v: the span from %+v to %+v does not lie in the file", d, s.Start, s.End)
			}
		}
	}
}

func TestFilesThatAreNoText(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       string // code and a part of the message or help
		line       int
	}{
		{"empty", "", "", 0},
		{"only comments", "# a\n\n# b", "", 0},
		{"byte order mark", "\uFEFF# doc\n\nnet a { relu }\n", "", 0},
		{"byte order mark before a declaration", "\uFEFFnet a { relu }\n", "", 0},
		{"byte order mark later", "net a { relu }\n\uFEFF", "E0104 is not allowed here", 2},
		{"windows line ends", "# doc\r\nnet a {\r\n  relu ->\r\n  relu\r\n}\r\n", "", 0},
		{"old line ends", "# a comment to the end\rnet a { relu }", "", 0},
		{"zero byte", "net a { relu }\n# x\x00", "E0104 not UTF-8 text: byte 0x00", 2},
		{"latin 1 in a comment", "net a { relu }\n\n# caf\xe9", "E0104 not UTF-8 text: byte 0xE9", 3},
		{"latin 1 in a string", "let a = \"caf\xe9\"", "E0104 not UTF-8 text: byte 0xE9", 1},
		{"weights", "\x89HDF\r\n\x1a\n\x00", "E0104 text has no zero bytes", 1},
		{"UTF-16", "\xff\xfen\x00e\x00t\x00", "E0104 looks like UTF-16", 1},
		{"replacement characters are text", "# \uFFFD\n", "", 0},
		{"as long as allowed", strings.Repeat("#", MaxBytes), "", 0},
		{"one byte longer", strings.Repeat("#", MaxBytes+1), "E0801 longer than the 1048576 bytes", 1},
		{"as many tokens as allowed", "let a = [" + strings.Repeat("1,", MaxTokens/2-3) + "1]", "", 0},
		{"more tokens than allowed", "let a = [" + strings.Repeat("1,", MaxTokens/2) + "1]", "E0801 100000 tokens", 1},
	} {
		src := source.NewFile("a.cnn", test.text)
		file, list := File(src)
		if test.want == "" {
			if len(list) > 0 {
				t.Errorf("%s: got %v, want no diagnostic", test.name, list)
			}
			if !strings.Contains(test.name, "old") && len(file.Decls) != strings.Count(test.text, "net a")+strings.Count(test.text, "let a") {
				t.Errorf("%s: %d declarations", test.name, len(file.Decls))
			}
			continue
		}
		code, part, _ := strings.Cut(test.want, " ")
		if len(list) != 1 || string(list[0].Code) != code || !strings.Contains(list[0].Message+list[0].Help, part) || list[0].Span.Start.Line != test.line {
			t.Errorf("%s: got %v, want %s in line %d", test.name, list, test.want, test.line)
		}
		spansWithin(t, src, list)
	}
	if file, _ := File(source.NewFile("a", "\uFEFF# doc\n\nnet a { relu }")); file.Doc != "doc" {
		t.Errorf("the comment after a byte order mark: got %q, want doc", file.Doc)
	}
}

// No message mentions the grammar or Go.
var jargon = regexp.MustCompile(`<[a-z]|expected [A-Z]|token|Ident\b|EOF|nil|0x[a-z]|%!|sub-expression|lexer|participle|branch .* accepted|\bNL\b|Stmt|Expr`)

func TestWordingAndSpans(t *testing.T) {
	for _, file := range chunkFiles {
		for _, c := range langtest.Chunks(t, file) {
			src := source.NewFile(filepath.Base(file), c.Text)
			_, list := File(src)
			spansWithin(t, src, list)
			for _, d := range list {
				for _, text := range append([]string{d.Message, d.Label, d.Help}, d.Notes...) {
					if jargon.MatchString(text) || strings.Contains(text, "\n") || strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "..") {
						t.Errorf("%s:%d: wording: %q", file, c.Line, text)
					}
				}
			}
		}
	}
}

// Every text that is cut off anywhere, or lacks any one token, gives messages of our own and
// no panic.
func TestBrokenListings(t *testing.T) {
	src := read(t, "testdata/tree/steps.cnn")
	tokens := tokenize("a.cnn", src.Text, MaxTokens)
	for i := range tokens {
		at := tokens[i].Pos.Offset
		for _, text := range []string{src.Text[:at], src.Text[:at] + src.Text[at+len(tokens[i].Value):]} {
			broken := source.NewFile("a.cnn", text)
			_, list := File(broken)
			spansWithin(t, broken, list)
			for _, d := range list {
				if jargon.MatchString(d.Message + d.Help) {
					t.Errorf("without %q at %v: wording: %v", tokens[i].Value, tokens[i].Pos, d)
				}
			}
			if len(list) > 4 {
				t.Errorf("without %q at %v: %d diagnostics for one mistake: %v", tokens[i].Value, tokens[i].Pos, len(list), list)
			}
		}
	}
}

func TestNodesLieWithinTheirParents(t *testing.T) {
	for _, src := range append(shipped(t), read(t, "testdata/tree/steps.cnn"), read(t, "testdata/tree/declarations.cnn")) {
		file, _ := File(src)
		var parents []ast.Node
		last := -1
		ast.Walk(file, func(n ast.Node) bool {
			s := n.Span()
			for len(parents) > 0 && !parents[len(parents)-1].Span().Contains(s) {
				parents = parents[:len(parents)-1]
			}
			if len(parents) == 0 && len(file.Decls) > 0 && n != ast.Node(file) {
				t.Errorf("%s:%d:%d: %T lies outside its parent", src.Name, s.Start.Line, s.Start.Column, n)
			}
			if s.Start.Offset < last {
				t.Errorf("%s:%d:%d: %T comes after what stands behind it", src.Name, s.Start.Line, s.Start.Column, n)
			}
			last = s.Start.Offset
			parents = append(parents, n)
			return true
		})
		if last < 0 {
			t.Errorf("%s: nothing walked", src.Name)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, file := range append(chunkFiles, "testdata/listings.cnn") {
		for _, c := range langtest.Chunks(f, file) {
			f.Add(c.Text)
		}
	}
	f.Add("block c(c:t)[N,C,H,W]->[N,8,H,W]{t{1x1:      c")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return
		}
		src := source.NewFile("a.cnn", text)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		file, list := File(src)
		runtime.ReadMemStats(&after)
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 64<<20 {
			t.Errorf("%d bytes allocated for %d", allocated, len(text))
		}
		spansWithin(t, src, list)
		for _, d := range list {
			if !utf8.ValidString(text) && !utf8.ValidString(d.Message) {
				t.Errorf("message is no text: %q", d.Message)
			}
		}
		ast.Walk(file, func(n ast.Node) bool {
			if s := n.Span(); s.Start.Offset > s.End.Offset || s.End.Offset > len(text) {
				t.Errorf("%T from %d to %d of %d", n, s.Start.Offset, s.End.Offset, len(text))
			}
			return true
		})
		_ = fmt.Sprint(list)
	})
}

func BenchmarkParse(b *testing.B) {
	files := shipped(b)
	size := 0
	for _, src := range files {
		size += len(src.Text)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, src := range files {
			File(src)
		}
	}
}

package format

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cnnlang/lang/ast"
	"cnnlang/lang/langtest"
	"cnnlang/lang/parse"
	"cnnlang/lang/source"
)

// check formats a text, and fails the test if a token is lost or formatting it again changes
// something.
func check(t testing.TB, text string) string {
	t.Helper()
	tokens := parse.Tokens(source.NewFile("a.cnn", text))
	if tokens == nil {
		return text
	}
	got := formatted(tokens)
	if len(got) > parse.MaxBytes {
		return got
	}
	again := parse.Tokens(source.NewFile("a.cnn", got))
	if !sameTokens(tokens, again) {
		t.Fatalf("the tokens change:\n%.1000q\n%.1000q", text, got)
	}
	if twice := formatted(again); twice != got {
		t.Fatalf("formatting twice changes the text:\n%.1000s", Diff(got, twice))
	}
	// A string without its end may end in spaces.
	open := slices.ContainsFunc(tokens, func(t parse.Token) bool { return t.Kind == parse.Unreadable })
	for i, line := range strings.Split(got, "\n") {
		if !open && strings.TrimRight(line, " \t\r") != line {
			t.Fatalf("line %d ends in blanks: %q", i+1, line)
		}
	}
	if strings.Contains(got, "\n\n\n") || strings.HasPrefix(got, "\n") || strings.HasSuffix(got, "\n\n") {
		t.Fatalf("too many blank lines: %q", got)
	}
	return got
}

// The source files of the library and the networks.
func shipped(t testing.TB) map[string]string {
	files := map[string]string{}
	for _, dir := range []string{"stdlib", "nets"} {
		names, err := filepath.Glob("../../" + dir + "/*.cnn")
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no files (%v)", dir, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files[dir+"/"+filepath.Base(name)] = string(text)
		}
	}
	return files
}

func dump(t *testing.T, text string) string {
	file, list := parse.File(source.NewFile("a.cnn", text))
	if len(list) > 0 {
		t.Fatalf("does not parse: %v", list)
	}
	var b strings.Builder
	if err := ast.Print(&b, file); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines { // without places
		lines[i], _, _ = strings.Cut(line, " @")
	}
	return strings.Join(lines, "\n")
}

func TestTheTreeStays(t *testing.T) {
	files := shipped(t)
	for _, c := range langtest.Chunks(t, "../parse/testdata/listings.cnn") {
		files[c.Name()] = c.Text
	}
	for name, text := range files {
		got := check(t, text)
		if dump(t, got) != dump(t, text) {
			t.Errorf("%s: another tree", name)
		}
		// White space that an author may have left out or added.
		flat := strings.NewReplacer("\n  ", "\n", "    ", "\t", " -> ", "->", "(64, ", "( 64,", "\n\n", "\n\n\n").Replace(text)
		if dump(t, check(t, flat)) != dump(t, text) {
			t.Errorf("%s: another tree after white space was lost", name)
		}
	}
}

func TestMessyFile(t *testing.T) {
	text, err := os.ReadFile("testdata/messy.cnn")
	if err != nil {
		t.Fatal(err)
	}
	langtest.Golden(t, "testdata/messy.txt", check(t, string(text)))
}

// Pieces of the library that were formatted by hand: the rules give the same.
func TestLaidOutByHand(t *testing.T) {
	for _, c := range langtest.Chunks(t, "testdata/canonical.cnn") {
		if got := check(t, c.Text); got != c.Text {
			t.Errorf("%s:%d:\n%s", c.File, c.Line, Diff(c.Text, got))
		}
	}
}

func TestBlanks(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"let a=1+2 *3", "let a = 1+2 * 3"},
		{"let a = b -1", "let a = b - 1"},
		{"let a = - 1 - -2**-3", "let a = -1 - -2**-3"},
		{"let a = not b  and(c)", "let a = not b and (c)"},
		{"let a = - > b", "let a = - > b"},
		{"let a = 1 . 5", "let a = 1 . 5"},
		{"let a = f(x= =y)", "let a = f(x= =y)"},
		{"let a = b * * c", "let a = b * *c"},
		{"let a = @ b", "let a = @b"},
		{"let a = f (x) [ 0 ] [1]", "let a = f(x)[0][1]"},
		{"let a = f(x=a+b, y=a + b, z=not a, k = [1, 2])", "let a = f(x=a+b, y = a + b, z = not a, k=[1, 2])"},
		{"block f(k:dims=3x3,n :list[ int ])[N,C]", "block f(k: dims = 3x3, n: list[int]) [N, C]"},
		{"block f[N,C,...]->[N, C , ... ]", "block f [N, C, ...] -> [N, C, ...]"},
		{"net n[N]->[N] where a [0]>1{}", "net n [N] -> [N] where a[0] > 1 {}"},
		{"net n{relu}", "net n { relu }"},
		{"net n { add { |id|relu } }", "net n { add { | id | relu } }"},
		{"net n { a;b ; c }", "net n { a; b; c }"},
		{"net n { \"x\" :relu }", "net n { \"x\": relu }"},
		{"0%is[]", "0 % is []"},
		{"expect a+<3\nexpect bcd+<3", "expect a +   < 3\nexpect bcd + < 3"},
		{"a§ b § c", "a§ b § c"},
		{"[[1,3,  16][6,3,§2]", "[[1, 3, 16][6, 3,§2]"},
		{"a:f(1,20,  ..,3]\nb:f(1,20,4,3)", "a: f(1, 20, .., 3]\nb: f(1, 20, 4, 3)"},
		{"a \"open", "a \"open"},
		{"\uFEFFlet a = 1\r\n\r\n\r\nlet b = 2\r\n", "let a = 1\n\nlet b = 2"},
		{"", ""},
		{"\n\n", ""},
		{"# a\t\r\n", "# a"},
		{"# b\n\n\n# c\n}", "# b\n\n# c\n}"},
		{"x =\n3", "x =\n    3"},
	} {
		if got := strings.TrimSuffix(check(t, test.text), "\n"); got != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
}

// Any tokens in any order, with and without spaces: formatting them twice is the same as
// once.
func TestRandomTokens(t *testing.T) {
	const words = "let block net expect where is as if then else not and or import meta names repeat each side stage of true " +
		"a b conv relu 0 1 3x3 2.5 \"s\" \"open + - * / // % ** == != < > <= >= = -> : ; , . @ | ( ) [ ] { } _ .. § # \t \n \n"
	pieces := []string{"is[]", "is[N]\n", "\nexpect a", "\nlet a", "\na: f(", "1+a", "2 *a", "b", "\n|", "meta{\n", "f(1,  2)", "[1,  2],\n", "[1,  2][3,§2]", ",.."}
	vocabulary := slices.Concat(strings.Split(words, " "), pieces, pieces)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var b strings.Builder
		some := make([]string, 3+random.IntN(4)) // few different ones, so that they meet
		for i := range some {
			some[i] = vocabulary[random.IntN(len(vocabulary))]
		}
		blank := random.IntN(3)
		for range 1 + random.IntN(30) {
			b.WriteString(some[random.IntN(len(some))])
			if random.IntN(3) < blank {
				b.WriteString(strings.Repeat(" ", 1+random.IntN(3)))
			}
		}
		check(t, b.String())
	}
}

func TestTextsThatStayAsTheyAre(t *testing.T) {
	for _, text := range []string{"let  a = \xff", "let  a = \x00", strings.Repeat("(", 300), strings.Repeat(" ", parse.MaxBytes+1)} {
		if got := Format(source.NewFile("a.cnn", text)); got != text {
			t.Errorf("%.20q: got %.20q, want it unchanged", text, got)
		}
	}
}

// Alignment cannot inflate a file, and takes time in proportion to its length.
func TestHostileFiles(t *testing.T) {
	long := strings.Repeat("x", 300_000)
	for name, text := range map[string]string{
		"a long line with a comment":  "net n {\n" + long + " # a\n" + strings.Repeat("a # b\n", 15_000) + "}\n",
		"a long label":                "net n {\n" + long + ": f\n" + strings.Repeat("a: f\n", 15_000) + "}\n",
		"a bracket far to the right":  "let a = " + long + "(a,\n" + strings.Repeat("b,\n", 15_000) + ")\n",
		"a long name in meta":         "net n { meta {\n" + long + " = 1\n" + strings.Repeat("a = 1\n", 15_000) + "} }\n",
		"equals signs":                "let a = f(" + strings.Repeat("a = ", 30_000) + ")\n",
		"equals signs in brackets":    "let a = f(" + strings.Repeat("a = [", 150) + strings.Repeat("1, ", 15_000) + "\n",
		"shapes":                      "net n { a " + strings.Repeat("is [N] ", 40_000) + "}\n",
		"calls in a column":           "net n {\n" + strings.Repeat("a: f( 1, 2)\n", 20_000) + "}\n",
		"rows":                        "let a = [\n" + strings.Repeat("[1,  2],\n", 15_000) + "]\n",
		"deep":                        strings.Repeat("a {\n", 199) + strings.Repeat("b\n", 15_000) + strings.Repeat("}\n", 199),
		"rows on one line":            "let a = [" + strings.Repeat("[1,  2],", 15_000) + "]\n",
		"branches in a row of braces": "net n " + strings.Repeat("{ | } ", 15_000) + "\n",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := check(t, text)
		runtime.ReadMemStats(&after)
		if allocated := (after.TotalAlloc - before.TotalAlloc) >> 20; allocated > 300 {
			t.Errorf("%s: allocated %d MiB", name, allocated)
		}
		if len(got) > 100<<20 {
			t.Errorf("%s: %d bytes become %d", name, len(text), len(got))
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, file := range []string{"../parse/testdata/steps.cnn", "../parse/testdata/declarations.cnn", "../parse/testdata/listings.cnn", "testdata/canonical.cnn"} {
		for _, c := range langtest.Chunks(f, file) {
			f.Add(c.Text)
		}
	}
	text, err := os.ReadFile("testdata/messy.cnn")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 1<<14 {
			check(t, text)
		}
	})
}

package interp_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/prove"
	"cnnlang/lang/diag"
	"cnnlang/lang/langtest"
	"cnnlang/lang/parse"
)

// checkFolder holds wrong programs, many to a file, each with the expected messages and
// their lines; and in beside/ the files that they import.
const checkFolder = "../testdata/check"

func checkFiles(t *testing.T) (names []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(checkFolder, "*.cnn"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no programs in %s (%v)", checkFolder, err)
	}
	for _, f := range found {
		name, err := filepath.Abs(f)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// check checks a text as the file my.cnn, in a folder of its own.
func check(t *testing.T, text string, opts interp.Options) (*interp.Program, diag.List) {
	t.Helper()
	if _, err := os.Stat("check_test.go"); err == nil {
		inFolder(t) // nothing is written among the sources
	}
	if err := os.WriteFile("my.cnn", []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	p, err := interp.Open("my.cnn")
	if err != nil {
		t.Fatal(err)
	}
	_, list, err := p.Check(opts)
	if err != nil {
		t.Fatal(err)
	}
	list.Sort()
	return p, list
}

// inFolder makes a folder with the files that programs import and makes it the working
// directory.
func inFolder(t *testing.T) {
	t.Helper()
	beside, err := filepath.Abs(filepath.Join(checkFolder, "beside"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(beside)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
}

var expectation = regexp.MustCompile(` *#!.*`)

// Every wrong program gets exactly the messages it expects, each on its line; a message
// about an imported file is expected on that line of the importing one. Their printed form
// is in a file next to it, to be read.
func TestWrongPrograms(t *testing.T) {
	programs, codes := 0, map[diag.Code]bool{}
	for _, file := range checkFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			inFolder(t)
			var rendered strings.Builder
			for _, c := range langtest.Chunks(t, file) {
				programs++
				p, list := check(t, expectation.ReplaceAllString(c.Text, ""), interp.Options{})
				var found []langtest.Found
				for _, d := range list {
					codes[d.Code] = true
					found = append(found, langtest.Found{Line: d.Span.Start.Line, Code: string(d.Code), Message: d.Message})
				}
				if len(found) == 0 {
					t.Errorf("%s:%d: nothing is wrong", file, c.Line)
				}
				c.Check(t, found)
				if err := diag.Fprint(&rendered, list, p.File, diag.Options{}); err != nil {
					t.Fatal(err)
				}
				rendered.WriteString("────\n")
			}
			langtest.Golden(t, strings.TrimSuffix(file, ".cnn")+".txt", rendered.String())
		})
	}
	if programs < 60 {
		t.Errorf("found only %d programs", programs)
	}
	for _, c := range diag.Pages() {
		if from := c.Code[:3]; from[0] == 'E' && from != "E01" && !codes[c.Code] && elsewhereTested[c.Code] == "" {
			t.Errorf("no program causes %s, %s", c.Code, c.Name)
		}
	}
}

// elsewhereTested are the codes that none of these programs can cause, and where they are
// tested.
var elsewhereTested = map[diag.Code]string{
	diag.Refuted:      "interp/internal/prove",
	diag.TooLong:      "TestLimitsOfText",
	diag.TooDeep:      "TestLimitsOfText",
	diag.TooManyFiles: "TestLimitsOfText",
	diag.WeightNames:  "TestPagesOfWeights",
	diag.WeightShapes: "TestPagesOfWeights",
}

// Programs that would fill megabytes as a file, described in a few bytes, are refused.
func TestLimitsOfText(t *testing.T) {
	chain := func(files int) {
		for i := range files {
			text := fmt.Sprintf("import \"./f%d.cnn\"\n", i+1)
			if err := os.WriteFile(fmt.Sprintf("f%d.cnn", i), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	head := "net n [N, 3, H = 8, W = 8] -> [N, _, H, W] { "
	for _, c := range []struct {
		name, text string
		code       diag.Code
	}{
		{"long", strings.Repeat("# nothing\n", parse.MaxBytes/10+1), diag.TooLong},
		{"brackets", head + "conv(" + strings.Repeat("(", 50_000) + " }\n", diag.TooDeep},
		{"a million brackets", head + "conv(" + strings.Repeat("(", 1_000_000) + " }\n", diag.TooLong},
		{"braces", head + strings.Repeat("{", 50_000) + "\n", diag.TooDeep},
		{"lists", head + "conv(" + strings.Repeat("[", 50_000) + "\n", diag.TooDeep},
		{"minus", head + "conv(" + strings.Repeat("-", 50_000) + "1, 1x1) }\n", diag.TooDeep},
		{"files", "import \"./f0.cnn\"\n" + head + "relu }\n", diag.TooManyFiles},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if c.code == diag.TooManyFiles {
				chain(2000)
			}
			var list diag.List
			took := allocated(func() { _, list = check(t, c.text, interp.Options{}) })
			if took > 96<<20 {
				t.Errorf("allocated %d bytes", took)
			}
			if len(list) != 1 || list[0].Code != c.code || !list[0].Code.IsLimit() {
				t.Errorf("got %.300s, want one %s", fmt.Sprint(list), c.code)
			}
		})
	}
}

// Names for the same thing are reported as what they are.
func TestChainsOfNames(t *testing.T) {
	values, presets := "let a0 = 1\n", "block a0 = conv(3)\n"
	for i := 1; i <= elab.MaxDepth; i++ {
		values += fmt.Sprintf("let a%d = a%d + 1\n", i, i-1)
		presets += fmt.Sprintf("block a%d = a%d\n", i, i-1)
	}
	head := "net n [N, 3, H = 8, W = 8] -> [N, _, H, W] { "
	for _, c := range []struct{ text, want string }{
		{values + head + "conv(a%d, 1x1) }\n", "values are made of values more than 64 deep"},
		{presets + head + "a%d(1x1) }\n", "presets are made of presets more than 64 deep"},
	} {
		_, list := check(t, fmt.Sprintf(c.text, elab.MaxDepth), interp.Options{})
		if len(list) != 1 || list[0].Code != diag.TooDeepCalls || list[0].Message != c.want {
			t.Errorf("got %v, want %q", list, c.want)
		}
		if _, list := check(t, fmt.Sprintf(c.text, elab.MaxDepth-2), interp.Options{}); list.HasErrors() {
			t.Errorf("got %v two fewer deep", list)
		}
	}
}

// A side head that does not fit is a warning at the net's own size, a note at a requested
// one, and never an error.
func TestSideHeadThatDoesNotFit(t *testing.T) {
	t.Chdir(t.TempDir())
	const text = "net n [N, 3, H = 16, W = 16] -> [N, 3, H, W] {\n  relu\n  side aux: { conv(8, 9x9) -> gap }\n}\n"
	for _, c := range []struct {
		size int
		want []diag.Severity
	}{
		{0, nil},
		{8, []diag.Severity{diag.Note}},
		{9, nil},
	} {
		var opts interp.Options
		if c.size > 0 {
			opts.Shape = []int{1, 3, c.size, c.size}
		}
		_, list := check(t, text, opts)
		var got []diag.Severity
		for _, d := range list {
			got = append(got, d.Severity)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("at size %d: got %v, want %v", c.size, list, c.want)
		}
	}
	_, list := check(t, strings.ReplaceAll(text, "16", "8"), interp.Options{})
	if len(list) != 1 || list[0].Severity != diag.Warning || list[0].Code != diag.SideDoesNotFit {
		t.Errorf("at the default size: got %v, want one warning", list)
	}
}

// An axis of a net's input may depend on those before it, on their default sizes and on
// requested ones.
func TestInputAxisFromAnother(t *testing.T) {
	t.Chdir(t.TempDir())
	const text = "net n [N, 3, H = 4, 2*H + N] -> [N, 3, H, _] { relu }\n"
	for _, c := range []struct {
		asked []int
		want  string
		code  diag.Code
	}{
		{nil, "[1, 3, 4, 9]", ""},
		{[]int{2, 3, 5, 12}, "[2, 3, 5, 12]", ""},
		{[]int{1, 3, 5, 12}, "", diag.InputMismatch},
	} {
		p, list := check(t, text, interp.Options{Shape: c.asked})
		nets, _, err := p.Check(interp.Options{Shape: c.asked})
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case c.code != "":
			if len(list) != 1 || list[0].Code != c.code {
				t.Errorf("asked for %v: got %v, want one %s", c.asked, list, c.code)
			}
		case len(list) > 0 || len(nets) != 1:
			t.Errorf("asked for %v: got %v, want none", c.asked, list)
		default:
			if got := fmt.Sprint(nets[0].Graph.Output().Shape); got != c.want {
				t.Errorf("asked for %v: got %s, want %s", c.asked, got, c.want)
			}
		}
	}
}

// TestThePreludeIsSoundByItsPath checks the library's own declarations as a file, which is
// recognised by its exact text: with one letter changed it is a user's.
func TestThePreludeIsSoundByItsPath(t *testing.T) {
	text, err := os.ReadFile("../stdlib/prelude.cnn")
	if err != nil {
		t.Fatal(err)
	}
	inFolder(t)
	if _, list := check(t, string(text), interp.Options{}); len(list) > 0 {
		t.Errorf("got %v", list)
	}
	p, _ := check(t, string(text), interp.Options{})
	verdicts, _ := p.Prove(prove.New(), "", nil)
	for _, v := range verdicts {
		if v.Block.IsPrimitive() && v.Block.Block.Body == nil {
			t.Errorf("the primitive %s is said to be proved", v.Block.Name)
		}
	}
	if _, list := check(t, string(text)+"\n# mine\n", interp.Options{}); !list.HasErrors() || list[0].Code != diag.MissingBody {
		t.Errorf("got %v, want %s", list, diag.MissingBody)
	}
}

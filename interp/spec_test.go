package interp_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cnnlang/interp"
	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/prove"
	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/ops"
)

const specFile = "../lang/spec.md"

// A fence is a block of the specification between lines of three backticks.
type fence struct {
	line int // its first line
	info []string
	text string
}

// specification reads the text and its fences.
func specification(t *testing.T) (text string, fences []fence) {
	t.Helper()
	data, err := os.ReadFile(specFile)
	if err != nil {
		t.Fatal(err)
	}
	var open *fence
	for i, line := range strings.Split(string(data), "\n") {
		rest, edge := strings.CutPrefix(line, "```")
		switch {
		case edge && open == nil:
			open = &fence{line: i + 2, info: strings.Fields(rest)}
		case edge:
			fences = append(fences, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	if open != nil {
		t.Fatalf("%s:%d: never closed", specFile, open.line-1)
	}
	return string(data), fences
}

// TestSpecExamples compiles every example of the specification: each causes the diagnostics
// that it is marked with and no others, and the nets have the tensor names listed below
// them.
func TestSpecExamples(t *testing.T) {
	_, fences := specification(t)
	folder := t.TempDir()
	var names []string // of the example before
	examples := 0
	for _, f := range fences {
		switch f.info[0] {
		case "cnn":
			examples++
			names = example(t, f, folder)
		case "weights":
			if diff := cmp.Diff(strings.Fields(f.text), names); diff != "" {
				t.Errorf("%s:%d: the tensor names (-spec +got):\n%s", specFile, f.line, diff)
			}
		case "ebnf":
		default:
			t.Errorf("%s:%d: a fence of unknown kind %q", specFile, f.line, f.info)
		}
	}
	if examples < 30 {
		t.Errorf("found only %d examples", examples)
	}
}

// example checks one example and returns the names of its tensors.
func example(t *testing.T, f fence, folder string) []string {
	t.Helper()
	name, text := "example.cnn", f.text
	var want []string
	for i := 1; i < len(f.info); i++ {
		switch word := f.info[i]; word {
		case "steps":
			text = "net example [N, 64, H = 56, W = 56] -> [N, _, _, _] where H % 2 == 0, W % 2 == 0 {\n" + text + "}\n"
		case "file":
			i++
			name = f.info[i]
		case "error", "warning":
			want = f.info[i+1:]
			i = len(f.info)
		default:
			t.Fatalf("%s:%d: what is %q?", specFile, f.line, word)
		}
	}
	file := filepath.Join(folder, name)
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	program, err := interp.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	nets, list, err := program.Check(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	verdicts, refuted := program.Prove(prove.New(), "", list)
	list.AddAll(refuted)
	list.AddAll(program.Lint(verdicts))
	got := map[string]bool{}
	for _, d := range list {
		got[string(d.Code)] = true
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("%s:%d: diagnostics (-spec +got):\n%s%v", specFile, f.line, diff, list)
	}
	if len(nets) == 0 && len(want) == 0 && name == "example.cnn" {
		t.Errorf("%s:%d: the example makes no net", specFile, f.line)
	}
	var tensors []string
	for _, n := range nets {
		for _, p := range n.Graph.Params(true) {
			tensors = append(tensors, p.Path)
		}
	}
	return tensors
}

// TestSpecGrammar compares the two listings with the parser: with the grammar that it is
// built from, and with the comment on the parser of expressions.
func TestSpecGrammar(t *testing.T) {
	_, fences := specification(t)
	spaces := func(s string) []string { return strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(s)) }
	listings := 0
	for _, f := range fences {
		if f.info[0] != "ebnf" {
			continue
		}
		listings++
		want := parse.Grammar()
		if len(f.info) > 1 {
			want = expressionGrammar(t)
		}
		if diff := cmp.Diff(spaces(want), spaces(f.text)); diff != "" {
			t.Errorf("%s:%d: the grammar (-parser +spec):\n%s", specFile, f.line, diff)
		}
	}
	if listings != 2 {
		t.Errorf("found %d grammars, want 2", listings)
	}
}

// expressionGrammar is the indented part of the comment on expressions.
func expressionGrammar(t *testing.T) string {
	source, err := os.ReadFile("../lang/parse/expr.go")
	if err != nil {
		t.Fatal(err)
	}
	var grammar strings.Builder
	for line := range strings.Lines(string(source)) {
		if rest, ok := strings.CutPrefix(line, "//\t"); ok {
			grammar.WriteString(rest)
		} else if grammar.Len() > 0 {
			break
		}
	}
	return grammar.String()
}

// TestSpecTables compares the lists and tables of the specification with those of the
// program.
func TestSpecTables(t *testing.T) {
	text, _ := specification(t)
	var codes []string
	for _, c := range diag.Pages() {
		codes = append(codes, fmt.Sprintf("%s %s", c.Code, c.Name))
	}
	limits := map[string]int{
		"bytes of a file":  parse.MaxBytes,
		"tokens of a file": parse.MaxTokens,
		"nesting of brackets and of words that nest":                 parse.MaxDepth,
		"operations of a net, iterations of a repeat":                elab.MaxNodes,
		"steps and expressions evaluated":                            elab.MaxSteps,
		"elements of a tensor, a size of one":                        ops.MaxElements,
		"blocks that call blocks, presets and values made of others": elab.MaxDepth,
	}
	for _, c := range []struct {
		section   string
		got, want []string
	}{
		{"Reserved words", quoted(section(t, text, "### Reserved words"))[:len(parse.Keywords)], parse.Keywords},
		{"Functions", heads(section(t, text, "### Functions"), "("), resolve.Functions},
		{"expect", heads(section(t, text, "### expect"), "("), append([]string{"shape"}, resolve.Facts...)},
		{"meta", heads(section(t, text, "### meta"), "("), elab.MetaKeys()},
		{"train", heads(section(t, text, "### train"), "("), resolve.TrainKeys},
		{"Forms", heads(section(t, text, "### Forms"), "("), slices.Concat(slices.Collect(maps.Values(resolve.Forms))...)},
		{"picture", heads(section(t, text, "### picture"), "("), parametersOf(t, "picture")},
		{"checkpoint", heads(section(t, text, "### checkpoint"), "("), parametersOf(t, "checkpoint")},
		{"Diagnostics", codeRows(section(t, text, "## 12 Diagnostics")), codes},
	} {
		if diff := cmp.Diff(slices.Sorted(slices.Values(c.want)), slices.Sorted(slices.Values(c.got))); diff != "" {
			t.Errorf("%s: %q (-program +spec):\n%s", specFile, c.section, diff)
		}
	}
	for _, row := range rows(section(t, text, "## 11 Limits")) {
		if want, ok := limits[row[0]]; ok && row[1] != strconv.Itoa(want) {
			t.Errorf("%s: the limit %q is %s, in the program %d", specFile, row[0], row[1], want)
		}
		delete(limits, row[0])
	}
	if len(limits) > 0 {
		t.Errorf("%s: the limits %v are not in the table", specFile, limits)
	}
}

// parametersOf are those of a declaration of the prelude.
func parametersOf(t *testing.T, name string) (list []string) {
	t.Helper()
	all, err := interp.Declarations()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		for _, p := range d.Params {
			if d.Name == name {
				list = append(list, p.Name)
			}
		}
	}
	return list
}

// section is the text from a heading to the next one of any level.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, after, ok := strings.Cut(text, "\n"+heading+"\n")
	if !ok {
		t.Fatalf("%s: no heading %q", specFile, heading)
	}
	if end := regexp.MustCompile(`(?m)^#+ `).FindStringIndex(after); end != nil {
		after = after[:end[0]]
	}
	return after
}

// quoted are the words of a text between backticks.
func quoted(text string) []string {
	var words []string
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(text, -1) {
		words = append(words, m[1])
	}
	return words
}

// rows are the cells of the table in a text, without its title.
func rows(text string) [][]string {
	var all [][]string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		all = append(all, cells)
	}
	return all[1:]
}

// heads are the quoted words in the first column, each up to stop.
func heads(text, stop string) []string {
	var words []string
	for _, row := range rows(text) {
		for _, word := range quoted(row[0]) {
			word, _, _ = strings.Cut(word, stop)
			words = append(words, word)
		}
	}
	return words
}

func codeRows(text string) []string {
	var list []string
	for _, row := range rows(text) {
		list = append(list, row[0]+" "+row[1])
	}
	return list
}

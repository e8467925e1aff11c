package interp_test

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/prove"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// docs/family.md says nothing that is not computed here: its excerpts are the
// shipped text, every `expression = value` in it and every cell of its tables is
// evaluated (family_claims_test.go), and its prose has no other numbers.

const (
	familyFile   = "../docs/family.md"
	familyFolder = "../docs/family"
)

// A familyDocument is docs/family.md cut into what is tested in different ways.
type familyDocument struct {
	text   string
	fences []familyFence
	prose  []familyLine // with tables, without fences
}

type familyLine struct {
	number  int
	text    string
	columns []string // the headings, in a row of a table
}

func (l familyLine) errorf(t *testing.T, format string, args ...any) {
	t.Helper()
	t.Errorf("%s:%d: %s", familyFile, l.number, fmt.Sprintf(format, args...))
}

type familyFence struct {
	line int
	info []string // cnn stdlib/nin.cnn
	body []string
}

func readFamily(t *testing.T) *familyDocument {
	t.Helper()
	text, err := os.ReadFile(familyFile)
	if err != nil {
		t.Fatal(err)
	}
	d := &familyDocument{text: string(text)}
	var columns []string
	open := false
	for i, line := range strings.Split(d.text, "\n") {
		info, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && !open:
			d.fences = append(d.fences, familyFence{line: i + 1, info: strings.Fields(info)})
			open = true
		case isFence:
			open = false
		case open:
			f := &d.fences[len(d.fences)-1]
			f.body = append(f.body, line)
		case !strings.HasPrefix(line, "|"):
			d.prose = append(d.prose, familyLine{i + 1, line, nil})
			columns = nil
		case columns == nil:
			columns = tableCells(line)
		case strings.Trim(line, "|-: ") != "":
			d.prose = append(d.prose, familyLine{i + 1, line, columns})
		}
	}
	if open {
		t.Fatalf("%s: a fence is not closed", familyFile)
	}
	return d
}

// Every excerpt stands line for line in the file it names.
func TestFamilyExcerpts(t *testing.T) {
	excerpts := 0
	for _, f := range readFamily(t).fences {
		if len(f.info) != 2 || f.info[0] != "cnn" {
			continue
		}
		excerpts++
		file, err := os.ReadFile(filepath.Join("..", f.info[1]))
		if err != nil {
			t.Errorf("line %d: %v", f.line, err)
			continue
		}
		if !containsLines(strings.Split(string(file), "\n"), f.body) {
			t.Errorf("line %d: %s does not have the text of this excerpt", f.line, f.info[1])
		}
	}
	if excerpts < 9 {
		t.Errorf("there are %d excerpts, fewer than architectures", excerpts)
	}
}

func containsLines(all, part []string) bool {
	for i := 0; i+len(part) <= len(all); i++ {
		if slices.Equal(all[i:i+len(part)], part) {
			return len(part) > 0
		}
	}
	return false
}

// A program that is shown because it is wrong is refused with the code it is
// marked with, in the words of the text fence behind it.
func TestFamilyRefusals(t *testing.T) {
	fences := readFamily(t).fences
	refusals := 0
	for i, f := range fences {
		switch {
		case len(f.info) == 3 && f.info[0] == "cnn" && f.info[1] == "error":
			refusals++
			said := refusal(t, f, diag.Code(f.info[2]))
			if i+1 == len(fences) || !slices.Equal(fences[i+1].info, []string{"text"}) {
				t.Errorf("line %d: no text fence shows what is said of it", f.line)
				continue
			}
			for j, line := range fences[i+1].body {
				if !slices.Contains(said, line) {
					t.Errorf("line %d: not said of the program above: %q; but:\n%s", fences[i+1].line+j+1, line, strings.Join(said, "\n"))
				}
			}
		case len(f.info) == 2 && f.info[0] == "cnn", slices.Equal(f.info, []string{"text"}), slices.Equal(f.info, []string{"console"}):
		default:
			t.Errorf("line %d: a fence %q is held to nothing", f.line, f.info)
		}
	}
	if refusals == 0 {
		t.Error("no program is shown to be refused")
	}
}

// refusal checks a program and returns the lines of its only error.
func refusal(t *testing.T, f familyFence, code diag.Code) []string {
	t.Helper()
	p, err := interp.Open("-", strings.NewReader(strings.Join(f.body, "\n")+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, err := p.Check("", elab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Code != code {
		t.Fatalf("line %d: got %v, want only %s", f.line, list, code)
	}
	var text bytes.Buffer
	files := func(string) *source.File { return p.Main.File.Source }
	if err := diag.Fprint(&text, list, files, diag.Options{}); err != nil {
		t.Fatal(err)
	}
	return strings.Split(text.String(), "\n")
}

// Every example file checks without a word, no signature in it is refuted, every
// net that can be run states a fact, and the text leads to it.
func TestFamilyFiles(t *testing.T) {
	text := readFamily(t).text
	files, err := filepath.Glob(familyFolder + "/*.cnn")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", familyFolder, err)
	}
	for _, file := range files {
		p, err := interp.Open(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		nets, list, err := p.Check("", elab.Options{})
		if err != nil || len(list) > 0 || len(nets) == 0 {
			t.Errorf("%s: %d nets, %v, %v", file, len(nets), list, err)
		}
		if verdicts, refuted := p.Prove(prove.New(), "", list); len(verdicts) == 0 || len(refuted) > 0 {
			t.Errorf("%s: %d verdicts, %v", file, len(verdicts), refuted)
		}
		for _, n := range nets {
			o, _ := p.Main.Lookup(n.Name)
			span := o.Block.Span()
			if !strings.Contains(p.Main.File.Source.Text[span.Start.Offset:span.End.Offset], "expect ") {
				t.Errorf("%s: net %s states no fact", file, n.Name)
			}
		}
		if name := "family/" + path.Base(filepath.ToSlash(file)); !strings.Contains(text, "]("+name+")") {
			t.Errorf("%s does not lead to %s", familyFile, name)
		}
	}
}

// The prose has no number of its own but those of names, windows, sections and
// years, and a formula or a paper in it is one that a shipped file has.
func TestFamilyProse(t *testing.T) {
	shipped := shippedText(t)
	for _, line := range readFamily(t).prose {
		if strings.Count(line.text, "`")%2 != 0 {
			line.errorf(t, "a code span goes over the end of the line")
		}
		for _, span := range codeSpan.FindAllString(line.text, -1) {
			quoted := strings.Trim(span, "`")
			formula := strings.Contains(quoted, "*") && number.MatchString(quoted) && !strings.Contains(quoted, " = ")
			if formula && line.columns == nil && !strings.Contains(shipped, quoted) {
				line.errorf(t, "no shipped file has %s", span)
			}
		}
		for _, paper := range paperID.FindAllString(line.text, -1) {
			if !strings.Contains(shipped, "arXiv:"+paper) {
				line.errorf(t, "no shipped file is of the paper %s", paper)
			}
		}
		if loose := looseNumber(line.uncomputed()); loose != "" {
			line.errorf(t, "nothing computes %q", loose)
		}
	}
}

// uncomputed is the line without the cells that its table computes.
func (l familyLine) uncomputed() string {
	if l.columns == nil {
		return l.text
	}
	var text []string
	for i, cell := range tableCells(l.text) {
		if i >= len(l.columns) || !strings.Contains(l.columns[i], "·") {
			text = append(text, cell)
		}
	}
	return strings.Join(text, " | ")
}

func shippedText(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range []string{familyFolder, "../stdlib", "../nets"} {
		files, err := filepath.Glob(folder + "/*.cnn")
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", folder, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
	}
	return all.String()
}

var (
	// codeSpan is what claims are made in, and where names of the language stand.
	codeSpan = regexp.MustCompile("`[^`]*`")
	// notANumber is a code span that does more than hide a number.
	notANumber = regexp.MustCompile("`[^`]*[^`0-9,.][^`]*`")
	// innocent are the numbers that claim nothing of a network: link targets,
	// names (ResNet-50, v3, module 4a), windows up to 7x7, places in papers, years.
	innocent = regexp.MustCompile(strings.Join([]string{
		`\]\([^)]*\)`, `arXiv:\d{4}\.\d{4,5}`, `\b(19|20)\d\d\b`, `\b(ResNet|ResNeXt|DenseNet|VGG)-?\d+`,
		`\bv[1-4]\b`, `\b[345][a-e]\b`, `\b[1357]x[1357]\b`, `\b([Ss]ections?|[Ff]igures?|Tables?) \d+(\.\d+)?[a-d]?`,
	}, "|"))
	number  = regexp.MustCompile(`\d[\d,.]*`)
	paperID = regexp.MustCompile(`\b\d{4}\.\d{4,5}\b`)
)

func looseNumber(line string) string {
	return number.FindString(innocent.ReplaceAllString(notANumber.ReplaceAllString(line, ""), ""))
}

func TestFamilyLooseNumber(t *testing.T) {
	for line, want := range map[string]string{
		"ResNet-50 (section 3.1, figure 5) of 2015, a 3x3, v3": "",
		"as `params(wide) = 589,824` says":                     "",
		"it has 589,824 weights":                               "589,824",
		"it has `589,824` weights":                             "589,824",
		"35x35 maps":                                           "35",
		"nearly 90 percent":                                    "90",
		"it came in 2015 and has 2,015":                        "2,015",
	} {
		if got := looseNumber(line); got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}

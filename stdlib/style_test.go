package stdlib_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"cnnlang/lang/ast"
	"cnnlang/lang/parse"
	"cnnlang/lang/source"
)

// STYLE.md says how .cnn is written. These tests hold every file that we ship,
// those of the documentation too, to the lines of it that are marked ✓.

// A cnnFile is one shipped file.
type cnnFile struct {
	*ast.File
	folder string // stdlib, nets or docs/family
	lines  []string
}

func shipped(t *testing.T) []cnnFile {
	t.Helper()
	var files []cnnFile
	for _, folder := range []string{"stdlib", "nets", "docs/family"} {
		names, err := filepath.Glob(filepath.Join("..", folder, "*.cnn"))
		if err != nil || len(names) == 0 {
			t.Fatalf("no files in %s: %v", folder, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, read(t, folder, filepath.Base(name), string(text)))
		}
	}
	return files
}

func read(t *testing.T, folder, name, text string) cnnFile {
	t.Helper()
	file, list := parse.File(source.NewFile(folder+"/"+name, text))
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	return cnnFile{file, folder, strings.Split(text, "\n")}
}

// A rule finds what breaks one line of STYLE.md.
type rule struct {
	name  string
	check func(f cnnFile, fault func(line int, format string, args ...any))
}

var rules = []rule{
	{"text", textRule},
	{"first comment", firstCommentRule},
	{"order", orderRule},
	{"block comment", blockCommentRule},
	{"signature", signatureRule},
	{"labels", labelsRule},
	{"bars", barsRule},
	{"alignment", alignmentRule},
	{"meta", metaRule},
	{"expect", expectRule},
}

func TestStyle(t *testing.T) {
	files := shipped(t)
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, f := range files {
				for _, fault := range faults(f, r) {
					t.Error(fault)
				}
			}
		})
	}
}

func faults(f cnnFile, r rule) (list []string) {
	r.check(f, func(line int, format string, args ...any) {
		list = append(list, fmt.Sprintf("%s:%d: %s", f.Source.Name, line, fmt.Sprintf(format, args...)))
	})
	return list
}

const (
	maxColumns        = 100
	maxCommentColumns = 84 // of a comment on a line of its own
)

// textRule: UTF-8, no tabs, two spaces, no blanks at line ends, at most 100
// columns, comments of their own 84. Lines that go on inside brackets stand under
// what they continue.
func textRule(f cnnFile, fault func(int, string, ...any)) {
	if !utf8.ValidString(f.Source.Text) || !strings.HasSuffix(f.Source.Text, "\n") || strings.HasSuffix(f.Source.Text, "\n\n") {
		fault(len(f.lines), "the file is no UTF-8, or does not end in one line end")
	}
	depth, ports := 0, 0
	for i, line := range f.lines {
		code := strings.TrimLeft(line, " ")
		if strings.HasPrefix(code, "-> ") { // further values of a signature stand under the first
			ports = len(line) - len(code) + len("-> ")
		}
		limit := maxColumns
		if strings.HasPrefix(code, "#") {
			limit = maxCommentColumns
		}
		switch {
		case strings.ContainsAny(line, "\t\r"):
			fault(i+1, "a tab or a carriage return")
		case strings.TrimRight(line, " ") != line:
			fault(i+1, "blanks at the end")
		case utf8.RuneCountInString(line) > limit:
			fault(i+1, "%d columns, over %d", utf8.RuneCountInString(line), limit)
		case depth == 0 && (len(line)-len(code))%2 != 0 && len(line)-len(code) != ports:
			fault(i+1, "indented by %d", len(line)-len(code))
		}
		if !strings.HasPrefix(code, "#") {
			depth += strings.Count(code, "(") - strings.Count(code, ")") + strings.Count(code, "[") - strings.Count(code, "]")
		}
	}
}

var (
	year    = regexp.MustCompile(`\b20[12]\d\b`)
	paper   = regexp.MustCompile(`\b(arXiv:\d{4}\.\d{4,5}\b|https://)`)
	exhibit = regexp.MustCompile(`\b([Tt]ables?|[Ff]igures?|[Ss]ections?) \d`)
)

// firstCommentRule: the first comment names the paper or subject; in nets/ title,
// authors, year and arXiv id or address, and the table or figure the file shows.
func firstCommentRule(f cnnFile, fault func(int, string, ...any)) {
	words := strings.Fields(f.Doc)
	if !strings.HasPrefix(f.Source.Text, "# ") || len(words) < 3 {
		fault(1, "no comment names the subject")
		return
	}
	if f.folder == "stdlib" {
		return
	}
	for name, want := range map[string]*regexp.Regexp{"year": year, "arXiv id": paper, "table, figure or section": exhibit} {
		if !want.MatchString(f.Doc) {
			fault(1, "the first comment has no %s", name)
		}
	}
	if f.folder == "nets" && len(strings.Split(f.Doc, "\n")) < 3 {
		fault(1, "title, authors and arXiv id have not a line each")
	}
}

// orderRule: imports, then blocks, then nets; what uses another comes after it.
func orderRule(f cnnFile, fault func(int, string, ...any)) {
	rank, declared := 0, map[string]bool{}
	here := map[string]bool{}
	for _, d := range f.Decls {
		if d.Block != nil {
			here[d.Block.Name.Text] = true
		}
	}
	for _, d := range f.Decls {
		now := 1
		switch {
		case d.Import != nil:
			now = 0
		case d.Block != nil && d.Block.Kind == "net":
			now = 2
		}
		if now < rank {
			fault(d.Pos.Line, "it stands behind what it should precede")
		}
		rank = now
		if d.Block == nil {
			continue
		}
		declared[d.Block.Name.Text] = true
		ast.Walk(d.Block, func(n ast.Node) bool {
			if r, ok := n.(*ast.Ref); ok && len(r.Path) == 1 && here[r.Path[0].Text] && !declared[r.Path[0].Text] && f.Source.Name != "stdlib/prelude.cnn" {
				fault(r.Pos.Line, "%s is declared below", r.Path[0].Text)
			}
			return true
		})
	}
}

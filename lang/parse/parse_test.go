package parse

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/langtest"
	"cnnlang/lang/source"
)

// shipped are the files of the standard library and the networks.
func shipped(t testing.TB) []*source.File {
	var list []*source.File
	for _, dir := range []string{"../../stdlib", "../../nets"} {
		names, err := filepath.Glob(dir + "/*.cnn")
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no files (%v)", dir, err)
		}
		for _, name := range names {
			list = append(list, read(t, name))
		}
	}
	return list
}

func read(t testing.TB, name string) *source.File {
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return source.NewFile(filepath.Base(name), string(text))
}

func render(list diag.List, src *source.File) string {
	var b strings.Builder
	if err := diag.Fprint(&b, list, func(string) *source.File { return src }, diag.Options{}); err != nil {
		panic(err)
	}
	return b.String()
}

func TestWhatIsShippedParses(t *testing.T) {
	for _, src := range shipped(t) {
		if _, list := File(src); len(list) > 0 {
			t.Errorf("%s", render(list, src))
		}
	}
}

func TestTreesAsDumped(t *testing.T) {
	names, err := filepath.Glob("testdata/tree/*.cnn")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files (%v)", err)
	}
	for _, name := range names {
		src := read(t, name)
		file, list := File(src)
		if len(list) > 0 {
			t.Errorf("%s", render(list, src))
		}
		var b strings.Builder
		if err := ast.Print(&b, file); err != nil {
			t.Fatal(err)
		}
		langtest.Golden(t, strings.TrimSuffix(name, ".cnn")+".txt", b.String())
	}
}

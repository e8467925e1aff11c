package lang

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"cnnlang/lang/diag"
	"cnnlang/lang/parse"
	"cnnlang/stdlib"
)

// reads counts how many files are opened.
type reads struct {
	fs.FS
	n int
}

func (r *reads) Open(name string) (fs.File, error) {
	r.n++
	return r.FS.Open(name)
}

// Each file may be as long as the limit, but not all files of a program together.
func TestImportsHaveATotal(t *testing.T) {
	for _, test := range []struct{ what, text string }{
		{"words", "let a = [" + strings.Repeat("1,", parse.MaxTokens/2-10) + "]\n"},
		{"bytes", "# " + strings.Repeat("x", parse.MaxBytes-10) + "\n"},
	} {
		files := fstest.MapFS{}
		var main strings.Builder
		for i := range 100 {
			files[fmt.Sprintf("f%d.cnn", i)] = &fstest.MapFile{Data: []byte(test.text)}
			fmt.Fprintf(&main, "import \"./f%d.cnn\"\n", i)
		}
		files["main.cnn"] = &fstest.MapFile{Data: []byte(main.String())}
		counted := &reads{FS: files}
		_, list, err := Load(counted, "main.cnn", "", NewLibrary(stdlib.FS))
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 || list[0].Code != diag.TooManyFiles || list[0].Span.Start.Line > 6 {
			t.Errorf("%s: got %v, want that they are too many", test.what, list)
		}
		if counted.n > 10 {
			t.Errorf("%s: %d files were opened", test.what, counted.n)
		}
	}
}

// Files with similar names are looked for only as often as there may be mistakes.
func TestMistakesOfAProgramHaveALimit(t *testing.T) {
	var main strings.Builder
	for i := range 4 * maxReported {
		fmt.Fprintf(&main, "import \"./f%d.cnn\"\n", i)
	}
	counted := &reads{FS: fstest.MapFS{"main.cnn": {Data: []byte(main.String())}}}
	_, list, err := Load(counted, "main.cnn", "", NewLibrary(stdlib.FS))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != maxReported || counted.n > 3*maxReported {
		t.Errorf("%d mistakes and %d files opened, want %d mistakes", len(list), counted.n, maxReported)
	}
}

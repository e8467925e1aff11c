package parse

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cnnlang/lang/diag"
	"cnnlang/lang/langtest"
	"cnnlang/lang/source"
)

var chunkFiles = []string{"testdata/steps.cnn", "testdata/declarations.cnn", "testdata/brackets.cnn", "testdata/foreign.cnn", "testdata/units.cnn", "testdata/ports.cnn"}

func TestMistakes(t *testing.T) {
	for _, file := range chunkFiles {
		for _, c := range langtest.Chunks(t, file) {
			t.Run(filepath.Base(file)+"/"+c.Name(), func(t *testing.T) {
				_, list := File(source.NewFile(file, c.Text))
				var found []langtest.Found
				for _, d := range list {
					found = append(found, langtest.Found{Line: d.Span.Start.Line, Code: string(d.Code), Message: d.Message})
				}
				c.Check(t, found)
			})
		}
	}
}

// The same mistakes as users see them, to be read as a whole.
func TestMistakesRendered(t *testing.T) {
	expectation := regexp.MustCompile(` *#!.*`)
	for _, file := range chunkFiles {
		var b strings.Builder
		for _, c := range langtest.Chunks(t, file) {
			src := source.NewFile("my.cnn", expectation.ReplaceAllString(c.Text, ""))
			_, list := File(src)
			if err := diag.Fprint(&b, list, func(string) *source.File { return src }, diag.Options{}); err != nil {
				t.Fatal(err)
			}
			b.WriteString("────\n")
		}
		langtest.Golden(t, strings.TrimSuffix(file, ".cnn")+".txt", b.String())
	}
}

package interp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/diag"
	"cnnlang/lang/langtest"
)

// TestCorpus compares wrong programs with all their diagnostics: every line with an error
// is marked with its code and a part of the message, and checking, proving and linting may
// report nothing else. The output for those that only proofs and lints find, and for the
// mistakes of well-known files, is golden.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("../testdata/check/corpus/*.cnn")
	if err != nil {
		t.Fatal(err)
	}
	programs := 0
	for _, file := range files {
		file, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		chunks := langtest.Chunks(t, file)
		programs += len(chunks)
		var rendered strings.Builder
		for _, c := range chunks {
			t.Run(filepath.Base(file)+"/"+c.Name(), func(t *testing.T) {
				inFolder(t)
				p, list := everythingIn(t, c)
				c.Check(t, found(list))
				if err := diag.Fprint(&rendered, list, p.File, diag.Options{Width: 120}); err != nil {
					t.Fatal(err)
				}
				rendered.WriteString("────\n")
			})
		}
		if name := filepath.Base(file); name == "shipped.cnn" || name == "contracts.cnn" || name == "lints.cnn" || name == "newcomers.cnn" {
			langtest.Golden(t, strings.TrimSuffix(file, ".cnn")+".txt", rendered.String())
		}
	}
	if programs < 120 {
		t.Errorf("the corpus has %d programs, want at least 120", programs)
	}
}

// everythingIn is all that can be said of a chunk, as the file my.cnn.
func everythingIn(t *testing.T, c langtest.Chunk) (*interp.Program, diag.List) {
	t.Helper()
	if err := os.WriteFile("my.cnn", []byte(expectation.ReplaceAllString(c.Text, "")), 0o666); err != nil {
		t.Fatal(err)
	}
	return everything(t, "my.cnn")
}

func found(list diag.List) (all []langtest.Found) {
	for _, d := range list {
		all = append(all, langtest.Found{Line: d.Span.Start.Line, Code: string(d.Code), Message: d.Message})
	}
	return all
}

// TestEveryCodeHasAProgram searches all wrong programs for each code. Two limits need more
// text than is worth committing, and weights are not text; their pages are tested with
// generated files.
func TestEveryCodeHasAProgram(t *testing.T) {
	made := map[diag.Code]bool{diag.TooLong: true, diag.TooManyFiles: true, diag.WeightNames: true, diag.WeightShapes: true}
	for _, pattern := range []string{"../testdata/check/*.cnn", "../testdata/check/corpus/*.cnn"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for i, file := range files {
			if files[i], err = filepath.Abs(file); err != nil {
				t.Fatal(err)
			}
		}
		t.Run(filepath.Dir(pattern), func(t *testing.T) {
			inFolder(t)
			for _, file := range files {
				for _, c := range langtest.Chunks(t, file) {
					_, list := everythingIn(t, c)
					for _, d := range list {
						made[d.Code] = true
					}
				}
			}
		})
	}
	for _, c := range diag.Pages() {
		if !made[c.Code] {
			t.Errorf("no wrong program causes %s, %s", c.Code, c.Name)
		}
	}
}

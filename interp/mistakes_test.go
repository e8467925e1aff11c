package interp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/lang/diag"
	"cnnlang/lang/langtest"
)

// Newcomers' mistakes, their messages, and what they are repaired to: what was meant, or
// nothing.
func TestMistakesOfNewcomers(t *testing.T) {
	files, err := filepath.Glob("../testdata/mistakes/*.cnn")
	if err != nil || len(files) < 19 {
		t.Fatalf("found %d files (%v)", len(files), err)
	}
	repaired := 0
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, list := examine(t, string(text), patient)
			list.Sort()
			var said strings.Builder
			if err := diag.Fprint(&said, list, p.File, diag.Options{}); err != nil {
				t.Fatal(err)
			}
			langtest.Golden(t, strings.TrimSuffix(file, ".cnn")+".txt", said.String())
			fixed, made := p.Fixed(list)
			wanted := strings.TrimSuffix(file, ".cnn") + ".fixed"
			if len(made) == 0 {
				if _, err := os.Stat(wanted); err == nil {
					t.Error("nothing is repaired")
				}
				return
			}
			repaired++
			langtest.Golden(t, wanted, fixed)
			if _, left := examine(t, fixed, patient); left.HasErrors() {
				t.Errorf("there still is %v", left)
			}
		})
	}
	if repaired < 13 {
		t.Errorf("%d files are repaired", repaired)
	}
}

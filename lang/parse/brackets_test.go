package parse

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

// A bracket that is missing in a text with the usual indentation is put back where it was, or
// left to the author. It may be put elsewhere only if the text then makes no sense, which is
// for the checker to report.
func TestBracketsLeftOut(t *testing.T) {
	files, err := filepath.Glob("../../nets/*.cnn")
	if err != nil || len(files) < 10 {
		t.Fatalf("found %d files (%v)", len(files), err)
	}
	flat := func(s string) string { return strings.Join(strings.Fields(s), "") }
	back, open := 0, 0
	var elsewhere []string
	for _, file := range files {
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(whole)
		for i, r := range text {
			if opener[string(r)] == "" || strings.Contains(text[strings.LastIndexByte(text[:i], '\n')+1:i], "#") {
				continue
			}
			src := source.NewFile(filepath.Base(file), text[:i]+text[i+1:])
			_, list := File(src)
			if len(list) == 0 {
				t.Errorf("%v: nothing is said of it", src.Pos(i))
				continue
			}
			if list[0].Correction == nil {
				open++
				continue
			}
			fixed, ok := diag.Apply(src.Text, list[0].Correction.Edits)
			if !ok {
				t.Fatalf("%v: the edits overlap", src.Pos(i))
			}
			if flat(fixed) == flat(text) {
				back++
			} else if _, list := File(source.NewFile("a.cnn", fixed)); len(list) == 0 {
				elsewhere = append(elsewhere, src.Name+": "+src.Line(src.Pos(i).Line))
			}
		}
	}
	if back < 7*open {
		t.Errorf("%d are put back, of %d it is not said where they belong", back, open)
	}
	for _, line := range elsewhere { // the brace of a repeat that is followed by a claim about its result
		if line != "mobilenet.cnn:                                                     is [N, 320, 7, 7]" {
			t.Errorf("parses with the bracket elsewhere: %s", line)
		}
	}
}

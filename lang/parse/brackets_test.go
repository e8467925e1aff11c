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
		nested := nestedBrackets(text)
		for i, r := range text {
			before := text[strings.LastIndexByte(text[:i], '\n')+1 : i]
			if opener[string(r)] == "" || strings.Contains(before, "#") || strings.Count(before, `"`)%2 == 1 {
				continue // in a comment or a string
			}
			src := source.NewFile(filepath.Base(file), text[:i]+text[i+1:])
			_, list := File(src)
			if len(list) == 0 {
				t.Errorf("%v: nothing is said of it", src.Pos(i))
				continue
			}
			if list[0].Correction == nil {
				if !nested[i] {
					open++
				}
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
	// Some texts parse with it at another place, too: a brace after branches, where a step, a tap or a claim
	// about the shape follows, may close the branches within or those around; and so with lists in a sum of lists.
	if back < 100*len(elsewhere) {
		t.Errorf("%d are put back, %d elsewhere, where the text parses too:\n%s", back, len(elsewhere), strings.Join(elsewhere, "\n"))
	}
	t.Logf("%d are put back, %d elsewhere, %d are left open", back, len(elsewhere), open)
}

// nestedBrackets are the closing brackets and parentheses within others of their kind, and of those that hold them. Of
// one that is missing there, nobody can say which it was.
func nestedBrackets(text string) map[int]bool {
	nested := map[int]bool{}
	for _, pair := range []string{"[]", "()"} {
		var holds []bool // whether each open one holds another
		for i, r := range text {
			switch n := len(holds); {
			case r == rune(pair[0]):
				if n > 0 {
					holds[n-1] = true
				}
				holds = append(holds, false)
			case r == rune(pair[1]) && n > 0:
				nested[i] = n > 1 || holds[0]
				holds = holds[:n-1]
			}
		}
	}
	return nested
}

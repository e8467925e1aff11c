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
		nested := nestedLists(text)
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
	for _, line := range elsewhere {
		switch strings.Join(strings.Fields(line), " ") {
		case "mobilenet.cnn: is [N, 320, 7, 7]", // the brace of a step that is followed by a claim about its result, or by its name
			"yolo_v3.cnn: as y[s]", "siamese.cnn: as [x, y]", "dpn.cnn: as both", "fcos.cnn: as towers", "pnasnet.cnn: as third",
			"ssd.cnn: as conv4_3", "ssd.cnn: as level[1]":
		case "cbam.cnn: | concat { | reduce_max(1) | reduce_mean(1)", "gcnet.cnn:", "dncnn.cnn:", "pnasnet.cnn:", // of branches that a step follows in the branch around them
			"dpn.cnn: | add { | @sum | @y -> slice(0, c)", "dpn.cnn: | add { | @both -> slice(0, c) | @y -> slice(0, c)",
			"pnasnet.cnn: | add { | @b -> comb_iter_1_left: sep(c, 7, stride) | @b -> pool", "pnasnet.cnn: | add { | @third -> comb_iter_3_left: sep(c, 3) | @b -> pool": // and of one that a branch around it follows
		case "inception_v4.cnn: let layers = ([[]] * 4 + [stem, []] + [module_a * 4", // a list in a sum of lists
			"inception_v4.cnn: + [to_b] + [module_b] * 7 + [to_c] + [module_c * 3)":
		case "repvgg.cnn: [N, C, H, W] -> [N, c, ceil(H/stride), ceil(W/stride) = branched,": // the shape in the type of a parameter, before its default
		default:
			t.Errorf("parses with the bracket elsewhere: %s", line)
		}
	}
	t.Logf("%d are put back, %d elsewhere, %d are left open", back, len(elsewhere), open)
}

// nestedLists are the closing brackets of lists in lists, and of the lists that hold them. Of
// one that is missing there, nobody can say which it was.
func nestedLists(text string) map[int]bool {
	nested := map[int]bool{}
	var holds []bool // whether each open list holds another one
	for i, r := range text {
		switch n := len(holds); {
		case r == '[':
			if n > 0 {
				holds[n-1] = true
			}
			holds = append(holds, false)
		case r == ']' && n > 0:
			nested[i] = n > 1 || holds[0]
			holds = holds[:n-1]
		}
	}
	return nested
}

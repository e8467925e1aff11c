package interp_test

import (
	"regexp"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/lang/format"
	"cnnlang/lang/source"
)

// annotated writes the shapes into a text and formats it.
func annotated(t *testing.T, text string) string {
	t.Helper()
	p, err := interp.Read("<stdin>", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	text, err = p.Annotate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestShapesAtLineEnds(t *testing.T) {
	const before = `# A comment of its own.
block unit(c: int) [N, C, H, W] -> [N, c, H, W] {
  conv(c, 3x3, pad=1) -> relu   # [N, 99]
  bn                            # kept as it is
}

block always [N, C, H, W] -> [N, 6, H, W] {
  conv(6, 1x1)
}

net n(classes = 10) [N, 3, H = 16, W = 12] -> [N, classes] {
  stem: { conv(16, 3x3, stride=2, pad=1) -> relu }
  maxpool(2x2, stride=2)   # [N, 1, 2, 3]
  one: unit(4)             # halves nothing
  two: unit(8) -> relu is [N, 8, 4, 3]
  repeat 2 always
  concat {
    | id
    | relu
  }
  side aux: { gap -> flatten }
  gap -> flatten
  fc: linear(classes)
}
`
	const after = `# A comment of its own.
block unit(c: int) [N, C, H, W] -> [N, c, H, W] {
  conv(c, 3x3, pad=1) -> relu   # [N, c, H, W]
  bn                            # kept as it is
}

block always [N, C, H, W] -> [N, 6, H, W] {
  conv(6, 1x1)   # [N, 6, H, W]
}

net n(classes = 10) [N, 3, H = 16, W = 12] -> [N, classes] {
  stem: { conv(16, 3x3, stride=2, pad=1) -> relu }   # [N, 16, 8, 6]
  maxpool(2x2, stride=2)                             # [N, 16, 4, 3]
  one: unit(4)                                       # halves nothing
  two: unit(8) -> relu is [N, 8, 4, 3]
  repeat 2 always   # [N, 6, 4, 3]
  concat {
    | id     # [N, 6, 4, 3]
    | relu   # [N, 6, 4, 3]
  }
  side aux: { gap -> flatten }
  gap -> flatten        # [N, 12]
  fc: linear(classes)   # [N, 10]
}
`
	compact := func(s string) string { return regexp.MustCompile(` +`).ReplaceAllString(s, " ") }
	got := annotated(t, before)
	if compact(got) != compact(after) {
		t.Errorf("got\n%s\nwant\n%s", got, after)
	}
	if again := annotated(t, got); again != got {
		t.Errorf("the second time it becomes\n%s", again)
	}
}

// A comment that a person wrote after a line stays, even if it looks like a shape.
func TestCommentsOfPeopleStay(t *testing.T) {
	for _, comment := range []string{
		"# [N, my own note]", "# [N, see Table 1, row H]", "# [N]", "# [N, 4, 8]", "# [N, 4, 8, 8] as in the paper",
		"# [N, 4, 8, 8], [N, 2]", "# [N, 4, 8, 8, 8]", "# [n, 4, 8, 8]", "# [N, c, H, W]", "# [N, 4, 8.5, 8]", "# [N, ?, 8, 8]",
		"# [N, 4, f(H), 8]", "# [N, 4, H if W, 8]", "# [N, 4 8, 8, 8]", "# [N, \"4\", 8, 8]", "# N, 4, 8, 8", "# [N, note]",
	} {
		text := "net n [N, 4, H = 8, W = 8] -> [N, 4, _, _] {\n  relu   " + comment + "\n}\n"
		if got := annotated(t, text); got != text {
			t.Errorf("%s: it becomes\n%s", comment, got)
		}
	}
	for _, comment := range []string{
		"# [N, 1]", "# [N, 1, 2, 3]", "#[N, 1, 2, 3]", "# [N, 1, ceil(H/2), (W - 1)//2 + 1]", "# [N, 4, -H + 2*W, H**3 % 2]",
	} {
		text := "net n [N, 4, H = 8, W = 8] -> [N, 4, _, _] {\n  relu   " + comment + "\n}\n"
		if got, want := annotated(t, text), strings.Replace(text, comment, "# [N, 4, 8, 8]", 1); got != want {
			t.Errorf("%s: it becomes\n%s", comment, got)
		}
	}
}

// Annotating the library's files changes only comments of shapes.
func TestShapesOfTheLibrary(t *testing.T) {
	comment := regexp.MustCompile(` *# \[N(, [^,\n]+)*\]`)
	for _, f := range shippedFiles(t) {
		if f.std {
			continue
		}
		text := format.Format(source.NewFile(f.name, annotated(t, f.text)))
		strip := func(s string) string {
			return regexp.MustCompile(`\s+`).ReplaceAllString(comment.ReplaceAllString(s, ""), " ")
		}
		if strip(text) != strip(f.text) {
			t.Errorf("%s: more than shapes has changed", f.name)
		}
		if again := annotated(t, text); again != text {
			t.Errorf("%s: the second time it changes again", f.name)
		}
	}
}

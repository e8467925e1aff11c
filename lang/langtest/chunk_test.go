package langtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.cnn")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestChunksAreCutAtDashes(t *testing.T) {
	chunks := Chunks(t, write(t, "one\n---\ntwo #! E0101 \"x\"\nthree\n---\n\"open\n#!^ \"y\" W0301 \"z \\\"q\\\"\"\n"))
	if len(chunks) != 3 {
		t.Fatalf("got %d chunks, want 3", len(chunks))
	}
	for i, want := range []struct {
		line         int
		text         string
		expectations int
	}{{1, "one\n", 0}, {3, "two #! E0101 \"x\"\nthree\n", 1}, {6, "\"open\n#!^ \"y\" W0301 \"z \\\"q\\\"\"\n", 2}} {
		if c := chunks[i]; c.Line != want.line || c.Text != want.text || len(c.want) != want.expectations {
			t.Errorf("chunk %d: got %+v, want %+v", i, c, want)
		}
	}
	if w := chunks[2].want; w[0].line != 1 || w[1].line != 1 || w[1].code != "W0301" || !w[1].pattern.MatchString(`z "q"`) {
		t.Errorf("got expectations %+v, want both of line 1, the second W0301", w)
	}
}

func TestCheckFindsWhatIsMissingAndWhatIsExtra(t *testing.T) {
	c := Chunks(t, write(t, "a #! E0101 \"no a\"\nb #! \"no b\"\n"))[0]
	a, b := Found{1, "E0101", "no a here"}, Found{2, "E0102", "no b"}
	for _, test := range []struct {
		name  string
		found []Found
		want  string // a part of each problem, in order
	}{
		{"all as expected", []Found{a, b}, ""},
		{"in another order", []Found{b, a}, ""},
		{"one missing", []Found{a}, "missing"},
		{"one twice", []Found{a, a, b}, "unexpected"},
		{"another code", []Found{{1, "E0102", "no a"}, b}, "unexpected missing"},
		{"another line", []Found{{2, "E0101", "no a"}, b}, "unexpected missing"},
		{"another message", []Found{{1, "E0101", "no c"}, b}, "unexpected missing"},
	} {
		var got []string
		for _, p := range c.problems(test.found) {
			got = append(got, strings.Fields(p)[1])
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestAMistypedExpectationIsAnError(t *testing.T) {
	for _, text := range []string{"a #! E0101", "a #!E0101 \"x\"", "a #! E101 \"x\"", "a #! \"(\""} {
		if err := (&Chunk{Text: text}).read(); err == nil {
			t.Errorf("%s: read as if it were right", text)
		}
	}
}

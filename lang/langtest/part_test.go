package langtest

import (
	"fmt"
	"os"
	"testing"
)

// A recorder is a test that only records whether it failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()                   { /* nothing to mark */ }
func (r *recorder) Errorf(string, ...any)     { r.failed = true }
func (r *recorder) Fatalf(f string, a ...any) { r.failed = true; panic(fmt.Sprintf(f, a...)) }

func TestPartComparesAndUpdatesItsBlockAlone(t *testing.T) {
	const text = "a\n<!-- generated: x -->\n```\nold\n```\nb\n<!-- generated: y -->\n```\nother\n```\n"
	file := write(t, text)
	r := &recorder{TB: t}
	if Part(r, file, "x", "old\n"); r.failed {
		t.Error("an equal block differs")
	}
	if Part(r, file, "x", "new\n"); !r.failed {
		t.Error("another block is equal")
	}
	*update = true
	defer func() { *update = false }()
	Part(t, file, "x", "new\n")
	got, err := os.ReadFile(file)
	if want := "a\n<!-- generated: x -->\n```\nnew\n```\nb\n<!-- generated: y -->\n```\nother\n```\n"; err != nil || string(got) != want {
		t.Errorf("got %q, want %q (%v)", got, want, err)
	}
}

func TestPartNeedsItsBlock(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a missing block passes")
		}
	}()
	Part(&recorder{TB: t}, write(t, "nothing\n"), "x", "")
}

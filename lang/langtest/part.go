package langtest

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Part compares got with one fenced block of a text written by hand, or with
// -update puts it there: the block that follows the line
//
//	<!-- generated: name -->
func Part(t testing.TB, file, name, got string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const fence = "```\n"
	marker := "<!-- generated: " + name + " -->\n" + fence
	before, rest, ok := strings.Cut(string(data), marker)
	if !ok {
		t.Fatalf("%s: no fenced block after <!-- generated: %s -->", file, name)
	}
	want, after, ok := strings.Cut(rest, fence)
	if !ok {
		t.Fatalf("%s: the block %q is never closed", file, name)
	}
	switch diff := cmp.Diff(want, got); {
	case diff == "":
	case !*update:
		t.Errorf("%s: %q differs (-want +got); if the change is right, run with -update:\n%s", file, name, diff)
	default:
		if err := os.WriteFile(file, []byte(before+marker+got+fence+after), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

package flattest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/lang/langtest"
)

// A brokenText is one that must be refused.
type brokenText struct{ name, text string }

// broken reads a file of testdata/import/broken, which has some words before the first text.
func broken(t testing.TB, file string) (all []brokenText) {
	t.Helper()
	for _, c := range strings.Split("\n"+string(contents(t, "broken/"+file)), "\n=== ") {
		name, text, _ := strings.Cut(c, "\n")
		text, _, _ = strings.Cut(text, "\n---")
		all = append(all, brokenText{name, text})
	}
	if len(all) < 20 {
		t.Fatalf("%s has only %d texts", file, len(all)-1)
	}
	return all
}

// Broken reads each text of a file of testdata/import/broken, which must be refused, and compares the
// error with what stands below it. A line "=== name" begins a text and "---" its error; with -update
// errors are written anew.
func Broken(t *testing.T, file, ending string, read func(flat.Source) (*flat.Net, error)) {
	all := broken(t, file)
	var b strings.Builder
	b.WriteString(all[0].text)
	for _, c := range all[1:] {
		net, err := read(Source("net"+ending, []byte(c.text)))
		if err == nil {
			t.Errorf("%s: was read, as %d operations", c.name, len(net.Graph.Operations()))
			continue
		}
		fmt.Fprintf(&b, "\n=== %s\n%s\n---\n%v\n", c.name, c.text, err)
	}
	langtest.Golden(t, filepath.Join(Folder(t), "broken", file), b.String())
}

package interp_test

import (
	"path/filepath"
	"testing"

	"cnnlang/interp"
)

// Names in Linux file systems are bytes, and not always UTF-8.
func TestNamesThatAreNotUTF8(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "d\xe9p\xf4t")
	place(t, folder, map[string]string{"caf\xe9.cnn": importing("part.cnn"), "part.cnn": partText})
	p, err := interp.Open(filepath.Join(folder, "caf\xe9.cnn"))
	if err != nil || len(p.Problems) > 0 {
		t.Fatalf("got %v, %v", p, err)
	}
	if q, err := p.Revise(p.Main.File.Source.Text); err != nil || len(q.Problems) > 0 {
		t.Errorf("with another text: got %v, %v", q, err)
	}
}

package flattest

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/importer/internal/flat"
)

// Written compares a net with a text that was written by hand, of the folder testdata/import: their
// operations are the same, and their tensors have the same names.
func Written(t testing.TB, net *flat.Net, name string) {
	t.Helper()
	raw := contents(t, name)
	program, err := interp.Read(filepath.Base(name), bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	text, err := program.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pairs, err := flat.Match(text.Graph, net.Graph)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	for _, p := range pairs {
		for i, x := range p.Text.Params {
			if got := p.File.Params[i].Path; got != x.Path {
				t.Errorf("%s: the tensor %s is called %s", name, x.Path, got)
			}
		}
	}
	if meta := strings.Join(net.Meta, "; "); meta != "" && !bytes.Contains(raw, []byte("meta { "+meta+" }")) {
		t.Errorf("%s: got the meta %s", name, meta)
	}
}

package asmgen

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var generate = flag.Bool("generate", false, "write the files")

const folder = "../kernel"

// The files in the tree are what the generators write, and there are no others.
func TestFilesAreGenerated(t *testing.T) {
	files := Files()
	for name, want := range files {
		path := filepath.Join(folder, name)
		if *generate {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is not what asmgen writes; run go test ./ops/exec/internal/asmgen -generate", name)
		}
	}
	found, err := filepath.Glob(filepath.Join(folder, "*.s"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		if _, ok := files[filepath.Base(path)]; !ok {
			t.Errorf("%s is not generated", path)
		}
	}
}

package torch

import (
	"path/filepath"
	"testing"

	"cnnlang/interp/internal/weightfile/filetest"
)

// FuzzTorch: no content makes the reader panic or hang, and what it lists can be read to the
// last element or is refused by name. The first byte chooses among keys.
func FuzzTorch(f *testing.F) {
	keys := []string{"", "", "", ".", "state_dict", "a.b.0"}
	for _, pattern := range []string{"torch_*.p*", "arrays_*", "tensors_*"} {
		files, err := filepath.Glob(data(pattern))
		if err != nil || len(files) == 0 {
			f.Fatal(pattern, err)
		}
		for _, file := range files {
			if filepath.Ext(file) != ".py" {
				f.Add(byte(0), read(f, filepath.Base(file)))
			}
		}
	}
	for i, c := range attacks {
		if len(c.content) < 1<<12 {
			f.Add(byte(i), []byte(c.content))
		}
	}
	f.Fuzz(func(t *testing.T, key byte, content []byte) {
		in := input(content)
		in.Key = keys[int(key)%len(keys)]
		filetest.Fuzzed(t, Open, in)
	})
}

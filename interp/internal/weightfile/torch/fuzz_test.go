package torch

import (
	"path/filepath"
	"testing"

	"cnnlang/interp/internal/weightfile"
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
		file, err := Open(in)
		if err != nil {
			return
		}
		file.About()
		seen := map[string]bool{}
		total := 0
		for i, tensor := range file.Tensors() {
			if seen[tensor.Name] {
				t.Fatalf("%s is there twice", tensor.Name)
			}
			seen[tensor.Name] = true
			raw, err := file.Bytes(i)
			n, ok := weightfile.Elements(tensor.Shape)
			if err == nil && (!ok || int64(len(raw)) != n*int64(tensor.Type.Size())) {
				t.Fatalf("%v: got %d bytes", tensor, len(raw))
			}
			if total += len(raw); total > 200<<20 {
				t.Fatalf("%d bytes of a file of %d", total, len(content))
			}
		}
	})
}

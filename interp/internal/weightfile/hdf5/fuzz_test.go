package hdf5_test

import (
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
	"cnnlang/interp/internal/weightfile/hdf5"
)

// FuzzOpen looks at all that a file holds: whatever its bytes are, there is no panic, an error
// names the file, and numbers are no more than the limit on what is stored allows.
func FuzzOpen(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(folder, "*.h5"))
	if err != nil || len(files) < 5 {
		f.Fatal(files, err)
	}
	for _, name := range files {
		f.Add(filetest.Read(f, name))
	}
	f.Fuzz(lookAtAll)
}

// lookAtAll reads everything that a file holds.
func lookAtAll(t *testing.T, raw []byte) {
	check := func(err error) {
		if err != nil && !strings.HasPrefix(err.Error(), "weights: f.h5: ") {
			t.Errorf("the error is %v", err)
		}
	}
	file, err := opened(t, raw, "f.h5")
	check(err)
	if err != nil {
		return
	}
	root, err := file.Root()
	check(err)
	if err != nil {
		return
	}
	read := int64(0)
	seen := map[uint64]bool{}
	var visit func(o *hdf5.Object)
	visit = func(o *hdf5.Object) {
		if seen[o.Address] {
			return
		}
		seen[o.Address] = true
		attributes, err := o.Attributes()
		check(err)
		for _, a := range attributes {
			_, err := a.Texts()
			check(err)
		}
		if o.IsDataset() {
			d, err := o.Dataset()
			check(err)
			if err != nil || read > 1<<24 {
				return
			}
			got, err := d.Bytes()
			check(err)
			n, _ := weightfile.Elements(d.Shape)
			if err == nil && int64(len(got)) != n*int64(d.Type.Size()) || len(got) > 1<<16+200*len(raw) {
				t.Errorf("%s %v is %d bytes", d.Type, d.Shape, len(got))
			}
			read += int64(len(got))
			return
		}
		links, err := o.Links()
		check(err)
		for _, l := range links {
			child, err := o.Child(l.Name)
			check(err)
			if child != nil {
				visit(child)
			}
		}
	}
	visit(root)
}

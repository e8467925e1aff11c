package flattest

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"cnnlang/interp"
)

// Folder is testdata/import, for tests in any folder of the module.
func Folder(t testing.TB) string {
	t.Helper()
	for at := "."; len(at) < 64; at = filepath.Join(at, "..") {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return filepath.Join(at, "testdata", "import")
		}
	}
	t.Fatal("the test is in no module")
	return ""
}

// contents are those of a file of the folder.
func contents(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(Folder(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Unzipped are the files of an archive of the folder, by their names.
func Unzipped(t testing.TB, name string) map[string][]byte {
	t.Helper()
	raw := contents(t, name)
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// LibraryNet is a net of the library at its own size.
func LibraryNet(t testing.TB, name string) *interp.Net {
	t.Helper()
	p, err := interp.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

package filetest

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/lang/langtest"
)

// Keep keeps hostile files, and those beside them, for the test that gives them to the program:
// testdata/weights/hostile/NAME.zip holds them, with -update those of now. Their names are a
// number and the exit code of the program, by what the reader says of them, and end so.
// Files of many lists differ in a few bytes: one that is as long as others is kept as its
// difference, by exclusive or, from the first of these.
func Keep(t *testing.T, name, ending string, siblings map[string][]byte, read func(raw []byte) error, files [][]byte) {
	t.Helper()
	kept := maps.Clone(siblings)
	if kept == nil {
		kept = map[string][]byte{}
	}
	for i, raw := range files {
		same := slices.IndexFunc(files[:i], func(other []byte) bool { return len(other) == len(raw) })
		difference := bytes.Clone(raw)
		for at := range raw {
			if same >= 0 {
				difference[at] ^= files[same][at]
			}
		}
		code := 3
		if err := read(raw); err == nil {
			code = 0
		} else if _, limit := errors.AsType[*weightfile.LimitError](err); limit {
			code = 4
		}
		kept[fmt.Sprintf("%03d-%d%s", i, code, ending)] = difference
	}
	path := filepath.Join(testdata(t), "hostile", name+".zip")
	if langtest.Updating() {
		if err := os.WriteFile(path, archived(t, kept), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	before := unzipped(t, path)
	for _, file := range slices.Sorted(maps.Keys(kept)) {
		if !bytes.Equal(kept[file], before[file]) {
			t.Errorf("%s holds another %s; if this one is right, run the test with -update", path, file)
			return
		}
	}
	if len(before) != len(kept) {
		t.Errorf("%s holds %d files, want %d; run the test with -update", path, len(before), len(kept))
	}
}

func archived(t *testing.T, files map[string][]byte) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write(files[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unzipped(t *testing.T, path string) map[string][]byte {
	files := map[string][]byte{}
	raw := Read(t, path)
	r, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// testdata is the folder testdata/weights of the project, from that of a test.
func testdata(t *testing.T) string {
	for path := "../../.."; len(path) < 20; path += "/.." {
		if info, err := os.Stat(filepath.Join(path, "testdata/weights")); err == nil && info.IsDir() {
			return filepath.Join(path, "testdata/weights")
		}
	}
	t.Fatal("there is no testdata/weights")
	return ""
}

// Look opens a file and reads its tensors of floating point numbers, as listing what is inside does.
func Look(open Open, in weightfile.Input) error {
	return read(open, in, weightfile.Type.Float)
}

// read opens a file and reads all tensors of some types.
func read(open Open, in weightfile.Input, wanted func(weightfile.Type) bool) error {
	f, err := open(in)
	if err != nil {
		return err
	}
	for i, x := range f.Tensors() {
		if wanted(x.Type) {
			if _, err := f.Bytes(i); err != nil {
				return err
			}
		}
	}
	return nil
}

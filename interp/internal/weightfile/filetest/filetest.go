// Package filetest is what the tests of the readers of weight files share: files in memory,
// expected tensors that the formats' own programs wrote down, and files with the weights of
// layers (layer.go) as those programs write them: torch.go, tensorflow.go, graph.go.
package filetest

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// Open is how a reader opens a file.
type Open func(weightfile.Input) (weightfile.File, error)

// Memory is a file in memory, beside files of these names.
func Memory(path string, raw []byte, siblings map[string][]byte) weightfile.Input {
	return weightfile.Input{ReaderAt: bytes.NewReader(raw), Size: int64(len(raw)), Path: path, Sibling: func(name string) (io.ReaderAt, int64, error) {
		other, ok := siblings[name]
		if !ok {
			return nil, 0, &weightfile.Error{Path: name, Problem: "no such file", Err: fs.ErrNotExist}
		}
		return bytes.NewReader(other), int64(len(other)), nil
	}}
}

// File opens a file of the folder testdata/weights of the project.
func File(t testing.TB, open Open, name string) weightfile.File {
	t.Helper()
	path := filepath.Join("../../../../testdata/weights", name)
	in := Memory(name, Read(t, path), nil)
	in.Sibling = func(name string) (io.ReaderAt, int64, error) {
		raw, err := os.ReadFile(filepath.Join(filepath.Dir(path), name))
		return bytes.NewReader(raw), int64(len(raw)), err
	}
	f, err := open(in)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Read is a file's bytes.
func Read(t testing.TB, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// An Expected is a tensor as another program wrote it down, its bytes in hexadecimal.
type Expected struct {
	Name  string
	Type  weightfile.Type
	Shape tensor.Shape
	Hex   string
}

// Expectations reads a list of them, of the folder testdata/weights.
func Expectations(t testing.TB, name string) []Expected {
	t.Helper()
	var all []Expected
	if err := json.Unmarshal(Read(t, filepath.Join("../../../../testdata/weights", name)), &all); err != nil || len(all) == 0 {
		t.Fatalf("%s: %d tensors, %v", name, len(all), err)
	}
	return all
}

// Holds compares one tensor of a file, by a name, with what is expected.
func Holds(t testing.TB, f weightfile.File, name string, want Expected) {
	t.Helper()
	i := slices.IndexFunc(f.Tensors(), func(got weightfile.Tensor) bool { return got.Name == name })
	if i < 0 {
		t.Errorf("%s: is not there", name)
		return
	}
	got := f.Tensors()[i]
	if got.Type != want.Type || !got.Shape.Equal(want.Shape) {
		t.Errorf("%s: got %s %v, want %s %v", name, got.Type, got.Shape, want.Type, want.Shape)
	}
	raw, err := f.Bytes(i)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	} else if hex.EncodeToString(raw) != want.Hex {
		t.Errorf("%s: got %x, want %s", name, raw, want.Hex)
	}
}

// A Broken is a file that cannot be read, and why.
type Broken = struct {
	Name string
	Raw  []byte
	Want string // the whole message after "weights: f: ", or all of it, if it names a file beside
}

// Refused opens each of them, reads all tensors of those that can be opened, and compares the
// first error. It keeps them.
func Refused(t *testing.T, open Open, limits weightfile.Limits, siblings map[string][]byte, name, ending string, files []Broken) {
	var raw [][]byte
	for _, c := range files {
		raw = append(raw, c.Raw)
		in := Memory("f", c.Raw, siblings)
		in.Limits = limits
		if err := read(open, in, func(weightfile.Type) bool { return true }); err == nil {
			t.Errorf("%s: was read", c.Name)
		} else if want := "weights: f: " + strings.TrimPrefix(c.Want, "weights: f: "); err.Error() != want && !(strings.HasPrefix(c.Want, "weights: ") && err.Error() == c.Want) {
			t.Errorf("%s:\ngot  %v\nwant %s", c.Name, err, want)
		}
	}
	Keep(t, name, ending, siblings, func(raw []byte) error { return Look(open, Memory("f", raw, siblings)) }, raw)
}

// Fuzzed reads all of a file that may be anything, and holds it to what a File promises: an error
// names the file, the bytes of every tensor are those of its shape, and they are at most so many
// times the file's.
func Fuzzed(t *testing.T, open Open, in weightfile.Input) {
	f, err := open(in)
	if err != nil {
		if !strings.HasPrefix(err.Error(), "weights: "+in.Path) {
			t.Fatalf("the error is %v", err)
		}
		return
	}
	names, total := map[string]bool{}, int64(0)
	for i, x := range f.Tensors() {
		if names[x.Name] {
			t.Fatalf("%q is there twice", x.Name)
		}
		names[x.Name] = true
		n, ok := weightfile.Elements(x.Shape)
		if !ok {
			t.Fatalf("%q has the shape %v", x.Name, x.Shape)
		}
		raw, err := f.Bytes(i)
		if err == nil && int64(len(raw)) != n*int64(x.Type.Size()) {
			t.Fatalf("%q: got %d bytes for %v of %s", x.Name, len(raw), x.Shape, x.Type)
		}
		if total += int64(len(raw)); total > 250*in.Size+32<<20 {
			t.Fatalf("got %d bytes out of %d", total, in.Size)
		}
	}
	f.About()
}

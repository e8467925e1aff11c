package weights

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
)

// TestReadsWhatNumPyWrote: the tiny network's arrays in other byte orders, orders of axes and
// widths are those of its state dict.
func TestReadsWhatNumPyWrote(t *testing.T) {
	want := readNPZ(t, tiny("tiny_expected.npz"))
	for file, types := range map[string][]string{"tiny_expected.npz": {"F32", "I64"}, "tiny_compressed.npz": {"F32", "I64"}, "tiny_odd.npz": {"F32", "F64"}} {
		s := open(t, tiny(file), Options{})
		floats := 0
		for _, e := range s.Entries() {
			if !slices.Contains(types, e.DType) {
				t.Errorf("%s: %s is %s", file, e.Name, e.DType)
			}
			if !weightfile.Type(e.DType).Float() {
				continue
			}
			floats++
			got, err := s.Tensor(e.Name)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, file+" "+e.Name, got, want[e.Name])
		}
		if floats != 32 || aboutOf(s).Format != "NumPy (.npz)" {
			t.Errorf("%s: compared %d tensors of %s, want 32", file, floats, aboutOf(s).Format)
		}
	}
}

// TestReadsNumbersBeside: tensors of an ONNX file whose numbers are in another file of its
// folder, and not of any other folder.
func TestReadsNumbersBeside(t *testing.T) {
	s := open(t, tiny("onnx/types.onnx"), Options{})
	if files := s.(FileStore).Files(); len(files) != 2 || filepath.Base(files[1].Name()) != "types.data" {
		t.Errorf("got %d files", len(files))
	}
	got, err := s.Tensor("out.a")
	if err != nil || len(got.Data) != 6 || s.Unchanged() != nil {
		t.Fatalf("got %v, %v", got, err)
	}
	raw, err := os.ReadFile(tiny("onnx/types.data"))
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range weightfile.F32.Floats(raw[8:32]) {
		if got.Data[i] != x {
			t.Errorf("got %v at %d, want %v", got.Data[i], i, x)
		}
	}

	model, err := os.ReadFile(tiny("onnx/types.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "inner", "types.onnx")
	if err := os.Mkdir(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "ta.bin"), raw, 0o666); err != nil {
		t.Fatal(err)
	}
	// The name is as long as it was, so that the lengths in the file stay right.
	if err := os.WriteFile(path, bytes.ReplaceAll(model, []byte("types.data"), []byte("..//ta.bin")), 0o666); err != nil {
		t.Fatal(err)
	}
	want := "weights: " + path + ": tensor out.a: has its numbers in ..//ta.bin, which is not in the folder of the model, and no other is looked into; move that file there and export the model again"
	if _, err := Open(path, Options{}); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// TestSafetensorsByAnyName: its contents count, also where another format goes by names, and
// where the length of the header begins as another format does.
func TestSafetensorsByAnyName(t *testing.T) {
	odd := "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
	odd += strings.Repeat(" ", 0x1208-len(odd)) // begins as ONNX does
	for _, name := range []string{"w.onnx", "w.caffemodel", "w.weights", "w.npz", "w.h5", "w.pth", "w.index.json", "w.keras"} {
		for _, content := range []string{st(one("F32", "[1]", "[0,4]"), 4), st(odd, 4)} {
			path := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
				t.Fatal(err)
			}
			if s := open(t, path, Options{}); len(s.Entries()) != 1 {
				t.Errorf("%s: got %d tensors", name, len(s.Entries()))
			}
		}
	}
}

// Where there is one set of weights, a key is refused, but for that of all there is.
func TestKeyOfFilesWithOneSet(t *testing.T) {
	for _, file := range []string{"tiny.safetensors", "tiny_compressed.npz", "numpy/version1.npy", "same/same.caffemodel", "same/same.onnx", "same/same.weights",
		"same/same.safetensors.index.json", "tfjs/float32.json"} {
		name := filepath.Join("../../../testdata/weights", file)
		want := "weights: " + name + ": holds one set of weights alone, and nothing at state_dict.0; leave out the key"
		if _, err := Open(name, Options{Key: "state_dict.0"}); err == nil || err.Error() != want {
			t.Errorf("%s: %v", file, err)
		}
		s, err := Open(name, Options{Key: "."})
		if err != nil {
			t.Error(err)
			continue
		}
		s.Close()
	}
}

// A user block before an HDF5 file does not hide it, whatever it holds, if its name says what it is.
func TestHDF5BehindAUserBlock(t *testing.T) {
	raw, err := os.ReadFile(tiny("hdf5/user_block.h5"))
	if err != nil {
		t.Fatal(err)
	}
	zeros := append(make([]byte, 1024), raw[1024:]...)
	for name, raw := range map[string][]byte{"w.h5": raw, "w.HDF5": raw, "zeros.bin": zeros} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, raw, 0o666); err != nil {
			t.Fatal(err)
		}
		s := open(t, path, Options{})
		got, err := s.Tensor("g/x")
		if err != nil || len(got.Data) != 3 || got.Data[0] != -6.25 { // as h5py reads it
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

package weights

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp/npy"
	"cnnlang/ops/tensor"
)

func tiny(name string) string { return filepath.Join("..", "..", "..", "testdata", "weights", name) }

func open(t *testing.T, path string, o Options) Store {
	t.Helper()
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// readNPZ reads the arrays of an uncompressed .npz.
func readNPZ(t *testing.T, path string) map[string]tensor.Tensor {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	arrays := map[string]tensor.Tensor{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		a, err := npy.Decode(f.Name, r, int64(f.UncompressedSize64))
		if err != nil {
			t.Fatal(err)
		}
		arrays[strings.TrimSuffix(f.Name, ".npy")] = a
	}
	return arrays
}

// stateDict is the names and shapes of the tiny network.
func stateDict(t *testing.T) map[string]tensor.Shape {
	t.Helper()
	text, err := os.ReadFile(tiny("tiny.json"))
	if err != nil {
		t.Fatal(err)
	}
	var tiny struct {
		StateDict [][2]json.RawMessage `json:"state_dict"`
	}
	if err := json.Unmarshal(text, &tiny); err != nil {
		t.Fatal(err)
	}
	shapes := map[string]tensor.Shape{}
	for _, pair := range tiny.StateDict {
		var name string
		var shape tensor.Shape
		if err := errors.Join(json.Unmarshal(pair[0], &name), json.Unmarshal(pair[1], &shape)); err != nil {
			t.Fatal(err)
		}
		shapes[name] = shape
	}
	if len(shapes) != 38 {
		t.Fatalf("tiny.json: got %d names, want 38", len(shapes))
	}
	return shapes
}

func TestReadsWhatTheReferenceWrote(t *testing.T) {
	for _, c := range []struct{ file, expected, dtype string }{
		{"tiny.safetensors", "tiny_expected.npz", "F32"},
		{"tiny_unpadded.safetensors", "tiny_expected.npz", "F32"},
		{"tiny_fp16.safetensors", "tiny_fp16_expected.npz", "F16"},
		{"tiny_bf16.safetensors", "tiny_bf16_expected.npz", "BF16"},
		{"tiny_f64.safetensors", "tiny_f64_expected.npz", "F64"},
	} {
		for _, noMap := range []bool{false, true} {
			s := open(t, tiny(c.file), Options{NoMap: noMap})
			if mapped := s.(*safetensors).mapped != nil; mapped == noMap {
				t.Errorf("%s: mapped is %v with NoMap %v", c.file, mapped, noMap)
			}
			checkStore(t, s, c.dtype, stateDict(t), readNPZ(t, tiny(c.expected)))
		}
	}
}

func checkStore(t *testing.T, s Store, dtype string, shapes map[string]tensor.Shape, want map[string]tensor.Tensor) {
	t.Helper()
	if len(s.Entries()) != len(shapes) {
		t.Errorf("%s: got %d tensors, want %d", s.Path(), len(s.Entries()), len(shapes))
	}
	floats := 0
	for _, e := range s.Entries() {
		if !e.Shape.Equal(shapes[e.Name]) {
			t.Errorf("%s: %s: got shape %v, want %v", s.Path(), e.Name, e.Shape, shapes[e.Name])
		}
		got, err := s.Tensor(e.Name)
		if strings.HasSuffix(e.Name, "num_batches_tracked") {
			if err == nil || !strings.Contains(err.Error(), "holds I64, want F32") {
				t.Errorf("%s: got %v, want an error about I64", e.Name, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if e.DType != dtype {
			t.Errorf("%s: got %s, want %s", e.Name, e.DType, dtype)
		}
		floats++
		for i, x := range got.Data {
			if math.Float32bits(x) != math.Float32bits(want[e.Name].Data[i]) {
				t.Fatalf("%s: %s[%d]: got %v, want %v", s.Path(), e.Name, i, x, want[e.Name].Data[i])
			}
		}
	}
	if floats != 32 {
		t.Errorf("%s: compared %d tensors, want 32", s.Path(), floats)
	}
}

func TestTinyIsTheGeneratorsSeed7(t *testing.T) {
	s := open(t, tiny("tiny.safetensors"), Options{})
	for _, e := range s.Entries() {
		if e.DType != "F32" {
			continue
		}
		got, err := s.Tensor(e.Name)
		if err != nil {
			t.Fatal(err)
		}
		want := Random(7).Tensor(e.Name, e.Shape)
		for i := range want.Data {
			if got.Data[i] != want.Data[i] {
				t.Fatalf("%s[%d]: got %v, want %v", e.Name, i, got.Data[i], want.Data[i])
			}
		}
	}
}

func TestMappedFloatsAreNotCopied(t *testing.T) {
	s := open(t, tiny("tiny.safetensors"), Options{}).(*safetensors)
	got, err := s.Tensor("conv1.weight")
	if err != nil {
		t.Fatal(err)
	}
	if b := bytesOf(got.Data); littleEndian && &b[0] != &s.mapped[s.base] {
		t.Error("conv1.weight, aligned in the file, is a copy")
	}
}

func TestUnknownTensor(t *testing.T) {
	s := open(t, tiny("tiny.safetensors"), Options{})
	if _, err := s.Tensor("conv9.weight"); err == nil || !strings.Contains(err.Error(), "tensor conv9.weight: the file has no tensor of this name") {
		t.Errorf("got %v", err)
	}
}

func TestNarrowFloatsWidenExactly(t *testing.T) {
	for _, c := range []struct {
		dtype string
		raw   []byte
		want  float32
	}{
		{"F16", []byte{0x00, 0x3c}, 1}, {"F16", []byte{0x01, 0x00}, 0x1p-24}, {"F16", []byte{0xff, 0x03}, 0x1.ff8p-15},
		{"F16", []byte{0xff, 0x7b}, 65504}, {"F16", []byte{0x00, 0xfc}, float32(math.Inf(-1))},
		{"BF16", []byte{0x80, 0x3f}, 1}, {"BF16", []byte{0x01, 0x00}, 0x1p-133}, {"BF16", []byte{0x80, 0x7f}, float32(math.Inf(1))},
		{"F64", []byte{0, 0, 0, 0, 0, 0, 0xf0, 0x7e}, float32(math.Inf(1))}, // 2^752
		{"F64", []byte{1, 0, 0, 0x10, 0, 0, 0xf0, 0x3f}, 0x1.000002p0},      // just above a half step: up
		{"F64", []byte{0, 0, 0, 0x10, 0, 0, 0xf0, 0x3f}, 1},                 // a half step: to even
	} {
		if got := dtypes[c.dtype].decode(c.raw)[0]; got != c.want {
			t.Errorf("%s % x: got %v, want %v", c.dtype, c.raw, got, c.want)
		}
	}
	if nan := dtypes["F16"].decode([]byte{0x01, 0x7e})[0]; nan == nan {
		t.Errorf("F16 NaN: got %v", nan)
	}
}

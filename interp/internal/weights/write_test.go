package weights

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cnnlang/ops/tensor"
)

func TestWrittenFileIsTheFormat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	err := WriteSafetensors(t.Context(), path, []Named{
		{"scalar", tensor.From([]float32{1})},
		{"a<b>\"é", tensor.From([]float32{2, 3}, 2, 1)},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n := binary.LittleEndian.Uint64(got)
	if n%8 != 0 || string(got[8+n:]) != "\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40" {
		t.Errorf("header of %d bytes, data % x", n, got[8+n:])
	}
	var header map[string]any
	if err := json.Unmarshal(got[8:8+n], &header); err != nil {
		t.Fatal(err)
	}
	want := `map[__metadata__:map[format:pt] a<b>"é:map[data_offsets:[4 12] dtype:F32 shape:[2 1]] scalar:map[data_offsets:[0 4] dtype:F32 shape:[]]]`
	if fmt.Sprint(header) != want {
		t.Errorf("got  %v\nwant %s", header, want)
	}
}

func TestRoundTripKeepsEveryBit(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringN(1, 12, -1), 0, 6, rapid.ID[string]).Draw(r, "names")
		var tensors []Named
		for _, name := range names {
			if name == metadataKey {
				continue
			}
			shape := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 4).Draw(r, "shape")
			data := make([]float32, tensor.Shape(shape).Elements())
			for i := range data {
				data[i] = math.Float32frombits(rapid.Uint32().Draw(r, "bits"))
			}
			tensors = append(tensors, Named{name, tensor.From(data, shape...)})
		}
		path := filepath.Join(folder, "w.safetensors")
		if err := WriteSafetensors(t.Context(), path, tensors); err != nil {
			r.Fatal(err)
		}
		s, err := Open(path, Options{})
		if err != nil {
			r.Fatal(err)
		}
		defer s.Close()
		if len(s.Entries()) != len(tensors) {
			r.Fatalf("got %d tensors, want %d", len(s.Entries()), len(tensors))
		}
		for _, want := range tensors {
			got, err := s.Tensor(want.Name)
			if err != nil || !got.Shape.Equal(want.Tensor.Shape) {
				r.Fatalf("%q: got %v, %v, want %v", want.Name, got.Shape, err, want.Tensor.Shape)
			}
			for i, x := range want.Tensor.Data {
				if math.Float32bits(got.Data[i]) != math.Float32bits(x) {
					r.Fatalf("%q[%d]: got %x, want %x", want.Name, i, math.Float32bits(got.Data[i]), math.Float32bits(x))
				}
			}
		}
	})
}

func TestRefusesToWriteWhatCannotBeRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	for want, tensors := range map[string][]Named{
		"tensor a: another tensor has this name":         {{"a", tensor.New(1)}, {"a", tensor.New(1)}},
		"tensor __metadata__: safetensors has this name": {{metadataKey, tensor.New(1)}},
		`tensor "\xff": the name is not valid UTF-8`:     {{"\xff", tensor.New(1)}},
		"tensor a: got 4 bytes for F32 [2]":              {{"a", tensor.Tensor{Shape: tensor.Shape{2}, Data: make([]float32, 1)}}},
		"tensor a: shape [-1] has a size outside 0":      {{"a", tensor.Tensor{Shape: tensor.Shape{-1}}}},
		"tensor a: got 33 axes, the limit is 32":         {{"a", tensor.From([]float32{1}, ones(33)...)}},
		"got 65537 tensors, the limit is 65536":          make([]Named, 65537),
		"the names make a header of 16777":               {{strings.Repeat("n", 16<<20-50), tensor.New(1)}},
	} {
		err := WriteSafetensors(t.Context(), path, tensors)
		var e *FileError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), path+": cannot be written: "+want) {
			t.Errorf("got %v, want a *FileError with %q", err, want)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "old" {
		t.Errorf("the old file became %q, %v", got, err)
	}
	err := WriteSafetensors(t.Context(), filepath.Join(path, "below"), nil)
	if err == nil || !strings.Contains(err.Error(), "cannot be written: not a directory") {
		t.Errorf("got %v", err)
	}
}

func ones(n int) []int {
	shape := make([]int, n)
	for i := range shape {
		shape[i] = 1
	}
	return shape
}

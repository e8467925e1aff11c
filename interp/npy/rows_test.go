package npy

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"cnnlang/interp/internal/npyheader"
	"cnnlang/ops/tensor"
)

// An array written row by row is what Write writes of it at once, but for spaces in the header;
// until Close, and after Abandon, the old file is there.
func TestRowsAreOneArray(t *testing.T) {
	folder := t.TempDir()
	path, whole := filepath.Join(folder, "rows.npy"), filepath.Join(folder, "whole.npy")
	const old = "what was there"
	if err := os.WriteFile(path, []byte(old), 0o666); err != nil {
		t.Fatal(err)
	}
	all := tensor.New(1234, 3, 5)
	for i := range all.Data {
		all.Data[i] = float32(i)
	}
	write := func(end func(*Rows) error) error {
		r, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Abandon()
		for i := range all.Shape[0] {
			if err := r.Append(tensor.From(all.Data[15*i:15*i+15], 1, 3, 5)); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Append(tensor.New(1, 5, 3)); err == nil {
			t.Error("a row of another shape is accepted")
		}
		if content, _ := os.ReadFile(path); string(content) != old {
			t.Errorf("got %d bytes before the end", len(content))
		}
		return end(r)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := write(func(r *Rows) error { return r.Close(ended) }); err != context.Canceled {
		t.Errorf("got %v", err)
	}
	if err := write(func(r *Rows) error { r.Abandon(); return nil }); err != nil {
		t.Error(err)
	}
	if err := write(func(r *Rows) error { return r.Close(t.Context()) }); err != nil {
		t.Fatal(err)
	}
	if err := Write(t.Context(), whole, all); err != nil {
		t.Fatal(err)
	}
	elements := func(path string) string {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		h, err := npyheader.Read(f, int64(len(content)), sizes)
		if err != nil || !h.Shape.Equal(all.Shape) || h.Start%64 != 0 {
			t.Fatalf("got %v from %d, %v", h.Shape, h.Start, err)
		}
		return string(content[h.Start:])
	}
	if elements(path) != elements(whole) {
		t.Error("the elements differ")
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 2 {
		t.Errorf("left %v behind", entries)
	}
}

func TestRowsThatCannotBeWritten(t *testing.T) {
	var file *FileError
	folder := t.TempDir()
	for _, path := range []string{folder, filepath.Join(folder, "none", "x.npy")} {
		if _, err := Create(path); !errors.As(err, &file) || file.Path != path {
			t.Errorf("%s: got %v", path, err)
		}
	}
	r, err := Create(filepath.Join(folder, "x.npy"))
	if err == nil {
		err = r.Close(t.Context())
	}
	if entries, _ := os.ReadDir(folder); err != nil || len(entries) > 0 {
		t.Errorf("without rows: got %v and %v", entries, err)
	}
}

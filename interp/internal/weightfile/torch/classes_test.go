package torch

import (
	"slices"
	"testing"
)

// The files were written by torch 1.13 (testdata/weights/README.md).
func TestClassesOfCheckpoints(t *testing.T) {
	for file, key := range map[string]string{"classes_to_idx.pth": "class_to_idx", "classes_meta.pth": "classes", "classes_args.pth": "classes", "tiny_wrapped.pth": ""} {
		f, err := Open(input(read(t, file)))
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		if key != "" {
			want = []string{"ant", "cat"}
		}
		if got := f.About().Classes; got.Key != key || !slices.Equal(got.Names, want) {
			t.Errorf("%s: got %+v, want %q of %q", file, got, want, key)
		}
	}
}

package numpy

import (
	"slices"
	"testing"

	"cnnlang/interp/internal/weightfile/filetest"
)

// TestArchives: stored and deflated, every type in both byte orders and both orders of axes has
// the bytes that NumPy gives for it in the usual ones.
func TestArchives(t *testing.T) {
	for _, name := range []string{"numpy/plain.npz", "numpy/packed.npz"} {
		f := filetest.File(t, Open, name)
		want := filetest.Expectations(t, "numpy/arrays.json")
		for _, w := range want {
			filetest.Holds(t, f, w.Name, w)
		}
		if a := f.About(); len(f.Tensors()) != len(want) || a.Format != "NumPy (.npz)" || !slices.Equal(a.Notes, []string{"not readable: objects (|O), words (<U5)"}) {
			t.Errorf("%s: got %d tensors, want %d, %+v", name, len(f.Tensors()), len(want), a)
		}
	}
}

func TestArrays(t *testing.T) {
	for _, w := range filetest.Expectations(t, "numpy/versions.json") {
		f := filetest.File(t, Open, "numpy/"+w.Name+".npy")
		filetest.Holds(t, f, w.Name, w)
	}
}

func TestIs(t *testing.T) {
	head := func(name string) []byte { return filetest.Read(t, "../../../../testdata/weights/"+name) }
	for name, want := range map[string]bool{"numpy/plain.npz": true, "numpy/packed.npz": true, "numpy/version3.npy": true, "tiny.pth": false, "tiny.safetensors": false} {
		if got := Is(head(name), "w"); got != want {
			t.Errorf("%s: got %v", name, got)
		}
	}
	if !Is(head("tiny.pth"), "w.NPZ") {
		t.Error("a zip archive is named .npz and not taken for one")
	}
}

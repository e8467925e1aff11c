package interp_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// A model from the cache computes the same bits; an entry is not used for other weights,
// another size or if it is damaged.
func TestCacheOfPackedWeights(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "cache")
	n := nettest.Instantiate(t, "mobilenet_v2", tensor.Shape{1, 3, 64, 64})
	small := nettest.Instantiate(t, "mobilenet_v2", tensor.Shape{1, 3, 32, 96})
	input := nettest.Image(0, n.Graph.Input().Shape)
	build := func(n *interp.Net, w interp.Weights, known bool) []float32 {
		t.Helper()
		m, err := n.Build(t.Context(), interp.Options{Weights: w, Cache: folder})
		if err != nil || m.CacheProblem != nil {
			t.Fatal(err, m.CacheProblem)
		}
		if m.Known() != known {
			t.Errorf("from the cache: %v, want %v", m.Known(), known)
		}
		return nettest.Results(t, m, 2, nettest.Image(0, n.Graph.Input().Shape))[0]
	}
	plain, err := n.Build(t.Context(), interp.Options{Weights: interp.RandomWeights(1)})
	if err != nil {
		t.Fatal(err)
	}
	want := nettest.Results(t, plain, 2, input)[0]
	check := func(w interp.Weights, known bool) {
		t.Helper()
		if !nettest.SameBits(build(n, w, known), want) {
			t.Error("other bits")
		}
	}
	check(interp.RandomWeights(1), false)
	check(interp.RandomWeights(1), true)
	build(n, interp.RandomWeights(2), false)
	build(small, interp.RandomWeights(1), false)
	check(interp.RandomWeights(1), true)

	files, _ := filepath.Glob(filepath.Join(folder, "*.packed"))
	if len(files) != 3 {
		t.Fatalf("files: %v", files)
	}
	for _, f := range files {
		if err := os.Truncate(f, 5000); err != nil {
			t.Fatal(err)
		}
	}
	check(interp.RandomWeights(1), false)
	check(interp.RandomWeights(1), true)

	file := filepath.Join(t.TempDir(), "weights.safetensors")
	write := func(seed uint64) interp.Weights {
		t.Helper()
		var tensors []weights.Named
		generated := weights.Random(seed)
		for _, p := range n.Graph.Params(true) {
			tensors = append(tensors, weights.Named{Name: p.Path, Tensor: generated.Tensor(p.Path, p.Shape)})
		}
		if err := weights.WriteSafetensors(t.Context(), file, tensors); err != nil {
			t.Fatal(err)
		}
		store, err := weights.Open(file, weights.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return interp.StoreWeights(store)
	}
	w := write(1)
	check(w, false)
	check(w, true)
	build(n, write(3), false) // the same file, with other contents of the same size
	check(write(1), true)
}

// tiny is a net with a few weights, and its parameters for a seed.
func tiny(t *testing.T, seed uint64) (*interp.Net, []weights.Named) {
	t.Helper()
	_, n := selected(t, "-", "net m [N, 2, H = 4, W = 4] -> [N, 3] { c: conv(3, 3x3, pad=1) -> relu -> gap -> flatten -> fc: linear(3) }", interp.Options{})
	generated := weights.Random(seed)
	var tensors []weights.Named
	for _, p := range n.Graph.Params(true) {
		tensors = append(tensors, weights.Named{Name: p.Path, Tensor: generated.Tensor(p.Path, p.Shape)})
	}
	return n, tensors
}

// Weights that are replaced in place, with the old size and time of modification, are
// different weights.
func TestCacheKnowsTheContents(t *testing.T) {
	folder, file := filepath.Join(t.TempDir(), "cache"), filepath.Join(t.TempDir(), "w.safetensors")
	when := time.Unix(1_600_000_000, 0)
	for i, seed := range []uint64{1, 2, 1} {
		n, tensors := tiny(t, seed)
		other := filepath.Join(t.TempDir(), "other.safetensors")
		if err := weights.WriteSafetensors(t.Context(), other, tensors); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(other)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil { // the same file, in place
			t.Fatal(err)
		}
		if err := os.Chtimes(file, when, when); err != nil {
			t.Fatal(err)
		}
		run := func(cache string) ([]float32, bool) {
			store, err := weights.Open(file, weights.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			m, err := n.Build(t.Context(), interp.Options{Weights: interp.StoreWeights(store), Cache: cache})
			if err != nil || m.CacheProblem != nil {
				t.Fatal(err, m.CacheProblem)
			}
			return nettest.Results(t, m, 1, nettest.Image(0, n.Graph.Input().Shape))[0], m.Known()
		}
		want, _ := run("")
		for again := range 2 {
			if got, known := run(folder); !nettest.SameBits(got, want) || known != (again == 1 || i == 2) {
				t.Errorf("weights of seed %d, time %d: from the cache: %v, got %v, want %v", seed, again, known, got, want)
			}
		}
	}
}

// A changing store writes to its file when a tensor is read; a blind one does not notice.
type changing struct {
	weights.FileStore
	write func()
	blind bool
}

func (c changing) Tensor(name string) (tensor.Tensor, error) {
	c.write()
	return c.FileStore.Tensor(name)
}

func (c changing) Unchanged() error {
	if c.blind {
		return nil
	}
	return c.FileStore.Unchanged()
}

// If weights are written to while a model is made of them, that is an error, however soon
// after the file was created, and nothing is kept. The cache finds out by itself.
func TestCacheOfWeightsThatChange(t *testing.T) {
	for _, blind := range []bool{false, true} {
		folder, file := filepath.Join(t.TempDir(), "cache"), filepath.Join(t.TempDir(), "w.safetensors")
		n, tensors := tiny(t, 1)
		if err := weights.WriteSafetensors(t.Context(), file, tensors); err != nil {
			t.Fatal(err)
		}
		store, err := weights.Open(file, weights.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		f, err := os.OpenFile(file, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		write := func() {
			info, err := f.Stat()
			if err == nil {
				_, err = f.WriteAt([]byte{7}, info.Size()-3)
			}
			if err != nil {
				t.Error(err)
			}
		}
		m, err := n.Build(t.Context(), interp.Options{Weights: interp.StoreWeights(changing{store.(weights.FileStore), write, blind}), Cache: folder})
		switch {
		case !blind:
			if want := "weights: " + file + ": the file changed while it was read; run again once it is complete"; m != nil || err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		case err != nil || m.CacheProblem == nil || !strings.Contains(m.CacheProblem.Error(), file+" was written to while it was read"):
			t.Errorf("got %v and the model %+v", err, m)
		}
		if files, _ := filepath.Glob(filepath.Join(folder, "*.packed")); len(files) != 0 {
			t.Errorf("kept %v", files)
		}
	}
}

// A folder or an entry that others could have written is not used and is reported, and the
// results are still right.
func TestCacheOfOthers(t *testing.T) {
	n, _ := tiny(t, 1)
	folder := filepath.Join(t.TempDir(), "cache")
	build := func(problem string, known bool) {
		t.Helper()
		m, err := n.Build(t.Context(), interp.Options{Weights: interp.RandomWeights(0), Cache: folder})
		if err != nil || (m.CacheProblem == nil) != (problem == "") || m.Known() != known {
			t.Fatalf("got %v, the problem %v, from the cache: %v", err, m.CacheProblem, m.Known())
		}
		if problem != "" && !strings.Contains(m.CacheProblem.Error(), problem) {
			t.Errorf("got the problem %v, want %q", m.CacheProblem, problem)
		}
	}
	open := func(path string, mode os.FileMode) {
		t.Helper()
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	build("", false)
	build("", true)
	entries, _ := filepath.Glob(filepath.Join(folder, "*.packed"))
	if len(entries) != 1 {
		t.Fatalf("entries: %v", entries)
	}
	open(entries[0], 0o666)
	build(filepath.Base(entries[0])+" is not used, and will be replaced: it can be written by others", false)
	build("", true)
	open(folder, 0o777)
	build(folder+" is not used: it can be written by others", false)
	open(folder, 0o700)
	build("", true)
}

// Weights of one precision are not used for another. If the processor does not multiply
// bfloat16, a process that uses plain Go tests it.
func TestCacheKnowsThePrecision(t *testing.T) {
	if layout.BF16.Supported() != nil {
		child := exec.Command(os.Args[0], "-test.run=^TestCacheKnowsThePrecision$")
		child.Env = append(os.Environ(), "CNNLANG_ISA=generic")
		if out, err := child.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	folder := filepath.Join(t.TempDir(), "cache")
	n := nettest.Instantiate(t, "mobilenet_v2", tensor.Shape{1, 3, 64, 64})
	for i, precision := range []layout.Precision{layout.F32, layout.BF16, layout.F32, layout.BF16} {
		m, err := n.Build(t.Context(), interp.Options{Weights: interp.RandomWeights(0), Cache: folder, Precision: precision})
		if err != nil || m.CacheProblem != nil {
			t.Fatal(err, m.CacheProblem)
		}
		plain, err := n.Build(t.Context(), interp.Options{Weights: interp.RandomWeights(0), Precision: precision})
		if err != nil {
			t.Fatal(err)
		}
		input := nettest.Image(0, n.Graph.Input().Shape)
		if m.Known() != (i > 1) || !nettest.SameBits(nettest.Results(t, m, 2, input)[0], nettest.Results(t, plain, 2, input)[0]) {
			t.Errorf("%v: from the cache: %v, or other bits", precision, m.Known())
		}
	}
}

// A cache that cannot be written is only reported.
func TestCacheThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	n := nettest.Instantiate(t, "mobilenet_v2", tensor.Shape{1, 3, 32, 32})
	m, err := n.Build(t.Context(), interp.Options{Weights: interp.RandomWeights(0), Cache: file})
	if err != nil || m.CacheProblem == nil {
		t.Errorf("got %v and the problem %v", err, m.CacheProblem)
	}
}

package interp_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/nettest"
	"cnnlang/interp/weights"
	"cnnlang/ops"
	"cnnlang/ops/tensor"
)

// A model from the cache computes the same bits; one of other weights, another
// size or a damaged file is not taken from it.
func TestCacheOfPackedWeights(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "cache")
	n := nettest.Instantiate(t, "mobilenet_v2", tensor.Shape{1, 3, 64, 64})
	small := nettest.Instantiate(t, "mobilenet_v2", tensor.Shape{1, 3, 32, 96})
	input := nettest.Image(0, n.Graph.Input.Shape)
	build := func(n *interp.Net, w interp.Weights, known bool) []float32 {
		t.Helper()
		m, err := interp.Build(n, w, interp.Options{Cache: folder})
		if err != nil || m.CacheProblem != nil {
			t.Fatal(err, m.CacheProblem)
		}
		if m.Plan.Known() != known {
			t.Errorf("from the cache: %v, want %v", m.Plan.Known(), known)
		}
		return nettest.Results(t, m, 2, nettest.Image(0, n.Graph.Input.Shape))[0]
	}
	plain, err := interp.Build(n, interp.Weights{Seed: 1}, interp.Options{})
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
	check(interp.Weights{Seed: 1}, false)
	check(interp.Weights{Seed: 1}, true)
	build(n, interp.Weights{Seed: 2}, false)
	build(small, interp.Weights{Seed: 1}, false)
	check(interp.Weights{Seed: 1}, true)

	files, _ := filepath.Glob(filepath.Join(folder, "*.packed"))
	if len(files) != 3 {
		t.Fatalf("files: %v", files)
	}
	for _, f := range files {
		if err := os.Truncate(f, 5000); err != nil {
			t.Fatal(err)
		}
	}
	check(interp.Weights{Seed: 1}, false)
	check(interp.Weights{Seed: 1}, true)

	file := filepath.Join(t.TempDir(), "weights.safetensors")
	write := func(seed uint64) interp.Weights {
		t.Helper()
		var tensors []weights.Named
		generated := weights.Random(seed)
		for _, p := range n.Graph.Params(true) {
			tensors = append(tensors, weights.Named{Name: p.Path, Tensor: generated.Tensor(p.Path, p.Shape)})
		}
		if err := weights.WriteSafetensors(file, tensors); err != nil {
			t.Fatal(err)
		}
		store, err := weights.Open(file, weights.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return interp.Weights{Store: store}
	}
	w := write(1)
	check(w, false)
	check(w, true)
	build(n, write(3), false) // the same file, with other contents of the same size
	check(write(1), true)
}

// Weights of one precision are not taken for those of another. Where the processor does
// not multiply bfloat16, a process in which plain Go does tests it.
func TestCacheKnowsThePrecision(t *testing.T) {
	if ops.BF16.Supported() != nil {
		child := exec.Command(os.Args[0], "-test.run=^TestCacheKnowsThePrecision$")
		child.Env = append(os.Environ(), "CNNLANG_ISA=generic")
		if out, err := child.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	folder := filepath.Join(t.TempDir(), "cache")
	n := nettest.Instantiate(t, "mobilenet_v2", tensor.Shape{1, 3, 64, 64})
	for i, precision := range []ops.Precision{ops.F32, ops.BF16, ops.F32, ops.BF16} {
		m, err := interp.Build(n, interp.Weights{}, interp.Options{Cache: folder, Precision: precision})
		if err != nil || m.CacheProblem != nil {
			t.Fatal(err, m.CacheProblem)
		}
		plain, err := interp.Build(n, interp.Weights{}, interp.Options{Precision: precision})
		if err != nil {
			t.Fatal(err)
		}
		input := nettest.Image(0, n.Graph.Input.Shape)
		if m.Plan.Known() != (i > 1) || !nettest.SameBits(nettest.Results(t, m, 2, input)[0], nettest.Results(t, plain, 2, input)[0]) {
			t.Errorf("%v: from the cache: %v, or other bits", precision, m.Plan.Known())
		}
	}
}

// A cache that cannot be written does no harm.
func TestCacheThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	n := nettest.Instantiate(t, "mobilenet_v2", tensor.Shape{1, 3, 32, 32})
	m, err := interp.Build(n, interp.Weights{}, interp.Options{Cache: file})
	if err != nil || m.CacheProblem == nil {
		t.Errorf("got %v and the problem %v", err, m.CacheProblem)
	}
}

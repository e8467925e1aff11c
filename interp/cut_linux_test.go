package interp_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

// cutText has convolutions of every kind of algorithm, and tensors of many pages.
const cutText = `net cut [N, 16, H = 20, W = 20] -> [N, _] {
  conv(128, 3x3, pad=1, bias=false) -> bn -> relu
  conv(128, 3x3, pad=1, groups=128, bias=false) -> conv(256, 1x1) -> relu
  conv(256, 3x3, stride=2, pad=1, groups=32)
  conv(64, 5x5, pad=2, dilation=1) -> relu
  gap -> flatten -> linear(2000) -> layer_norm
}
`

func cutNet(t *testing.T) *interp.Net {
	t.Helper()
	p, err := interp.Read("<stdin>", strings.NewReader(cutText))
	if err != nil || p.Problems.HasErrors() {
		t.Fatal(err, p.Problems)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A cutStore cuts its file when a tensor is asked for.
type cutStore struct {
	weights.Store
	left int // tensors until then
	size int64
}

func (s *cutStore) Tensor(name string) (tensor.Tensor, error) {
	if s.left--; s.left == 0 {
		if err := os.Truncate(s.Path(), s.size); err != nil {
			return tensor.Tensor{}, err
		}
	}
	return s.Store.Tensor(name)
}

// If weights are cut short while a plan is made of them, that is an error, mapped or not,
// whenever and wherever it happens, and nothing of them is kept.
func TestWeightsThatAreCutShortWhilePacking(t *testing.T) {
	n := cutNet(t)
	var tensors []weights.Named
	generated := weights.Random(1)
	for _, p := range n.Graph.Params(true) {
		tensors = append(tensors, weights.Named{Name: p.Path, Tensor: generated.Tensor(p.Path, p.Shape)})
	}
	folder := t.TempDir()
	file, cache := filepath.Join(folder, "w.safetensors"), filepath.Join(folder, "cache")
	for _, noMap := range []bool{false, true} {
		for _, left := range []int{1, len(tensors) / 2, len(tensors)} {
			for _, size := range []func(int64) int64{
				func(int64) int64 { return 100 },
				func(all int64) int64 { return all / 2 },
				func(all int64) int64 { return all - 1 }, // within a page: what is gone reads as zeros
			} {
				if err := weights.WriteSafetensors(t.Context(), file, tensors); err != nil {
					t.Fatal(err)
				}
				store, err := weights.Open(file, weights.Options{NoMap: noMap})
				if err != nil {
					t.Fatal(err)
				}
				info, err := os.Stat(file)
				if err != nil {
					t.Fatal(err)
				}
				cut := &cutStore{store, left, size(info.Size())}
				m, err := n.Build(t.Context(), interp.Options{Weights: interp.StoreWeights(cut), Threads: 2, Cache: cache})
				store.Close()
				var wrong *weights.FileError
				if want := "weights: " + file + ": the file became shorter while it was read"; m != nil || !errors.As(err, &wrong) || err.Error() != want {
					t.Errorf("not mapped %v, cut to %d of %d bytes at tensor %d: got %v\nwant %s", noMap, cut.size, info.Size(), left, err, want)
				}
				if kept, _ := filepath.Glob(filepath.Join(cache, "*.packed")); len(kept) > 0 {
					t.Fatalf("the cache has %v", kept)
				}
			}
		}
	}
}

// If a file of packed weights is cut short while sessions use it, every run fails, on one
// thread or several, and so do sessions that begin afterwards. The kernels of the machine
// read it; the next test has those of the other instruction sets.
func TestPackedWeightsThatAreCutShortWhileRunning(t *testing.T) {
	n, cache := cutNet(t), filepath.Join(t.TempDir(), "cache")
	input := nettest.Image(0, n.Graph.Input().Shape)
	for _, size := range []func(int64) int64{
		func(int64) int64 { return 0 },
		func(all int64) int64 { return all / 2 },
		func(all int64) int64 { return all - 1 },
	} {
		var m *interp.Model
		for known := range 2 {
			var err error
			m, err = n.Build(t.Context(), interp.Options{Weights: interp.RandomWeights(1), Cache: cache})
			if err != nil || m.CacheProblem != nil || m.Known() != (known == 1) {
				t.Fatal(err, m.CacheProblem, m.Known())
			}
		}
		before := m.NewSession(2)
		defer before.Close()
		if err := before.Run(t.Context(), input); err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(cache, "*.packed"))
		info, err := os.Stat(files[0])
		if err != nil || len(files) != 1 {
			t.Fatal(err, files)
		}
		if err := os.Truncate(files[0], size(info.Size())); err != nil {
			t.Fatal(err)
		}
		for _, session := range []*interp.Session{before, m.NewSession(1), m.NewSession(3)} {
			defer session.Close()
			for range 2 {
				err := session.Run(t.Context(), input)
				if err == nil || !strings.HasSuffix(err.Error(), ".packed: the file became shorter while it was read") {
					t.Errorf("cut to %d bytes, %d threads: got %v", size(info.Size()), session.Threads(), err)
				}
				_, err = session.MeasureSteps(t.Context(), 0, input)
				if err == nil || !strings.HasSuffix(err.Error(), "the file became shorter while it was read") {
					t.Errorf("profile: got %v", err)
				}
			}
		}
	}
}

package interp_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

// Generated weights written to a file and read back give the same results as in memory.
func TestWeightsFromAFileGiveTheSameBits(t *testing.T) {
	for _, net := range []string{"resnet18", "resnet50"} {
		t.Run(net, func(t *testing.T) {
			const seed = 7
			n := nettest.Instantiate(t, net, tensor.Shape{1, 3, 96, 64})
			var tensors []weights.Named
			generated := weights.Random(seed).Bind(n.Graph.Params(true))
			for _, p := range n.Graph.Params(true) {
				tensors = append(tensors, weights.Named{Name: p.Path, Tensor: generated[p.Path]})
			}
			file := filepath.Join(t.TempDir(), "weights.safetensors")
			if err := weights.WriteSafetensors(t.Context(), file, tensors); err != nil {
				t.Fatal(err)
			}
			store, err := weights.Open(file, weights.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			logits := func(w interp.Weights) []float32 {
				m, err := n.Build(t.Context(), interp.Options{Weights: w})
				if err != nil {
					t.Fatal(err)
				}
				return nettest.Results(t, m, 2, nettest.Image(0, n.Graph.Input().Shape))[0]
			}
			want := logits(interp.RandomWeights(seed))
			if !nettest.SameBits(logits(interp.StoreWeights(store)), want) {
				t.Error("the logits have other bits")
			}
			if nettest.SameBits(logits(interp.RandomWeights(seed+1)), want) {
				t.Error("another seed gives the same logits")
			}
		})
	}
}

// A file whose tensors lack axes of size 1 gives the bits of one that has them, from the cache
// of packed weights as well.
func TestWeightsThatLackAxesGiveTheSameBits(t *testing.T) {
	p, err := interp.Read("n.cnn", strings.NewReader(`net n [N, 3, H = 1, W = 80] -> [N, 5] {
		conv: conv(32, 1x9, pad=half, bias=false) -> mul { | id | scale: param([32, 1, 1]) } -> relu
		pointwise: conv(16, 1x1, bias=false)
		gap -> flatten -> fc: linear(5)
	}`))
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := interp.RandomTensors(n, 3)
	lacking := map[string]tensor.Tensor{}
	for name, x := range all {
		shape := slices.DeleteFunc(slices.Clone(x.Shape), func(size int) bool { return size == 1 })
		lacking[name] = tensor.From(x.Data, shape...)
	}
	folder := t.TempDir()
	logits := func(tensors map[string]tensor.Tensor) []float32 {
		file := filepath.Join(t.TempDir(), "w.safetensors")
		if err := interp.WriteWeights(t.Context(), file, tensors); err != nil {
			t.Fatal(err)
		}
		m, err := n.Build(t.Context(), interp.Options{Weights: interp.WeightsFile(file), Cache: folder})
		if err != nil {
			t.Fatal(err)
		}
		return nettest.Results(t, m, 2, nettest.Image(0, n.Graph.Input().Shape))[0]
	}
	want := logits(all)
	for range 2 {
		if !nettest.SameBits(logits(lacking), want) {
			t.Error("the logits have other bits")
		}
	}
}

// A file whose head has another size is told the argument with which it fits, and a class more than
// the net has names for is told what it may be.
func TestArgumentsThatAFileFits(t *testing.T) {
	const text = `net n(classes = 3) [N, 3, H = 4, W = 4] -> [N, classes] { meta { classes = ["a", "b", "c"] }
		conv: conv(4, 3x3) -> gap -> flatten -> fc: linear(classes) }`
	p, err := interp.Read("n.cnn", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	n := readNet(t, text)
	for classes, want := range map[int]string{
		4: "help: add --set classes=4; files with one class more, as those of TF-Slim, have the background as their first",
		7: "help: add --set classes=7",
	} {
		other, err := p.Net(interp.Options{Set: interp.Settings{Texts: []string{fmt.Sprintf("classes=%d", classes)}}})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "w.safetensors")
		if err := interp.WriteWeights(t.Context(), path, interp.RandomTensors(other, 1)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := outputsOf(t, n, interp.WeightsFile(path)); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%d classes: %v", classes, err)
		}
		if _, _, err := outputsOf(t, other, interp.WeightsFile(path)); err != nil {
			t.Error(err)
		}
	}
}

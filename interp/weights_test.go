package interp_test

import (
	"path/filepath"
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
				return nettest.Results(t, m, 2, nettest.Image(0, n.Graph.Input.Shape))[0]
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

package interp_test

import (
	"math"
	"path/filepath"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/nettest"
	"cnnlang/interp/npy"
)

// TestFormatsGiveTheOutputOfPyTorch: files of every format with the weights of one module.
func TestFormatsGiveTheOutputOfPyTorch(t *testing.T) {
	const folder = "../testdata/weights/same"
	input, err := npy.Read(t.Context(), filepath.Join(folder, "input.npy"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := npy.Read(t.Context(), filepath.Join(folder, "output.npy"))
	if err != nil || len(want.Data) != 10 {
		t.Fatalf("%v, %v", want.Shape, err)
	}
	n := nettest.Instantiate(t, filepath.Join(folder, "same.cnn"), input.Shape)
	for _, file := range []string{"same.onnx", "folded.onnx", "same.npz", "same.caffemodel", "same.weights", "same.safetensors.index.json"} {
		m, err := n.Build(t.Context(), interp.Options{Weights: interp.WeightsFile(filepath.Join(folder, file))})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for i, x := range nettest.Results(t, m, 1, input)[0] {
			if math.Abs(float64(x-want.Data[i])) > 1e-6 {
				t.Errorf("%s: got %v at %d, want %v", file, x, i, want.Data[i])
			}
		}
	}
}

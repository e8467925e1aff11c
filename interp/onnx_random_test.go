package interp_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/onnx"
)

// onnxFolder keeps the random programs whose models are written, for bench/exchange, which has them
// run by others.
var onnxFolder = flag.String("onnx.folder", "", "a folder for the texts of random programs")

// Random programs become models, as they are and with folded normalisations, from which their
// weights are read back bit for bit.
func TestRandomProgramsBecomeModels(t *testing.T) {
	folder := t.TempDir()
	if *onnxFolder != "" {
		if err := os.MkdirAll(*onnxFolder, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for seed := range uint64(100) {
		text := randomOf(seed, 60)
		if seed >= 85 {
			text = randomEnds(seed)
		}
		if *onnxFolder != "" {
			if err := os.WriteFile(filepath.Join(*onnxFolder, fmt.Sprintf("random%02d.cnn", seed)), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		n, _ := expanded(t, "-", text)
		sides, err := n.SideHeads(nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := onnx.Of(n.Graph, onnx.Options{Sides: sides, FoldNorms: true}); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		path := filepath.Join(folder, "random.onnx")
		wanted := interp.RandomTensors(n, seed)
		writeModel(t, n, sides, interp.RandomWeights(seed), path, seed%2 == 1)
		if len(wanted) == 0 {
			continue // a file without tensors is no file of weights
		}
		read, err := n.Parameters(t.Context(), interp.WeightsFile(path), sides)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		for _, p := range n.Graph.Params(true) {
			got, err := read.Tensor(p)
			if err != nil || !got.Shape.Equal(p.Shape) || !slices.Equal(got.Data, wanted[p.Path].Data) {
				t.Errorf("seed %d: %s differs, %v", seed, p.Path, err)
			}
		}
		read.Close()
	}
}

// writeModel writes a net with weights as an ONNX model.
func writeModel(t *testing.T, n *interp.Net, sides []string, w interp.Weights, path string, external bool) {
	t.Helper()
	weights, err := n.Parameters(t.Context(), w, sides)
	if err != nil {
		t.Fatal(err)
	}
	defer weights.Close()
	m, err := onnx.Of(n.Graph, onnx.Options{Sides: sides})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Write(t.Context(), onnx.Destination{Path: path, External: external}, weights); err != nil {
		t.Fatal(err)
	}
}

package interp_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/onnx"
)

// A file of weights that is cut short while a model is written from it is an error, and no file is
// left.
func TestWeightsCutShortWhileAModelIsWritten(t *testing.T) {
	p, err := interp.Read("n.cnn", strings.NewReader("net n [N, 256, H = 1, W = 1] -> [N, 256, H, W] { a: conv(256, 3x3, pad=1) -> b: conv(256, 3x3, pad=1) }"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	file := filepath.Join(folder, "w.safetensors")
	if err := interp.WriteWeights(t.Context(), file, interp.RandomTensors(n, 0)); err != nil {
		t.Fatal(err)
	}
	for _, fold := range []bool{false, true} {
		weights, err := n.Parameters(t.Context(), interp.WeightsFile(file), nil)
		if err != nil {
			t.Fatal(err)
		}
		m, err := onnx.Of(n.Graph, onnx.Options{FoldNorms: fold})
		if err != nil {
			t.Fatal(err)
		}
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(file, int64(len(whole))/2); err != nil {
			t.Fatal(err)
		}
		_, err = m.Write(t.Context(), onnx.Destination{Path: filepath.Join(folder, "n.onnx")}, weights)
		if failed, ok := errors.AsType[*interp.WeightsError](err); !ok || failed.Path != file {
			t.Errorf("got %v", err)
		}
		weights.Close()
		if left, _ := filepath.Glob(filepath.Join(folder, "*onnx*")); len(left) > 0 {
			t.Errorf("left %v", left)
		}
		if err := os.WriteFile(file, whole, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

package onnx_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/importer"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/onnx"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

var seeds = flag.Uint64("onnx.seeds", 150, "how many random models TestRandomModels imports")

// Random models compute once imported what ONNX's definitions say, by the definitions of the language's operations and, some
// of them, as a text with a file of weights that is run.
func TestRandomModels(t *testing.T) {
	refused, imported := map[string]int{}, 0
	for seed := range *seeds {
		raw, in, want := randomModel(seed)
		if !finite(want) {
			continue
		}
		net, err := onnx.Read(flattest.Source("random.onnx", raw))
		if err != nil {
			refused[err.Error()[strings.LastIndexByte(err.Error(), '(')+1:]]++
			continue
		}
		imported++
		image := narrow(in)
		if strings.Contains(strings.Join(net.Notes, " "), "channels last in the file") {
			image = ref.Run(&ops.Permute{Axes: dim.Shaped(0, 3, 1, 2)}, []tensor.Tensor{image}, nil)
		}
		got := compute(t, net, image)[0]
		if problem := differs(got, want); problem != "" {
			t.Errorf("seed %d: %s", seed, problem)
		}
		if seed%16 == 0 || *seeds > 1000 && seed%2 == 0 {
			if problem := differs(carried(t, raw, image), want); problem != "" {
				t.Errorf("seed %d, as a text: %s", seed, problem)
			}
		}
	}
	t.Logf("%d are imported", imported)
	for why, n := range refused {
		t.Log(n, why)
	}
	if uint64(imported) < *seeds/2 {
		t.Errorf("%d of %d are imported", imported, *seeds)
	}
}

func narrow(a array) tensor.Tensor {
	list := make([]float32, len(a.data))
	for i, v := range a.data {
		list[i] = float32(v)
	}
	return tensor.From(list, a.shape...)
}

const most = 1e4

func finite(a array) bool {
	return !slices.ContainsFunc(a.data, func(v float64) bool { return !(math.Abs(v) < most) })
}

// differs says where two tensors do, by more than float32 explains.
func differs(got tensor.Tensor, want array) string {
	if !slices.Equal(got.Shape, want.shape) {
		return fmt.Sprintf("got the shape %v, want %v", got.Shape, want.shape)
	}
	scale := 1.0
	for _, v := range want.data {
		scale = max(scale, math.Abs(v))
	}
	for i, v := range want.data {
		if !(math.Abs(float64(got.Data[i])-v) <= 2e-5*scale) {
			return fmt.Sprintf("got %v at %d, want %v", got.Data[i], i, v)
		}
	}
	return ""
}

// carried is what a model computes that was imported as a text and a file of weights.
func carried(t *testing.T, raw []byte, in tensor.Tensor) tensor.Tensor {
	t.Helper()
	folder := t.TempDir()
	file, stored := filepath.Join(folder, "m.onnx"), filepath.Join(folder, "m.safetensors")
	if err := os.WriteFile(file, raw, 0o666); err != nil {
		t.Fatal(err)
	}
	i, err := importer.Open(file, importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	if _, err := i.WriteWeights(t.Context(), stored, nil); err != nil {
		t.Fatal(err)
	}
	model, err := interp.Load(t.Context(), stored, interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	out, err := model.Run(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

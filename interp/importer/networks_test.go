package importer

import (
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

const importFiles = "../../testdata/import/"

// TestNetworksOfCaffeAndDarknet: the texts of networks have the parameters and the work of these, and at
// most so many lines; those that have a file of numbers compute with it what PyTorch computes. Norms of
// Darknet have epsilon elsewhere, which is 1.3e-4 standard deviations behind the nine of resnet_shortcuts.
func TestNetworksOfCaffeAndDarknet(t *testing.T) {
	for _, c := range []struct {
		file, numbers string
		lines         int
		within        float64
	}{
		{"caffe/densenet_dense.prototxt", "", 21, 0}, {"caffe/inception_modules.prototxt", "", 27, 0}, {"caffe/resnet_bottlenecks.prototxt", "", 25, 0},
		{"caffe/senet_axpy.prototxt", "", 39, 0}, {"caffe/squeezenet_fires.prototxt", "", 23, 0},
		{"caffe/mobilenet_groups.prototxt", "caffe/mobilenet_groups.caffemodel", 24, 1e-5}, {"caffe/nin_v1.prototxt", "caffe/nin_v1.caffemodel", 15, 1e-5},
		{"caffe/odds.prototxt", "caffe/odds.caffemodel", 18, 1e-5},
		{"darknet/connected_mnist.cfg", "darknet/connected_mnist.weights", 14, 2e-5}, {"darknet/resnet_shortcuts.cfg", "darknet/resnet_shortcuts.weights", 25, 2e-4},
		{"darknet/tiny_heads.cfg", "darknet/tiny_heads.weights", 34, 2e-4}, {"darknet/darknet19.cfg", "", 31, 0}, {"darknet/darknet53_yolo.cfg", "", 52, 0},
	} {
		t.Run(c.file, func(t *testing.T) {
			o := Options{NoWeights: c.numbers == ""}
			if c.numbers != "" {
				o.Weights = importFiles + c.numbers
			}
			i, err := Open(importFiles+c.file, o)
			if err != nil {
				t.Fatal(err)
			}
			defer i.Close()
			want := expectations(t, c.file)
			if params, macs := i.Net.Main.Params.MustInt(), i.Net.Main.MACs.MustInt(); int64(params) != want.Params || int64(macs) != want.MACs {
				t.Errorf("got %d parameters and %d multiply-accumulates, want %d and %d", params, macs, want.Params, want.MACs)
			}
			if lines := len(strings.FieldsFunc(i.Text, func(r rune) bool { return r == '\n' })); lines > c.lines {
				t.Errorf("the text has %d lines, want at most %d:\n%s", lines, c.lines, i.Text)
			}
			if c.numbers != "" {
				computes(t, i, want, c.within)
			}
		})
	}
}

// expectations are what is known of a network of testdata/import.
func expectations(t *testing.T, file string) flattest.Expected {
	t.Helper()
	want, ok := flattest.Expectations(t, filepath.Dir(file)+"/expected.json")[strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))]
	if !ok {
		t.Fatalf("nothing is known of %s", file)
	}
	return want
}

// computes runs a net on the generated picture; of several outputs each is called after its section.
func computes(t *testing.T, i *Imported, want flattest.Expected, within float64) {
	t.Helper()
	outputs := runs(t, i, func(string) tensor.Tensor { return flattest.Image(want.Input) })
	if len(outputs) != len(want.Outputs) {
		t.Fatalf("got %d outputs, want %d", len(outputs), len(want.Outputs))
	}
	for key, y := range want.Outputs {
		found := 0
		for name, got := range outputs {
			if len(outputs) == 1 || strings.HasSuffix(name, "_"+key) {
				found++
				if off := y.Near(t, ref.Widen(got)); !(off <= within) {
					t.Errorf("%s is %.1e standard deviations off", name, off)
				}
			}
		}
		if found != 1 {
			t.Errorf("%d outputs are that of %s", found, key)
		}
	}
}

// runs runs a net from nothing but its file of weights, on the inputs of these names.
func runs(t *testing.T, i *Imported, input func(name string) tensor.Tensor) map[string]tensor.Tensor {
	t.Helper()
	file := filepath.Join(t.TempDir(), "net.safetensors")
	if _, err := i.WriteWeights(t.Context(), file, nil); err != nil {
		t.Fatal(err)
	}
	model, err := interp.Load(t.Context(), file, interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	inputs := map[string]tensor.Tensor{}
	for _, in := range model.Net.Graph.Inputs {
		inputs[in.Path] = input(in.Path)
	}
	outputs, err := model.RunNamed(t.Context(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	return outputs
}

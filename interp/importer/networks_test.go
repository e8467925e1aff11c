package importer

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

const importFiles = "../../testdata/import/"

// What is known of the networks in expected.json of a folder.
type published struct {
	Input        tensor.Shape
	Params, MACs int64
	Outputs      map[string]struct {
		Shape  tensor.Shape
		At     []int
		Values []float64
		Std    float64
	}
}

// TestNetworksOfCaffeAndDarknet: the texts of networks have the parameters and the work of these, and at
// most so many lines; those that have a file of numbers compute with it what PyTorch computes. Norms of
// Darknet have epsilon elsewhere, which is 1.3e-4 standard deviations behind the nine of resnet_shortcuts.
func TestNetworksOfCaffeAndDarknet(t *testing.T) {
	for _, c := range []struct {
		file, numbers string
		lines         int
		within        float64
	}{
		{"caffe/densenet_dense.prototxt", "", 20, 0}, {"caffe/inception_modules.prototxt", "", 27, 0}, {"caffe/resnet_bottlenecks.prototxt", "", 27, 0},
		{"caffe/senet_axpy.prototxt", "", 39, 0}, {"caffe/squeezenet_fires.prototxt", "", 25, 0},
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

func expectations(t *testing.T, file string) published {
	t.Helper()
	raw, err := os.ReadFile(importFiles + filepath.Dir(file) + "/expected.json")
	var all struct{ Nets map[string]published }
	if err == nil {
		err = json.Unmarshal(raw, &all)
	}
	want, ok := all.Nets[strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))]
	if err != nil || !ok {
		t.Fatalf("nothing is known of %s: %v", file, err)
	}
	return want
}

// computes runs a net from nothing but its file of weights.
func computes(t *testing.T, i *Imported, want published, within float64) {
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
	s := want.Input
	outputs, err := model.RunNamed(t.Context(), map[string]tensor.Tensor{model.Net.Graph.Input().Path: weights.Image(0, s[0], s[1], s[2], s[3], 1)})
	if err != nil {
		t.Fatal(err)
	}
	if len(outputs) != len(want.Outputs) {
		t.Fatalf("got %d outputs, want %d", len(outputs), len(want.Outputs))
	}
	for name, got := range outputs {
		for key, y := range want.Outputs {
			if len(outputs) > 1 && !strings.HasSuffix(name, "_"+key) {
				continue
			}
			if !got.Shape.Equal(y.Shape) {
				t.Fatalf("%s is %v, want %v", name, got.Shape, y.Shape)
			}
			for at, value := range y.Values {
				if off := math.Abs(float64(got.Data[y.At[at]])-value) / y.Std; !(off <= within) {
					t.Errorf("%s: number %d is %v, want %v, %.1e standard deviations off", name, y.At[at], got.Data[y.At[at]], value, off)
				}
			}
		}
	}
}

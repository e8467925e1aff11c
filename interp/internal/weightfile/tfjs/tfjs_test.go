package tfjs_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
	"cnnlang/interp/internal/weightfile/tfjs"
)

const folder = "../../../../testdata/weights/tfjs"

func openInput(in weightfile.Input) (weightfile.File, error) { return tfjs.Open(in) }

// read opens a model whose shards are in files, or in a map where that has them.
func read(text []byte, path string, shards map[string]string) (weightfile.File, error) {
	in := filetest.Memory(path, text, nil)
	in.Sibling = func(name string) (io.ReaderAt, int64, error) {
		if s, ok := shards[name]; ok {
			return strings.NewReader(s), int64(len(s)), nil
		}
		raw, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			err = errors.New("no such file")
		}
		return bytes.NewReader(raw), int64(len(raw)), err
	}
	return tfjs.Open(in)
}

func opened(t *testing.T, name string) weightfile.File {
	t.Helper()
	text := filetest.Read(t, filepath.Join(folder, name))
	if !tfjs.Is(text[:min(512, len(text))], name) {
		t.Errorf("%s is not recognised", name)
	}
	f, err := read(text, name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Numbers, shapes and types of every form are those that NumPy computes.
func TestNumbers(t *testing.T) {
	var expected map[string]map[string][3]any
	if err := json.Unmarshal(filetest.Read(t, filepath.Join(folder, "expected.json")), &expected); err != nil || len(expected) != 5 {
		t.Fatalf("%d files, %v", len(expected), err)
	}
	formats := map[string]string{"float32": "TensorFlow.js layers model, Keras 2.2.4", "uint8": "TensorFlow.js layers model, Keras 2.2.4, quantised to uint8",
		"uint16": "TensorFlow.js layers model, Keras 2.2.4, quantised to uint16", "float16": "TensorFlow.js layers model, Keras 2.2.4, quantised to float16",
		"graph": "TensorFlow.js graph model, quantised to uint8"}
	for name, want := range expected {
		f := opened(t, name+".json")
		if f.About().Format != formats[name] {
			t.Errorf("%s: format %q", name, f.About().Format)
		}
		for i, x := range f.Tensors() {
			got, err := f.Bytes(i)
			shape := []any{}
			for _, n := range x.Shape {
				shape = append(shape, float64(n))
			}
			w := want[x.Name]
			if err != nil || string(x.Type) != w[0] || !slices.Equal(shape, w[1].([]any)) || hex.EncodeToString(got) != w[2] {
				t.Errorf("%s: %+v is %x, %v; want %v", name, x, got, err, w)
			}
			delete(want, x.Name)
		}
		if len(want) > 0 {
			t.Errorf("%s: missing %v", name, want)
		}
	}
}

// A layers model says what its tensors are and how its layers compute.
func TestLayersModel(t *testing.T) {
	f := opened(t, "uint8.json")
	for _, x := range f.Tensors() {
		if x.Layer+"/"+x.Leaf != x.Name || x.Axes == weightfile.Unknown {
			t.Errorf("%+v", x)
		}
		if want := (map[string]weightfile.Axes{"up/kernel": weightfile.HWOI, "depthwise/depthwise_kernel": weightfile.HWIM, "predictions/kernel": weightfile.IO, "conv2d_1/kernel": weightfile.HWIO})[x.Name]; want != "" && x.Axes != want {
			t.Errorf("%s has the axes %s, want %s", x.Name, x.Axes, want)
		}
	}
	layers := f.About().Layers
	if len(layers) != 17 || layers[2].Kind != "BatchNormalization" || *layers[2].Eps != 0.001 || layers[1].Padding != "same" {
		t.Errorf("%+v", layers)
	}
}

// In a graph model the operations that read weights say what they are.
func TestGraphModel(t *testing.T) {
	f := opened(t, "graph.json")
	want := map[string][3]string{"m/conv/kernel": {"conv", "kernel", "HWIO"}, "m/conv/bias": {"conv", "bias", "C"}, "m/dw/kernel": {"dw", "depthwise_kernel", "HWIM"},
		"m/bn/scale": {"bn", "gamma", "C"}, "m/up": {"up", "kernel", "HWOI"}, "m/fc": {"fc", "kernel", "OI"}, "m/flag": {}}
	for _, x := range f.Tensors() {
		if w, ok := want[x.Name]; ok && w != [3]string{x.Layer, x.Leaf, string(x.Axes)} {
			t.Errorf("%+v, want %v", x, w)
		}
		delete(want, x.Name)
	}
	if len(want) > 0 {
		t.Errorf("missing %v", want)
	}
	byName := map[string]weightfile.Layer{}
	for _, l := range f.About().Layers {
		byName[l.Name] = l
	}
	if l := byName["conv"]; l.Padding != "same" || !slices.Equal(l.Stride, []int{2, 2}) || l.Activation != "relu6" || l.Kind != "_FusedConv2D" {
		t.Errorf("%+v", l)
	}
	if l := byName["dw"]; l.Padding != "0,2,1,3" { // 0 and 1 of the height, 2 and 3 of the width
		t.Errorf("%+v", l)
	}
	if l := byName["bn"]; l.Eps == nil || *l.Eps != 0.001 {
		t.Errorf("%+v", l)
	}
	if l := byName["pool"]; l.Padding != "valid" || l.Ceil == nil || *l.Ceil {
		t.Errorf("%+v", l)
	}
}

// JSON of another kind is not taken for a model.
func TestOtherJSON(t *testing.T) {
	for _, c := range []struct {
		head, path string
		want       bool
	}{
		{`{"metadata": {"total_size": 1}, "weight_map": {"a": "b.safetensors"}}`, "model.safetensors.index.json", false},
		{`{"architectures": ["ResNet"]}`, "config.json", false},
		{`[1, 2]`, "model.json", false},
		{`[{"paths": [], "weights": []}]`, "a/weights_manifest.json", true},
		{" \n{\"format\": \"graph-model\"", "x", true},
	} {
		if got := tfjs.Is([]byte(c.head), c.path); got != c.want {
			t.Errorf("%s: %v", c.head, got)
		}
	}
}

package keras_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/keras"
	"cnnlang/interp/internal/weightfile"
)

// source is a model for TensorFlow.js of which this is the topology, without weights.
func source(topology string) flat.Source {
	text := `{"format": "layers-model", "modelTopology": {"keras_version": "2.4.0", "model_config": ` + topology + `}, "weightsManifest": []}`
	return flat.Source{Input: weightfile.Input{ReaderAt: strings.NewReader(text), Size: int64(len(text)), Path: "model.json"}, NoWeights: true}
}

// chain is a Sequential of these layers on images of 8x8 pixels with 4 channels; each is its class and its settings.
func chain(layers ...string) string {
	list := []string{`{"class_name": "InputLayer", "config": {"name": "in", "batch_input_shape": [null, 8, 8, 4]}}`}
	for i, l := range layers {
		class, config, _ := strings.Cut(l, " ")
		if config != "" {
			config = ", " + config
		}
		list = append(list, fmt.Sprintf(`{"class_name": %q, "config": {"name": "l%d"%s}}`, class, i, config))
	}
	return `{"class_name": "Sequential", "config": {"name": "m", "layers": [` + strings.Join(list, ", ") + `]}}`
}

// Everything that cannot be imported is named at once, with what can be.
func TestRefusals(t *testing.T) {
	const conv = `Conv2D "filters": 2, "kernel_size": [3, 3]`
	for _, c := range []struct {
		model string
		want  []string
	}{
		{chain("Lambda", "LSTM", conv, "Conv3D"), []string{
			"layer l0 (Lambda): the language has nothing for it; what it computes is code, and not in the file; make it of layers, or write the network by hand",
			"layer l1 (LSTM): the language has nothing for it; make it of other layers, or write the network by hand",
			"layer l3 (Conv3D): the language has nothing for it; make it of other layers, or write the network by hand"}},
		{chain("Convolution2D"), []string{"layer l0 (Convolution2D): the language has nothing for it; it is a layer of Keras 1; load the model with Keras 2, and save it again"}},
		{chain(conv + `, "padding": "causal"`), []string{`layer l0 (Conv2D): its padding is "causal"; valid and same`}},
		{chain(conv + `, "groups": 3`), []string{"layer l0 (Conv2D): its 3 groups do not divide 4 channels; groups that divide them"}},
		{chain(conv + `, "use_bias": "yes"`), []string{`layer l0 (Conv2D): its use_bias is "yes"; the form in which Keras writes it can be`}},
		{chain(`Conv2D "filters": 0, "kernel_size": [3, 3]`), []string{"layer l0 (Conv2D): its filters is 0; the form in which Keras writes it can be"}},
		{chain(`Conv2D "filters": 2, "kernel_size": [3, 3, 3]`), []string{"layer l0 (Conv2D): its kernel_size is [3, 3, 3]; the form in which Keras writes it can be"}},
		{chain(`Conv2D "filters": 2, "kernel_size": [9, 9]`), []string{"layer l0 (Conv2D): the window of `conv` spans 9 pixels, but the height is 8 (0 + 8 + 0 with padding); a smaller kernel, more padding, or a larger input"}},
		{chain(conv + `, "activation": "selu"`), []string{"layer l0 (Conv2D): its activation is selu; relu, relu6, leaky_relu, elu, sigmoid, hard_sigmoid, tanh, swish, hard_swish, gelu, mish, softplus, softmax"}},
		{chain(conv+`, "data_format": "channels_first"`, `MaxPooling2D "data_format": "channels_last"`), []string{
			"layer l1 (MaxPooling2D): its data_format is channels_last, that of others is not; one order of axes in all layers"}},
		{chain(conv+`, "data_format": "channels_first"`, `GlobalAveragePooling2D "data_format": "channels_last"`), []string{
			"layer l1 (GlobalAveragePooling2D): its data_format is channels_last, that of others is not; one order of axes in all layers"}},
		{chain(`PReLU "shared_axes": [1, 1]`), []string{"layer l0 (PReLU): its shared_axes are [1, 1], so that each pixel has its own slopes; shared_axes [1, 2]: a slope for each channel"}},
		{chain(`ReLU "max_value": 3`), []string{"layer l0 (ReLU): its max_value is 3, negative_slope 0, threshold 0; no limit, or 6 without a slope"}},
		{chain("PReLU"), []string{"layer l0 (PReLU): its shared_axes are not said, so that each pixel has its own slopes; shared_axes [1, 2]: a slope for each channel"}},
		{chain(`BatchNormalization "axis": 1`), []string{"layer l0 (BatchNormalization): its axis is 1; the axis of the channels"}},
		{chain(`LayerNormalization "scale": false`), []string{"layer l0 (LayerNormalization): its scale is false; with scale and center"}},
		{chain(`Reshape "target_shape": [3, 5]`), []string{"layer l0 (Reshape): it makes [3, 5] of 256 numbers; as many"}},
		{chain(`Reshape "target_shape": [16, 16]`), []string{"layer l0 (Reshape): it gives [16 16]; vectors and images"}},
		{chain("Flatten", "MaxPooling2D"), []string{"layer l1 (MaxPooling2D): its input is [1, 256]; images, [N, H, W, C]"}},
		{chain(`UpSampling2D "interpolation": "lanczos3"`), []string{`layer l0 (UpSampling2D): its interpolation is "lanczos3"; nearest and bilinear`}},
		{chain(`Cropping2D "cropping": [[9, 0], [0, 0]]`), []string{"layer l0 (Cropping2D): "}},
		{chain("Add"), []string{"layer l0 (Add): it has fewer than two inputs; two inputs or more"}},
		{`{"class_name": "Sequential", "config": {"layers": [{"class_name": "Flatten", "config": {"name": "f", "batch_input_shape": [null, null, null, 3]}}]}}`,
			[]string{"a layer (InputLayer): its input is [1, 3, 0, 0], where 0 is any size; say the size, as in `--shape 1x3x224x224`"}},
		{`{"class_name": "Sequential", "config": {"layers": [{"class_name": "LSTM", "config": {"name": "f", "batch_input_shape": [null, 10, 3]}}]}}`,
			[]string{"a layer (InputLayer): its input is [null, 10, 3]; images [N, H, W, C] and vectors [N, C] can be",
				"layer f (LSTM): the language has nothing for it; make it of other layers, or write the network by hand"}},
		{`{"class_name": "Sequential", "config": {"layers": [{"class_name": "Flatten", "config": {"name": "f", "batch_input_shape": [null, 2000000000, 2000000000, 3]}}]}}`,
			[]string{"a layer (InputLayer): its input is [1, 3, 2000000000, 2000000000]; sizes whose product can be counted"}},
	} {
		_, err := keras.Read(source(c.model))
		var refused *flat.Refused
		if !errors.As(err, &refused) {
			t.Errorf("%s\ngot %v, want a refusal", c.model, err)
			continue
		}
		var got []string
		for _, p := range refused.Problems {
			got = append(got, p.String())
		}
		if len(got) != len(c.want) {
			t.Errorf("%s\ngot %q\nwant %q", c.model, got, c.want)
			continue
		}
		for i, want := range c.want {
			if !strings.HasPrefix(got[i], want) {
				t.Errorf("%s\ngot  %q\nwant %q", c.model, got[i], want)
			}
		}
	}
}

// A Normalization divides by 1e-7 where a channel never varied, as Keras does, and not by 0.
func TestNormalizationOfWhatNeverVaries(t *testing.T) {
	model := `{"class_name": "Sequential", "config": {"name": "m", "layers": [{"class_name": "Normalization", "config": {"name": "n", "batch_input_shape": [null, 2]}}]}}`
	s := source(model)
	text, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size))
	if err != nil {
		t.Fatal(err)
	}
	manifest := `[{"paths": ["w.bin"], "weights": [{"name": "n/mean", "shape": [2], "dtype": "float32"}, {"name": "n/variance", "shape": [2], "dtype": "float32"}]}]`
	whole := strings.Replace(string(text), `"weightsManifest": []`, `"weightsManifest": `+manifest, 1)
	var numbers []byte
	for _, v := range []float32{3, 5, 0, 4} {
		numbers = binary.LittleEndian.AppendUint32(numbers, math.Float32bits(v))
	}
	s.Input, s.NoWeights = weightfile.Input{ReaderAt: strings.NewReader(whole), Size: int64(len(whole)), Path: "model.json",
		Sibling: func(string) (io.ReaderAt, int64, error) { return bytes.NewReader(numbers), int64(len(numbers)), nil }}, false
	net, err := keras.Read(s)
	if err != nil {
		t.Fatal(err)
	}
	tensors := net.About[net.Graph.Output().ID].Tensors
	for i, want := range [][]float32{{3, 5}, {1e-14, 4}} {
		if got, err := tensors[i].Read(); err != nil || !slices.Equal(got, want) {
			t.Errorf("tensor %d is %v (%v), want %v", i, got, err, want)
		}
	}
}

// Models that make no sense are damaged files.
func TestDamagedModels(t *testing.T) {
	functional := func(layers, in, out string) string {
		return `{"class_name": "Functional", "config": {"name": "m", "layers": [{"class_name": "InputLayer", "config": {"name": "in", "batch_input_shape": [null, 4]}, "name": "in", "inbound_nodes": []}, ` +
			layers + `], "input_layers": ` + in + `, "output_layers": ` + out + `}}`
	}
	relu := func(name, in string) string {
		return fmt.Sprintf(`{"class_name": "ReLU", "name": %q, "config": {"name": %q}, "inbound_nodes": [[%s]]}`, name, name, in)
	}
	const input = `[["in", 0, 0]]`
	for _, c := range [][2]string{
		{functional(relu("a", `["b", 0, 0, {}]`)+", "+relu("b", `["a", 0, 0, {}]`), input, `[["b", 0, 0]]`), "layer b is applied to its own result; fetch the file again"},
		{functional(relu("a", `["a", 0, 0, {}]`), input, `[["a", 0, 0]]`), "layer a is applied to its own result; fetch the file again"},
		{functional(relu("a", `["x", 0, 0, {}]`), input, `[["a", 0, 0]]`), "a layer is applied to result 0 of x, which it has not; fetch the file again"},
		{functional(relu("a", `["in", 1, 0, {}]`), input, `[["a", 0, 0]]`), "a layer is applied to result 1 of in, which it has not; fetch the file again"},
		{functional(relu("a", `["in", 0, 1, {}]`), input, `[["a", 0, 0]]`), "output 1 of layer in is read, and it has 1; fetch the file again"},
		{functional(relu("a", `["in", 0, 0, {}]`), input, `[["a", -1, 0]]`), "a layer is applied to result -1 of a, which it has not; fetch the file again"},
		{functional(relu("a", `["in", 0, 0, {}]`)+", "+relu("a", `["in", 0, 0, {}]`), input, `[["a", 0, 0]]`), "two layers are called a; save the model again"},
		{functional(relu("a", `["in", 0, 0, {}]`), `[]`, `[["a", 0, 0]]`), "it does not say which layers are its inputs and outputs; save the whole model with model.save"},
		{functional(relu("a", `["in", 0, 0, {}]`), input, `[]`), "it does not say which layers are its inputs and outputs; save the whole model with model.save"},
		{functional(relu("a", `["in", 0, 0, {}]`), input, `7`), "it does not say which layers are its inputs and outputs; save the whole model with model.save"},
		{functional(relu("a", `["in", 0, 0, {}]`), `[["a", 0, 0]]`, `[["a", 0, 0]]`), "the input a is no InputLayer; fetch the file again"},
		{functional(`{"class_name": "ReLU", "config": {"name": "a"}, "inbound_nodes": 5}`, input, `[["a", 0, 0]]`), "what layer a is applied to cannot be read; fetch the file again"},
		{functional(`{"class_name": "ReLU", "config": {"name": "a"}, "inbound_nodes": [[["in", "0", 0]]]}`, input, `[["a", 0, 0]]`), "what layer a is applied to cannot be read; fetch the file again"},
		{functional(`{"class_name": "ReLU", "config": {"name": "a"}, "inbound_nodes": [[[[[[[[[[["in", 0, 0]]]]]]]]]]]}`, input, `[["a", 0, 0]]`), "what layer a is applied to cannot be read; fetch the file again"},
	} {
		_, err := keras.Read(source(c[0]))
		var damaged *weightfile.Error
		if want := "its model cannot be read: " + c[1]; !errors.As(err, &damaged) || damaged.Problem != want {
			t.Errorf("%s\ngot  %v\nwant %s", c[0], err, want)
		}
	}
}

// Models that use each other again and again do not grow beyond a limit.
func TestModelsWithinModels(t *testing.T) {
	model := func(name, layers, last string) string {
		return fmt.Sprintf(`{"class_name": "Functional", "name": %q, "config": {"name": %q, "layers": [{"class_name": "InputLayer", "name": "in", "config": {"name": "in", "batch_input_shape": [null, 4]}, "inbound_nodes": []}, %s],
			"input_layers": [["in", 0, 0]], "output_layers": [[%s]]}`, name, name, layers, last)
	}
	inner := model("m0", `{"class_name": "ReLU", "name": "r", "config": {"name": "r"}, "inbound_nodes": [[["in", 0, 0, {}]]]}`, `"r", 0, 0`)
	for level := 1; level < 7; level++ {
		nodes := []string{`[["in", 0, 0, {}]]`}
		for i := range 9 {
			nodes = append(nodes, fmt.Sprintf(`[["m%d", %d, 0, {}]]`, level-1, i))
		}
		inner = model(fmt.Sprint("m", level), inner+`, "inbound_nodes": [`+strings.Join(nodes, ", ")+"]}", fmt.Sprintf(`"m%d", 9, 0`, level-1))
	}
	_, err := keras.Read(source(inner + "}"))
	var limit *weightfile.LimitError
	if !errors.As(err, &limit) || limit.Got != 30_001 {
		t.Errorf("got %v, want a limit", err)
	}
}

// Any text is a net or an error, whose tensors have the shapes of the operations.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"plain.h5", "branches.h5", "shapes.h5", "nested.h5", "first.h5", "modern.keras"} {
		raw, err := os.ReadFile("../../../../testdata/import/keras/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	raw, err := os.ReadFile("../../../../testdata/import/keras/plain.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	data, err := os.ReadFile("../../../../testdata/import/keras/plain.bin")
	if err != nil {
		f.Fatal(err)
	}
	for _, model := range []string{chain("Lambda", "Flatten", `Dense "units": 3`), chain("PReLU", `Reshape "target_shape": [-1]`, "Softmax")} {
		s := source(model)
		text, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size))
		if err != nil || !json.Valid(text) {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, without := range []bool{false, true} {
			s := flat.Source{Input: weightfile.Input{ReaderAt: strings.NewReader(string(raw)), Size: int64(len(raw)), Path: "model.h5"}, NoWeights: without}
			s.Sibling = func(string) (io.ReaderAt, int64, error) {
				return strings.NewReader(string(data)), int64(len(data)), nil
			}
			net, err := keras.Read(s)
			if err != nil {
				continue
			}
			for _, n := range net.Graph.Nodes {
				for i, read := range net.About[n.ID].Tensors {
					if read.Read != nil && !read.Shape.Equal(n.Params[i].Shape) {
						t.Errorf("%s is %v, want %v", n.Params[i].Path, read.Shape, n.Params[i].Shape)
					}
					if read.Read == nil || read.Shape.Elements() > 1<<16 {
						continue
					}
					if data, err := read.Read(); err == nil && len(data) != read.Shape.Elements() {
						t.Errorf("%s has %d numbers, want %v", n.Params[i].Path, len(data), read.Shape)
					}
				}
			}
		}
	})
}

package topology_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/topology"
)

func parse(t *testing.T, text string) *topology.Model {
	t.Helper()
	m, err := topology.Parse(weightfile.Input{Path: "f"}, []byte(text), "the model")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// shown is what is known of a layer, in one line.
func shown(l weightfile.Layer) string {
	words := []string{l.Kind, l.Name}
	if l.Eps != nil {
		words = append(words, fmt.Sprint("eps=", *l.Eps))
	}
	if l.Padding != "" {
		words = append(words, "pad="+l.Padding)
	}
	if l.Stride != nil {
		words = append(words, fmt.Sprint("stride=", l.Stride))
	}
	if l.Dilation != nil {
		words = append(words, fmt.Sprint("dilation=", l.Dilation))
	}
	if l.Groups != 0 {
		words = append(words, fmt.Sprint("groups=", l.Groups))
	}
	if l.Ceil != nil {
		words = append(words, fmt.Sprint("ceil=", *l.Ceil))
	}
	if l.Activation != "" {
		words = append(words, l.Activation)
	}
	return strings.Join(words, " ")
}

// Settings are understood in the forms that the versions of Keras write; others are not said.
func TestSettings(t *testing.T) {
	for config, want := range map[string]string{
		`"Conv2D", "config": {"name": "a", "strides": [2, 1], "padding": "same", "dilation_rate": [1, 1], "groups": 2, "activation": "relu"}`: "Conv2D a pad=same stride=[2 1] dilation=[1 1] groups=2 relu",
		`"Convolution2D", "config": {"name": "a", "subsample": [2, 2], "border_mode": "valid", "activation": "linear"}`:                       "Convolution2D a pad=valid stride=[2 2] linear",
		`"AtrousConvolution2D", "config": {"name": "a", "atrous_rate": [2, 2]}`:                                                               "AtrousConvolution2D a dilation=[2 2]",
		`"Conv2D", "config": {"name": "a", "strides": 2, "padding": 7, "epsilon": "x", "activation": null, "groups": "two"}`:                  "Conv2D a stride=[2 2]",
		`"Conv2D", "config": {"name": "a", "activation": {"class_name": "ReLU", "config": {"max_value": 6.0}}}`:                               "Conv2D a relu6",
		`"Activation", "config": {"name": "a", "activation": {"class_name": "function", "config": "relu6", "registered_name": "relu6"}}`:      "Activation a relu6",
		`"BatchNormalization", "config": {"name": "a", "epsilon": 1.001e-05, "axis": [3]}`:                                                    "BatchNormalization a eps=1.001e-05",
		`"MaxPooling2D", "config": {"name": "a", "pool_size": [3, 2], "strides": null, "padding": "valid"}`:                                   "MaxPooling2D a pad=valid stride=[3 2] ceil=false",
		`"AveragePooling2D", "config": {"name": "a", "pool_size": [2, 2], "strides": [1, 1], "padding": "same"}`:                              "AveragePooling2D a pad=same stride=[1 1]",
		`"GlobalAveragePooling2D", "config": {"name": "a", "pool_size": [2, 2]}`:                                                              "GlobalAveragePooling2D a",
		`"ZeroPadding2D", "config": {"name": "a", "padding": [[0, 1], [2, 3]]}`:                                                               "ZeroPadding2D a pad=0,2,1,3",
		`"ZeroPadding2D", "config": {"name": "a", "padding": [1, 2]}`:                                                                         "ZeroPadding2D a pad=1,2,1,2",
		`"ZeroPadding2D", "config": {"name": "a", "padding": 3}`:                                                                              "ZeroPadding2D a pad=3,3,3,3",
		`"ZeroPadding2D", "config": {"name": "a", "padding": [1, 2, 3, 4]}`:                                                                   "ZeroPadding2D a pad=1,3,2,4",
		`"ReLU", "config": {"name": "a", "max_value": 6}`:                                                                                     "ReLU a relu6",
		`"ReLU", "config": {"name": "a", "max_value": null}`:                                                                                  "ReLU a relu",
		`"LeakyReLU", "config": {"name": "a", "alpha": 0.1}`:                                                                                  "LeakyReLU a leaky_relu",
		`"Dense", "name": "outside", "config": {}`:                                                                                            "Dense outside",
		`"Dense", "name": "outside", "config": 3`:                                                                                             "Dense outside",
	} {
		m := parse(t, `{"class_name": "Model", "config": {"layers": [{"class_name": `+config+`}]}}`)
		if list := m.List(); len(list) != 1 || shown(list[0]) != want {
			t.Errorf("%s\ngot  %q\nwant %q", config, shown(list[0]), want)
		}
	}
}

// Models within models and layers around layers are found by name, the first of two.
func TestNesting(t *testing.T) {
	inner := `{"class_name": "Conv2D", "config": {"name": "c", "padding": "same"}}, {"class_name": "Dense", "config": {"name": "d", "use_bias": false}}`
	m := parse(t, `{"class_name": "Functional", "config": {"name": "m", "layers": [
		{"class_name": "Sequential", "config": {"name": "s", "layers": [`+inner+`]}},
		{"class_name": "Sequential", "config": [`+inner+`]},
		{"class_name": "TimeDistributed", "config": {"name": "t", "layer": {"class_name": "Conv2D", "config": {"name": "inner", "strides": [2, 2]}}}},
		{"class_name": "Custom", "config": {"name": "last"}}]}}`)
	var names []string
	for _, l := range m.List() {
		names = append(names, l.Kind+" "+l.Name)
	}
	if want := []string{"Conv2D c", "Dense d", "Conv2D c", "Dense d", "Conv2D t", "Custom last"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	if l := m.Find("d"); l == nil || l.Kind != "Dense" || !slices.Equal(l.Without, []string{"bias"}) {
		t.Errorf("%+v", l)
	}
	if l := m.Find("t"); l == nil || l.Kind != "Conv2D" || !slices.Equal(l.Stride, []int{2, 2}) {
		t.Errorf("%+v", l)
	}
	if m.Find("x") != nil || (*topology.Model)(nil).Find("x") != nil || (*topology.Model)(nil).List() != nil {
		t.Error("something is found in nothing")
	}
	if l := parse(t, `{"class_name": "Subclassed", "config": {}}`).List(); len(l) != 0 {
		t.Errorf("%v", l)
	}
}

func TestAxes(t *testing.T) {
	for _, c := range []struct {
		kind, name, leaf string
		rank             int
		theano           bool
		want             weightfile.Axes
	}{
		{"Conv2D", "a", "kernel", 4, false, weightfile.HWIO}, {"Convolution2D", "a", "W", 4, false, weightfile.HWIO},
		{"Convolution2D", "a", "W", 4, true, weightfile.OIHW}, {"Conv2D", "a", "bias", 1, false, weightfile.C},
		{"DepthwiseConv2D", "a", "depthwise_kernel", 4, false, weightfile.HWIM}, {"DepthwiseConv2D", "a", "kernel", 4, false, weightfile.HWIM},
		{"SeparableConv2D", "a", "depthwise_kernel", 4, false, weightfile.HWIM}, {"SeparableConv2D", "a", "pointwise_kernel", 4, false, weightfile.HWIO},
		{"Conv2DTranspose", "a", "kernel", 4, false, weightfile.HWOI}, {"Deconvolution2D", "a", "W", 4, true, weightfile.Unknown},
		{"Dense", "a", "kernel", 2, false, weightfile.IO}, {"Embedding", "a", "embeddings", 2, false, weightfile.Unknown},
		{"Conv1D", "a", "kernel", 3, false, weightfile.Unknown}, {"", "conv2d_transpose_1", "kernel", 4, false, weightfile.HWOI},
		{"", "conv1", "kernel", 4, false, weightfile.HWIO}, {"", "fc", "kernel", 2, false, weightfile.IO}, {"Mine", "a", "kernel", 4, false, weightfile.Unknown},
	} {
		if got := topology.AxesOf(c.kind, c.name, c.leaf, c.rank, c.theano); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// A layer that is nothing but an activation is that of the layer which it is applied to, as far as
// the nodes name one.
func TestActivationsOfOtherLayers(t *testing.T) {
	conv := `{"class_name": "Conv2D", "config": {"name": "a", "activation": "linear"}}, {"class_name": "Dense", "config": {"name": "b", "activation": "tanh"}}`
	for text, want := range map[string]string{
		`{"class_name": "ReLU", "config": {"name": "c", "max_value": 6}, "inbound_nodes": [[["a", 0, 0, {}]]]}`:                                                                                                   "relu6 tanh",
		`{"class_name": "Activation", "config": {"name": "c", "activation": "swish"}, "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["a", 0, 0]}}], "kwargs": {}}]}`: "swish tanh",
		`{"class_name": "ReLU", "config": {"name": "c"}, "inbound_nodes": [[["b", 0, 0, {}]]]}`:                                                                                                                   "linear tanh",
		`{"class_name": "ReLU", "config": {"name": "c"}, "inbound_nodes": [[["a", 0, 0, {}], ["b", 0, 0, {}]]]}`:                                                                                                  "linear tanh",
		`{"class_name": "ReLU", "config": {"name": "c"}, "inbound_nodes": [[["a", 0, 0, {}]], [["b", 0, 0, {}]]]}`:                                                                                                "linear tanh",
		`{"class_name": "ReLU", "config": {"name": "c"}, "inbound_nodes": [[["x", 0, 0, {}]]]}`:                                                                                                                   "linear tanh",
		`{"class_name": "ReLU", "config": {"name": "c"}, "inbound_nodes": [[[]], 3]}`:                                                                                                                             "linear tanh",
		`{"class_name": "ReLU", "config": {"name": "c"}}`:                                                                                                                                                         "linear tanh",
		`{"class_name": "Softmax", "config": {"name": "c"}, "inbound_nodes": [[["a", 0, 0, {}]]]}`:                                                                                                                "linear tanh",
		`{"class_name": "Conv2D", "config": {"name": "c"}}, {"class_name": "ReLU", "config": {"name": "d"}}`:                                                                                                      "linear tanh relu",
	} {
		m, err := topology.Parse(weightfile.Input{Path: "f"}, []byte(`{"class_name": "Sequential", "config": {"layers": [`+conv+`, `+text+`]}}`), "it")
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var got []string
		for _, l := range m.List() {
			if l.Kind == "Conv2D" || l.Kind == "Dense" {
				got = append(got, l.Activation)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %q, want %s", text, got, want)
		}
	}
}

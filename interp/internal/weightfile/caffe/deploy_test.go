package caffe

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile/filetest"
)

// besideNet is a file of two convolutions whose settings are not said, in a folder of texts.
func besideNet(t *testing.T, texts map[string]string) (layers, notes []string) {
	t.Helper()
	siblings := map[string][]byte{}
	for name, text := range texts {
		siblings[name] = []byte(text)
	}
	in := filetest.Memory("models/net.caffemodel", inNet(layerOf("a/b", "Convolution", vectorOf(1)), layerOf("c", "Convolution", vectorOf(1))), siblings)
	in.Names = func(ending string) (names []string) {
		for name := range texts {
			if strings.HasSuffix(name, ending) {
				names = append(names, name)
			}
		}
		return names
	}
	f, err := Open(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range f.About().Layers {
		text := fmt.Sprint(l.Name, " ", l.Kernel, l.Stride, l.Dilation, " ", l.Padding, " ", l.Groups, " ", l.Activation)
		if l.Eps != nil {
			text += fmt.Sprint(" eps ", *l.Eps)
		}
		if l.Ceil != nil {
			text += fmt.Sprint(" ceil ", *l.Ceil)
		}
		layers = append(layers, strings.ReplaceAll(text, "] [", "]["))
	}
	return layers, f.About().Notes[1:]
}

const twoLayers = `name: "x" # of two layers
layer { name: "a/b" type: "Convolution" bottom: "data" top: "a" convolution_param { pad: [1, 2]; kernel_size: 3 stride_h: 2, stride_w: 1 group: 2 dilation: 2 } }
layer < name: 'n' type: "Batch" "Norm" bottom: "a" top: "n" batch_norm_param: { use_global_stats: true eps: 1e-3 } >
layer { name: "r" type: "ReLU" bottom: "n" top: "n" relu_param { negative_slope: 0.0 } }
layer { name: "p" type: "Pooling" bottom: "n" top: "p" pooling_param { pool: MAX kernel_size: 3 stride: 2 round_mode: FLOOR } }
layer { name: "c" type: "Convolution" bottom: "p" top: "c" convolution_param { kernel_size: 1 pad: 1 weight_filler { type: "xavier" std: 0.1 } } }
layer { name: "l" type: "ReLU" bottom: "c" top: "l" relu_param { negative_slope: 0.1 } }
`

func TestSettingsOfTheTextBeside(t *testing.T) {
	own := []string{"a_b [][][]  0 ", "c [][][]  0 "}
	said := []string{"a_b [3 3][2 1][2 2] 1,2,1,2 2 ", "n [][][]  0 relu eps 0.001", "r [][][]  0 relu", "p [3 3][2 2][] 0,0,0,0 0  ceil false", "c [1 1][1 1][1 1] 1,1,1,1 1 leaky_relu", "l [][][]  0 leaky_relu"}
	first := `layers { name: "a/b" type: CONVOLUTION top: "x" convolution_param { pad: 1 } } layers { name: "r" type: RELU bottom: "x" top: "x" } layers { name: "c" type: CONVOLUTION }`
	for name, c := range map[string]struct {
		texts  map[string]string
		layers []string
		note   string // "" for none
	}{
		"none":             {nil, own, ""},
		"of its name":      {map[string]string{"net.prototxt": twoLayers, "deploy.prototxt": "x"}, said, "settings of layers are those of net.prototxt beside"},
		"deployed":         {map[string]string{"net_deploy.prototxt": twoLayers}, said, "settings of layers are those of net_deploy.prototxt beside"},
		"deploy":           {map[string]string{"deploy.prototxt": twoLayers, "solver.prototxt": "net: 1"}, said, "settings of layers are those of deploy.prototxt beside"},
		"the only one":     {map[string]string{"other.prototxt": twoLayers}, said, "settings of layers are those of other.prototxt beside"},
		"one of two":       {map[string]string{"other.prototxt": twoLayers, "more.prototxt": twoLayers}, own, ""},
		"the first form":   {map[string]string{"net.prototxt": first}, []string{"a_b [][][]  0 relu", "r [][][]  0 relu", "c [][][]  0 "}, "settings of layers are those of net.prototxt beside"},
		"another net":      {map[string]string{"net.prototxt": `layer { name: "a/b" }`}, own, "net.prototxt beside lacks layers of this file, so its settings are not compared"},
		"another only one": {map[string]string{"solver.prototxt": `net: "train.prototxt"`}, own, ""},
		"empty":            {map[string]string{"net.prototxt": ""}, own, "net.prototxt beside lacks layers of this file, so its settings are not compared"},
		"not closed":       {map[string]string{"net.prototxt": "layer {\n name: \"a\"\n"}, own, "net.prototxt beside is no network's text, so its settings are not compared: line 3: got the end of the text, want '}'"},
		"closed twice":     {map[string]string{"net.prototxt": "layer { }\n}"}, own, "net.prototxt beside is no network's text, so its settings are not compared: line 2: got '}', want the name of a field"},
		"no value":         {map[string]string{"net.prototxt": "a: }"}, own, "net.prototxt beside is no network's text, so its settings are not compared: line 1: got no value"},
		"no colon":         {map[string]string{"net.prototxt": "a b"}, own, "net.prototxt beside is no network's text, so its settings are not compared: line 1: got no colon and no bracket behind a"},
		"open text":        {map[string]string{"net.prototxt": `a: "b`}, own, "net.prototxt beside is no network's text, so its settings are not compared: line 1: got a text without its closing quotation mark"},
		"open escape":      {map[string]string{"net.prototxt": `a: "b\`}, own, "net.prototxt beside is no network's text, so its settings are not compared: line 1: got a text without its closing quotation mark"},
		"open list":        {map[string]string{"net.prototxt": "a: [1, 2"}, own, "net.prototxt beside is no network's text, so its settings are not compared: line 1: got no value"},
		"too deep":         {map[string]string{"net.prototxt": strings.Repeat("a{", 1<<20)}, own, "net.prototxt beside is no network's text, so its settings are not compared: line 1: got more than 32 messages within each other"},
		"too long":         {map[string]string{"net.prototxt": strings.Repeat("#", MaxText+1)}, own, "net.prototxt beside is longer than a network's text, so its settings are not compared"},
		"bytes":            {map[string]string{"net.prototxt": "\x00\xff"}, own, `net.prototxt beside is no network's text, so its settings are not compared: line 1: got '\x00', want the name of a field`},
		"nonsense":         {map[string]string{"net.prototxt": `layer { name: "a/b" type: "Convolution" convolution_param { pad: x pad: -1 stride: 99999999999999999999 group: -3 } } layer { name: "c" }`}, []string{"a_b [][][]  0 ", "c [][][]  0 "}, "settings of layers are those of net.prototxt beside"},
	} {
		layers, notes := besideNet(t, c.texts)
		if !slices.Equal(layers, c.layers) || strings.Join(notes, "") != c.note {
			t.Errorf("%s: got %q, %q", name, layers, notes)
		}
	}
}

// No text takes more than its length, or panics.
func FuzzText(f *testing.F) {
	f.Add(twoLayers)
	f.Add(`a: "\x" 'y' b < c: [1, 2] > # d`)
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := ParseText(text); err == nil {
			deployedIn(m, 1000)
		}
	})
}

package caffe

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/ops/tensor"
)

// read reads a network of testdata/import/caffe, with its numbers if there are any.
func read(t *testing.T, name string) (*flat.Net, error) {
	s := flattest.File(t, "caffe/"+name+".prototxt")
	if _, err := os.Stat("../../../../testdata/import/caffe/" + name + ".caffemodel"); err == nil {
		in := flattest.File(t, "caffe/"+name+".caffemodel").Input
		s.Weights = &in
	}
	return Read(s)
}

// TestNetworks: the networks have the layers, parameters, multiply-accumulates and outputs that torch
// computes of the same texts, with generated tensors or with those of a .caffemodel.
func TestNetworks(t *testing.T) {
	for name, want := range flattest.Expectations(t, "caffe/expected.json") {
		net, err := read(t, name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if params, macs := flattest.Costs(net); params != want.Params || macs != want.MACs {
			t.Errorf("%s: got %d parameters and %d multiply-accumulates, want %d and %d", name, params, macs, want.Params, want.MACs)
		}
		compareLayers(t, name, net, want)
		values := flattest.Run(t, net, flattest.Image(want.Input))
		if len(net.Graph.Outputs) != 1 || len(want.Outputs) != 1 {
			t.Errorf("%s: got %d outputs, want 1", name, len(net.Graph.Outputs))
			continue
		}
		for blob, y := range want.Outputs {
			if d := y.Near(t, values[net.Graph.Output()]); !(d < 2e-6) {
				t.Errorf("%s: %s is off by %.1e standard deviations", name, blob, d)
			}
		}
	}
}

// compareLayers compares the shape that each layer gives last, and the shapes of tensors.
func compareLayers(t *testing.T, name string, net *flat.Net, want flattest.Expected) {
	var shapes map[string]tensor.Shape
	if err := json.Unmarshal(want.Shapes, &shapes); err != nil {
		t.Fatal(err)
	}
	seen := map[string]tensor.Shape{}
	for _, n := range net.Graph.Operations() {
		_, rest, _ := strings.Cut(net.About[n.ID].Where, `"`)
		layer, _, _ := strings.Cut(rest, `"`)
		if seen[layer] == nil || layer != "slice" { // the first part of a slice
			seen[layer] = n.Shape
		}
	}
	for layer, shape := range seen {
		if !shape.Equal(shapes[layer]) {
			t.Errorf("%s: layer %s gives %v, want %v", name, layer, shape, shapes[layer])
		}
	}
	tensors := map[string]tensor.Shape{}
	for _, p := range net.Graph.Params(false) {
		tensors[p.Path] = p.Shape
	}
	for path, shape := range want.Tensors {
		if !tensors[path].Equal(shape) {
			t.Errorf("%s: %s is %v, want %v", name, path, tensors[path], shape)
		}
	}
	if len(tensors) != len(want.Tensors) {
		t.Errorf("%s: got %d tensors, want %d", name, len(tensors), len(want.Tensors))
	}
	for layer := range shapes {
		silent := strings.Contains(layer, "scale") || layer == "split"
		if seen[layer] == nil && !silent {
			t.Errorf("%s: there is no layer %s", name, layer)
		}
	}
}

// TestTexts: the networks are those of texts that were written by hand.
func TestTexts(t *testing.T) {
	for name := range flattest.Expectations(t, "caffe/expected.json") {
		net, err := read(t, name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		flattest.Written(t, net, "caffe/"+name+".cnn")
	}
}

func TestBroken(t *testing.T) { flattest.Broken(t, "caffe.txt", ".prototxt", Read) }

func FuzzRead(f *testing.F) {
	weights := func(name string) []byte {
		in := flattest.File(f, "caffe/"+name).Input
		raw, err := in.At(0, in.Size, "the file")
		if err != nil {
			f.Fatal(err)
		}
		return raw
	}
	for name := range flattest.Expectations(f, "caffe/expected.json") {
		f.Add(string(weights(name+".prototxt")), []byte(nil))
	}
	f.Add(string(weights("odds.prototxt")), weights("odds.caffemodel"))
	for _, text := range flattest.Texts(f, "caffe.txt") {
		f.Add(text, []byte(nil))
	}
	f.Fuzz(func(t *testing.T, text string, numbers []byte) {
		s := flattest.Source("net.prototxt", []byte(text))
		if len(numbers) > 0 {
			in := flattest.Source("net.caffemodel", numbers).Input
			s.Weights = &in
		}
		net, err := Read(s)
		flattest.Fuzzed(t, net, err)
	})
}

// odds reads that network with changes in its text.
func odds(t *testing.T, stop []string, changes ...string) (*flat.Net, error) {
	s := flattest.File(t, "caffe/odds.prototxt")
	text, err := s.At(0, s.Size, "the text")
	if err != nil {
		t.Fatal(err)
	}
	s = flattest.Source("odds.prototxt", []byte(strings.NewReplacer(changes...).Replace(string(text))))
	in := flattest.File(t, "caffe/odds.caffemodel").Input
	s.Weights, s.Stop = &in, stop
	return Read(s)
}

// TestNumbers: layers without numbers, and with others than the text says, are one error; layers that
// the network does not have are a note.
func TestNumbers(t *testing.T) {
	_, err := odds(t, nil, `name: "conv_a"`, `name: "conv_z"`, "num_output: 8 kernel_size: 3", "num_output: 8 kernel_size: 5", "pad: 2 dilation: 2", "pad: 4 dilation: 2",
		"num_output: 6 bias_term: false", "num_output: 6")
	want := []string{
		`layer "conv_z" (Convolution, line 12): the file has no numbers of it`,
		`layer "conv_b" (Convolution, line 25): weight has the shape [8, 4, 3, 3], want [8, 4, 5, 5] as in the network`,
		`layer "ip" (InnerProduct, line 84): the file has no bias of it`,
		`the network has no layers conv_a, whose numbers are there; compare the names of layers: file and network belong together by them`,
	}
	if got := flattest.Problems(err); !slices.Equal(got, want) || !strings.HasPrefix(err.Error(), "odds.caffemodel: 4 parts cannot be imported:\n  ") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	net, err := odds(t, []string{"ip"})
	if err != nil {
		t.Fatal(err)
	}
	if note := "numbers of layers are left out that the network does not have: ip"; !slices.Contains(net.Notes, note) || net.Graph.Output().Op.Name() != "max" {
		t.Errorf("got the notes %q, and as output %s", net.Notes, net.Graph.Output().Op.Name())
	}
	if _, err := odds(t, []string{"split", "pi"}); !slices.Equal(flattest.Problems(err), []string{
		`layer "split" (Split, line 4): nothing is left before it; stop before a later layer`,
		`no layer "pi" to stop before; stop before one of the layers that compute something`,
	}) {
		t.Errorf("got %v", err)
	}
}

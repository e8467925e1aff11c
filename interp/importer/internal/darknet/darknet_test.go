package darknet

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/ops/tensor"
)

// read reads a network of testdata/import/darknet, with its numbers if there are any.
func read(t *testing.T, name string) (*flat.Net, error) {
	s := flattest.File(t, "darknet/"+name+".cfg")
	if _, err := os.Stat("../../../../testdata/import/darknet/" + name + ".weights"); err == nil {
		in := flattest.File(t, "darknet/"+name+".weights").Input
		s.Weights = &in
	}
	return Read(s)
}

// TestNetworks: the networks have the sections, parameters, multiply-accumulates and outputs that torch
// computes of the same texts, with generated tensors or with those of a .weights file. The norms there
// are those of Darknet's programs for CPUs, in which epsilon is beside the root. torch computes in
// float32, whose rounding is 1e-5 standard deviations behind the 75 convolutions of darknet53_yolo.
func TestNetworks(t *testing.T) {
	for name, want := range flattest.Expectations(t, "darknet/expected.json") {
		net, err := read(t, name)
		if want.Verdict == "refuse" {
			if got := flattest.Problems(err); len(got) != 1 {
				t.Errorf("%s: got %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if params, macs := flattest.Costs(net); params != want.Params || macs != want.MACs {
			t.Errorf("%s: got %d parameters and %d multiply-accumulates, want %d and %d", name, params, macs, want.Params, want.MACs)
		}
		compareSections(t, name, net, want)
		values := flattest.RunChanged(t, net, epsilonBesideRoot, flattest.Image(want.Input))
		if len(net.Graph.Outputs) != len(want.Outputs) {
			t.Errorf("%s: got %d outputs, want %d", name, len(net.Graph.Outputs), len(want.Outputs))
		}
		for _, o := range net.Graph.Outputs {
			section := strings.TrimPrefix(o.Name, "yolo_")
			if o.Name == "output" {
				for section = range want.Outputs { // the only one
				}
			}
			y, ok := want.Outputs[section]
			if d := y.Near(t, values[o.Node]); !ok || !(d < 2e-5) {
				t.Errorf("%s: %s is off by %.1e standard deviations", name, o.Name, d)
			}
		}
	}
}

// epsilonBesideRoot makes sqrt(variance + 1e-5) what sqrt(variance) + 1e-6 was before.
func epsilonBesideRoot(p graph.Param, data []float64) {
	for i, v := range data {
		if strings.HasSuffix(p.Path, ".running_var") {
			root := math.Sqrt(v) + 1e-6
			data[i] = root*root - 1e-5
		}
	}
}

// compareSections compares the shape that each section gives last.
func compareSections(t *testing.T, name string, net *flat.Net, want flattest.Expected) {
	var shapes []tensor.Shape
	if err := json.Unmarshal(want.Shapes, &shapes); err != nil {
		t.Fatal(err)
	}
	seen := map[int]tensor.Shape{}
	kinds := map[int]string{}
	for _, n := range net.Graph.Operations() {
		var at int
		var kind string
		if _, err := fmt.Sscanf(net.About[n.ID].Where, "section %d [%s", &at, &kind); err != nil {
			t.Fatal(net.About[n.ID].Where, err)
		}
		seen[at], kinds[at] = n.Shape, kind
	}
	for at, shape := range seen {
		if !slices.Equal(shape, shapes[at]) {
			t.Errorf("%s: section %d gives %v, want %v", name, at, shape, shapes[at])
		}
	}
	if len(seen) < len(shapes)*3/4 {
		t.Errorf("%s: got operations of %d sections of %d", name, len(seen), len(shapes))
	}
}

// TestTexts: a network is that of a text that was written by hand.
func TestTexts(t *testing.T) {
	net, err := read(t, "connected_mnist")
	if err != nil {
		t.Fatal(err)
	}
	flattest.Written(t, net, "darknet/connected_mnist.cnn")
}

func TestBroken(t *testing.T) { flattest.Broken(t, "darknet.txt", ".cfg", Read) }

func FuzzRead(f *testing.F) {
	file := func(name string) []byte {
		in := flattest.File(f, "darknet/"+name).Input
		raw, err := in.At(0, in.Size, "the file")
		if err != nil {
			f.Fatal(err)
		}
		return raw
	}
	for name := range flattest.Expectations(f, "darknet/expected.json") {
		f.Add(string(file(name+".cfg")), []byte(nil))
	}
	f.Add(string(file("connected_mnist.cfg")), file("connected_mnist.weights"))
	for _, text := range flattest.Texts(f, "darknet.txt") {
		f.Add(text, []byte(nil))
	}
	f.Fuzz(func(t *testing.T, text string, numbers []byte) {
		s := flattest.Source("net.cfg", []byte(text))
		if len(numbers) > 0 {
			in := flattest.Source("net.weights", numbers).Input
			s.Weights = &in
		}
		net, err := Read(s)
		flattest.Fuzzed(t, net, err)
	})
}

// TestNumbers: numbers that end early are an error that says where, more of them a note.
func TestNumbers(t *testing.T) {
	in := flattest.File(t, "darknet/connected_mnist.weights").Input
	whole, err := in.At(0, in.Size, "the file")
	if err != nil {
		t.Fatal(err)
	}
	with := func(raw []byte) (*flat.Net, error) {
		s := flattest.File(t, "darknet/connected_mnist.cfg")
		s.Weights = flattest.Input("net.weights", raw)
		return Read(s)
	}
	for numbers, section := range map[int]string{1: "section 0 [convolutional] (line 15)", 208: "section 2 [convolutional] (line 27)", 17321: "section 7 [connected] (line 53)"} {
		want := fmt.Sprintf("weights: net.weights: has %d numbers, too few from %s on, want 17322 for all sections; it was cut short, or is for another network", numbers, section)
		if _, err := with(whole[:16+4*numbers]); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	net, err := with(append(slices.Clone(whole), 0, 0, 0, 0))
	want := "1 numbers of net.weights are left over behind those of the 5 sections that have any"
	if err != nil || !slices.Contains(net.Notes, want) {
		t.Errorf("got %v, %v", net, err)
	}
}

// TestStop: the net ends before a section, by its number or its name.
func TestStop(t *testing.T) {
	for stop, want := range map[string]string{"17": "[1, 21, 8, 8]", "yolo_17": "[1, 21, 8, 8]", "24": "[1, 21, 16, 16]", "3": "[1, 32, 16, 16]"} {
		s := flattest.File(t, "darknet/tiny_heads.cfg")
		in := flattest.File(t, "darknet/tiny_heads.weights").Input
		s.Weights, s.Stop = &in, []string{stop}
		net, err := Read(s)
		if err != nil {
			t.Errorf("%s: %v", stop, err)
			continue
		}
		if o := net.Graph.Outputs; len(o) != 1 || o[0].Name != "output" || o[0].Node.Shape.String() != want {
			t.Errorf("%s: got the outputs %v, want %s", stop, o, want)
		}
	}
	s := flattest.File(t, "darknet/tiny_heads.cfg")
	s.Stop = []string{"route_8", "8"}
	if net, err := Read(s); err != nil || len(net.Graph.Outputs) != 2 || net.Graph.Outputs[0].Name != "route_8" || net.Graph.Outputs[1].Name != "route_8_2" {
		t.Errorf("a route of two sections: got %v, %v", net, err)
	}
	for stop, want := range map[string]string{
		"99": `no section "99" to stop before; sections are named by their numbers from 0 behind [net], as in 82 or yolo_82`,
		"0":  "section 0 [convolutional] (line 16): nothing is left before it; stop before a later section",
	} {
		s := flattest.File(t, "darknet/tiny_heads.cfg")
		s.Stop = []string{stop}
		if _, err := Read(s); !slices.Equal(flattest.Problems(err), []string{want}) {
			t.Errorf("%s: got %v", stop, err)
		}
	}
}

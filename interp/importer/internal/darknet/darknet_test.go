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

package onnx_test

import (
	"encoding/json"
	"strings"
	"testing"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/flattest"
	"cnnlang/interp/importer/internal/onnx"
	"cnnlang/ops/tensor"
)

// A count is what is known of an export of torchvision: learned numbers, multiply-accumulates of an
// image, and the shape of the result.
type count struct {
	Params *int64
	MACs   int64
	Output []any
}

// TestSkeletons imports 45 exports of PyTorch's without their numbers: 15 networks with everything
// folded and with nothing, by several opsets, with batches and sizes left open, with initialisers
// as inputs, as constants, in half precision, outside, and none at all.
func TestSkeletons(t *testing.T) {
	files := flattest.Unzipped(t, "torch/skeletons.zip")
	for name, raw := range flattest.Unzipped(t, "onnx/skeletons.zip") {
		files[name] = raw
	}
	var counts map[string]count
	if err := json.Unmarshal(files["counts.json"], &counts); err != nil || len(counts) != 45 {
		t.Fatalf("%d counts, %v", len(counts), err)
	}
	for name, want := range counts {
		t.Run(name, func(t *testing.T) {
			source := flattest.Source(name, files[name+".onnx"])
			source.NoWeights = true
			if strings.HasSuffix(name, "-hw") {
				source.Shapes = map[string][]int{"": {1, 3, 224, 224}}
			}
			net, err := onnx.Read(source)
			if err != nil {
				t.Fatal(err)
			}
			params, macs := counted(net)
			if want.Params != nil && params != *want.Params || macs != want.MACs {
				t.Errorf("got %d parameters and %d multiply-accumulates, want %v and %d", params, macs, want.Params, want.MACs)
			}
			if got := net.Graph.Output().Shape; len(got) != len(want.Output) || len(got) > 1 && float64(got[1]) != want.Output[1] {
				t.Errorf("got %v, want %v", got, want.Output)
			}
		})
	}
}

// counted is the cost of a net. Paths may be empty or equal, so that tensors are counted node by node.
func counted(net *flat.Net) (params, macs int64) {
	_, macs = flattest.Costs(net)
	for _, n := range net.Graph.Nodes {
		for _, p := range n.Params {
			if !p.Running {
				params += int64(tensor.Shape(p.Shape).Elements())
			}
		}
	}
	return params, macs
}

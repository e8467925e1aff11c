package main

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/onnx"
	"cnnlang/ops/tensor"
)

// In the 8-bit model every convolution reads values and weights that come from 8 bits,
// nothing is read before it is made, and no normalisation is left.
func TestQuantizedModelComputesIn8Bits(t *testing.T) {
	for _, name := range []string{"resnet18", "nin_cifar10"} {
		n, err := netOf(name)
		if err != nil {
			t.Fatal(err)
		}
		m, weights, err := modelOf(n, 0, onnx.Options{FoldNorms: true})
		if err != nil {
			t.Fatal(err)
		}
		q, err := quantize(m, weights)
		if err != nil {
			t.Fatal(err)
		}
		made := map[string]string{q.Inputs[0].Name: "the input"}
		for _, x := range q.Initializers {
			made[x.Name] = "the file"
		}
		layers := 0
		for _, node := range q.Nodes {
			for _, in := range node.Inputs {
				layer := node.Op == "Conv" || node.Op == "Gemm"
				if made[in] == "" || layer && made[in] != "DequantizeLinear" {
					t.Errorf("%s: %s reads %s, made by %q", name, node.Op, in, made[in])
				}
			}
			if made[node.Output] != "" {
				t.Errorf("%s: %q is made twice", name, node.Output)
			}
			made[node.Output] = node.Op
			if node.Op == "Conv" {
				layers++
			}
		}
		if layers == 0 || made[q.Outputs[0].Name] == "" {
			t.Errorf("%s: got %d convolutions, %v", name, layers, q.Outputs)
		}
		if err := write(q, filepath.Join(t.TempDir(), "q.onnx"), weights); err != nil {
			t.Error(err)
		}
		if m, _, err = modelOf(n, 0, onnx.Options{}); err != nil {
			t.Fatal(err)
		}
		if _, err := quantize(m, weights); name == "resnet18" && err == nil {
			t.Error("a model with normalisations was quantised")
		}
	}
}

func TestFiltersHaveTheirOwnScale(t *testing.T) {
	q := &quantizer{weights: none{}}
	_, scales, err := q.filters(onnx.Initializer{Name: "w", Shape: []int{3, 2}, Values: []float32{127, -254, 12.7, 0, 0, 0}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{2, 0.1, 1e-6 / 127} {
		if math.Abs(float64(scales[i])-want) > 1e-6*want {
			t.Errorf("filter %d: got %v, want %v", i, scales[i], want)
		}
	}
}

// none are no weights.
type none struct{}

func (none) Tensor(graph.Param) (tensor.Tensor, error) { return tensor.Tensor{}, context.Canceled }
func (none) Done(graph.Param)                          { /* there are none */ }
func (none) Unchanged() error                          { return nil }

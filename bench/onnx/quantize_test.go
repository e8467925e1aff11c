package main

import (
	"bytes"
	"math"
	"slices"
	"testing"
)

// In the 8-bit model every convolution reads values and weights that come from 8 bits,
// nothing is read before it is made, and no normalisation is left.
func TestQuantizedModelComputesIn8Bits(t *testing.T) {
	for _, name := range []string{"resnet18", "nin_cifar10"} {
		n, err := netOf(name)
		if err != nil {
			t.Fatal(err)
		}
		m, _, err := modelOf(n, 0)
		if err != nil {
			t.Fatal(err)
		}
		q, err := quantize(m)
		if err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if err := q.encode().writeTo(&file); err != nil {
			t.Fatal(err)
		}
		read, err := readFile(file.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		read.ordered(t, name)
		made := map[string]string{}
		for _, node := range read.nodes {
			made[node.outputs[0]] = node.op
			if node.op != "Conv" && node.op != "Gemm" {
				continue
			}
			for _, in := range node.inputs {
				if made[in] != "DequantizeLinear" {
					t.Errorf("%s: %s reads %s, made by %q", name, node.op, in, made[in])
				}
			}
		}
		if read.count("BatchNormalization") != 0 || read.count("Conv") == 0 {
			t.Errorf("%s: got %d normalisations, %d convolutions", name, read.count("BatchNormalization"), read.count("Conv"))
		}
	}
}

func TestFoldedNormIsTheSame(t *testing.T) {
	tensors := map[string]initializer{
		"w": {"w", []int{2, 1, 1, 1}, []float32{2, 3}}, "b": {"b", []int{2}, []float32{1, 0}},
		"scale": {"scale", []int{2}, []float32{1, 2}}, "shift": {"shift", []int{2}, []float32{0, 5}},
		"mean": {"mean", []int{2}, []float32{4, 1}}, "variance": {"variance", []int{2}, []float32{3, 0}},
	}
	conv := node{op: "Conv", inputs: []string{"x", "w", "b"}}
	norm := node{op: "BatchNormalization", inputs: []string{"y", "scale", "shift", "mean", "variance"}, attributes: []attribute{{"epsilon", float32(1)}}}
	weight, bias := foldNorm(conv, norm, tensors)
	// (2x + 1 - 4)/2 = x - 1.5, and (3x - 1)*2 + 5 = 6x + 3.
	if !slices.Equal(weight.data.([]float32), []float32{1, 6}) || !slices.Equal(bias.data.([]float32), []float32{-1.5, 3}) {
		t.Errorf("got %v and %v", weight.data, bias.data)
	}
	if !slices.Equal(tensors["w"].data.([]float32), []float32{2, 3}) {
		t.Error("the weight itself has changed")
	}
}

func TestFiltersHaveTheirOwnScale(t *testing.T) {
	scales := filterScales(initializer{"w", []int{3, 2}, []float32{127, -254, 12.7, 0, 0, 0}})
	for i, want := range []float64{2, 0.1, 1e-6 / 127} {
		if math.Abs(float64(scales[i])-want) > 1e-6*want {
			t.Errorf("filter %d: got %v, want %v", i, scales[i], want)
		}
	}
}

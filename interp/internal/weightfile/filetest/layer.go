package filetest

import (
	"strings"

	"cnnlang/ops/tensor"
)

// A Layer is a layer of a network, for tests that write its weights as other programs do.
type Layer struct {
	Name   string // its path in PyTorch: layer1.0.conv1
	Kind   Kind
	Arrays []Array // in the order of PyTorch: weight, bias, running_mean, running_var
	// Of a convolution: what its file says of it beside its weights, for height and width alike.
	Stride, Pad, Groups int64
	Eps                 float64 // of a norm
	ReLU                bool    // follows
}

// A Kind is one of these.
type Kind int

// The kinds of layers.
const (
	Conv Kind = iota
	Norm
	Linear
)

// An Array is a tensor of a layer, as PyTorch calls and orders it.
type Array struct {
	Leaf  string
	Shape tensor.Shape
	Data  []float32
}

// Array is the array with this leaf, nil if there is none.
func (l Layer) Array(leaf string) *Array {
	for i := range l.Arrays {
		if l.Arrays[i].Leaf == leaf {
			return &l.Arrays[i]
		}
	}
	return nil
}

// module is the layer's path as names of nodes have it, where an item of a list has its name in
// front: layer1/layer1.0/conv1.
func (l Layer) module() string {
	parts := strings.Split(l.Name, ".")
	for i := 1; i < len(parts); i++ {
		if strings.Trim(parts[i], "0123456789") == "" {
			parts[i] = parts[i-1] + "." + parts[i]
		}
	}
	return strings.Join(parts, "/")
}

// channelsLast is an array of a layer as TensorFlow orders and calls it: [H, W, in, out] and
// [in, out].
func (l Layer) channelsLast(a Array) Array {
	last := Array{Leaf: a.Leaf, Shape: a.Shape, Data: a.Data}
	switch {
	case l.Kind == Norm:
		last.Leaf = map[string]string{"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}[a.Leaf]
	case a.Leaf == "weight":
		out, in, window := a.Shape[0], a.Shape[1], 1
		for _, n := range a.Shape[2:] {
			window *= n
		}
		last = Array{"kernel", append(append(tensor.Shape{}, a.Shape[2:]...), in, out), make([]float32, len(a.Data))}
		for i, x := range a.Data {
			o, c, at := i/(in*window), i/window%in, i%window
			last.Data[(at*in+c)*out+o] = x
		}
	}
	return last
}

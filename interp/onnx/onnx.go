// Package onnx writes networks as ONNX models, node by node as their text has them: nothing is
// fused, and normalisations are folded only on request, so that other engines compute the same
// layers and fuse them as they like.
//
// [Of] makes a [Model] of a graph. Its numbers are asked for when it is written, one tensor after
// the other, so that a model takes no memory beside the weights it is made of. The same graph,
// options and weights give the same bytes.
//
// The names in a file are the net's: nodes have the paths of steps, values those with `:0` behind,
// and initializers are called as the weights are. Field numbers are those of onnx.proto of the ONNX
// project.
package onnx

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// The versions of what is written.
const (
	IRVersion = 8  // of the file format, the one that came with opset 17
	Opset     = 17 // the first with LayerNormalization
)

// Batch is what the first axis of inputs and outputs is called, whose size a model leaves open.
const Batch = "N"

// Options say what becomes of a graph. The zero value is its main path, by its own names.
type Options struct {
	// Sides are names of side heads, which become further outputs.
	Sides []string
	// Names, if not nil, calls the tensors of the net otherwise: by their paths.
	Names func(path string) string
	// FoldNorms makes batch normalisations part of the convolutions and linear layers before them.
	FoldNorms bool
	// Producer is the version of the program that writes.
	Producer string
	// Properties are texts that the model carries.
	Properties map[string]string
}

// A Model is the contents of an .onnx file: nodes that read and make named values, and
// initializers, which are values stored in the file.
type Model struct {
	Name         string
	Producer     string // version
	Inputs       []Value
	Outputs      []Value // the main one first
	Nodes        []Node
	Initializers []Initializer
	Properties   map[string]string
}

// A Value is an input or output of the model. Its first axis is the batch.
type Value struct {
	Name  string
	Shape tensor.Shape
}

// String is the name with the shape, as in output [N, 1000].
func (v Value) String() string {
	sizes := []string{Batch}
	for _, size := range v.Shape[1:] {
		sizes = append(sizes, fmt.Sprint(size))
	}
	return v.Name + " [" + strings.Join(sizes, ", ") + "]"
}

// A Node is one operator with one result.
type Node struct {
	Name       string
	Op         string
	Inputs     []string // "" for an omitted optional one
	Output     string
	Shape      tensor.Shape // of the output, for the batch of the graph; the file does not hold it
	Attributes []Attribute
}

// An Attribute is a constant of a node: an int, a float32 or an []int.
type Attribute struct {
	Name  string
	Value any
}

// Ints is an attribute that is a list, nil if the node has none of the name.
func (n Node) Ints(name string) []int {
	i := slices.IndexFunc(n.Attributes, func(a Attribute) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	list, _ := n.Attributes[i].Value.([]int)
	return list
}

// An Initializer is a tensor of the file.
type Initializer struct {
	Name  string
	Shape []int
	// Constant says that it is no weight; the file tells so.
	Constant bool
	// Values are the numbers, a slice of one of the types of elementOf, or a Numbers, which is made
	// of the tensors From.
	Values any
	From   []graph.Param
}

// Numbers makes float32 of the weights when they are asked for.
type Numbers func(Tensors) ([]float32, error)

// Tensors are the weights of a net, each by its name and in its shape there.
type Tensors interface {
	Tensor(graph.Param) (tensor.Tensor, error)
	// Done says that a tensor will not be asked for again soon.
	Done(graph.Param)
	// Unchanged is asked when all are written.
	Unchanged() error
}

// Floats are the numbers of an initializer that holds float32.
func (t Initializer) Floats(weights Tensors) ([]float32, error) {
	switch v := t.Values.(type) {
	case []float32:
		return v, nil
	case Numbers:
		return v(weights)
	}
	panic(fmt.Sprintf("onnx: %s holds %T, not float32", t.Name, t.Values))
}

// Bytes is the size of the numbers.
func (t Initializer) Bytes() int64 {
	_, each := elementOf(t.Values)
	return int64(tensor.Shape(t.Shape).Elements()) * int64(each)
}

// Types of elements and of attributes, as the format numbers them.
const (
	elementFloat, elementUint8, elementInt8, elementInt32, elementInt64 = 1, 2, 3, 6, 7
	attributeFloat, attributeInt, attributeText, attributeIntList       = 1, 2, 3, 7
)

// elementOf is the type of an initializer's elements and their size in bytes.
func elementOf(values any) (kind, size int) {
	switch values.(type) {
	case []float32, Numbers:
		return elementFloat, 4
	case []uint8:
		return elementUint8, 1
	case []int8:
		return elementInt8, 1
	case []int32:
		return elementInt32, 4
	case []int64:
		return elementInt64, 8
	}
	panic(fmt.Sprintf("onnx: an initializer of %T", values))
}

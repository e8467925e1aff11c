package main

import (
	"encoding/binary"
	"fmt"

	"cnnlang/ops/tensor"
)

// A model is the contents of an .onnx file: nodes that read and make named values, and
// initializers, which are values stored in the file. The field numbers are from onnx.proto
// of the ONNX project.
type model struct {
	name          string
	input, output value
	nodes         []node
	initializers  []initializer
}

// A value is an input or output of the model. Its first axis is the batch, whose
// size the file leaves open.
type value struct {
	name  string
	shape tensor.Shape
}

// A node is one operator with one result.
type node struct {
	op         string
	inputs     []string // "" for an omitted optional one
	output     string
	shape      tensor.Shape // of the output, for one image; the file does not hold it
	attributes []attribute
}

// An attribute is a constant of a node: an int, a float32 or an []int.
type attribute struct {
	name  string
	value any
}

// An initializer is a tensor: its data are a slice of numbers of one of the types
// of elementOf.
type initializer struct {
	name  string
	shape []int
	data  any
}

const (
	irVersion = 8  // of the file format, the one that came with opset 17
	opset     = 17 // the first with LayerNormalization
)

// Types of elements and of attributes, as the format numbers them.
const (
	elementFloat, elementUint8, elementInt8, elementInt32, elementInt64 = 1, 2, 3, 6, 7
	attributeFloat, attributeInt, attributeIntList                      = 1, 2, 7
)

func elementOf(data any) int {
	switch data.(type) {
	case []float32:
		return elementFloat
	case []uint8:
		return elementUint8
	case []int8:
		return elementInt8
	case []int32:
		return elementInt32
	case []int64:
		return elementInt64
	}
	panic(fmt.Sprintf("onnx: an initializer of %T", data))
}

// encode is the ModelProto.
func (m *model) encode() *message {
	var graph, operators, file message
	for _, n := range m.nodes {
		graph.nested(1, n.encode())
	}
	graph.text(2, m.name)
	for _, i := range m.initializers {
		graph.nested(5, i.encode())
	}
	graph.nested(11, m.input.encode())
	graph.nested(12, m.output.encode())

	operators.number(2, opset)

	file.number(1, irVersion)
	file.text(2, "cnnlang")
	file.nested(7, &graph)
	file.nested(8, &operators)
	return &file
}

// encode is a NodeProto, named after its output.
func (n node) encode() *message {
	m := &message{}
	for _, in := range n.inputs {
		m.text(1, in)
	}
	m.text(2, n.output)
	m.text(3, n.output)
	m.text(4, n.op)
	for _, a := range n.attributes {
		m.nested(5, a.encode())
	}
	return m
}

// encode is an AttributeProto.
func (a attribute) encode() *message {
	m := &message{}
	m.text(1, a.name)
	switch v := a.value.(type) {
	case float32:
		m.float(2, v)
		m.number(20, attributeFloat)
	case int:
		m.number(3, v)
		m.number(20, attributeInt)
	case []int:
		for _, i := range v {
			m.number(8, i)
		}
		m.number(20, attributeIntList)
	default:
		panic(fmt.Sprintf("onnx: attribute %s is a %T", a.name, a.value))
	}
	return m
}

// encode is a TensorProto.
func (t initializer) encode() *message {
	m := &message{}
	for _, size := range t.shape {
		m.number(1, size)
	}
	raw, err := binary.Append(nil, binary.LittleEndian, t.data)
	if err != nil {
		panic("onnx: " + err.Error())
	}
	m.number(2, elementOf(t.data))
	m.text(8, t.name)
	m.bytes(9, raw)
	return m
}

// encode is a ValueInfoProto.
func (v value) encode() *message {
	var shape, tensorType, anyType, m message
	for axis, size := range v.shape {
		var d message
		if axis == 0 {
			d.text(2, "n")
		} else {
			d.number(1, size)
		}
		shape.nested(1, &d)
	}
	tensorType.number(1, elementFloat)
	tensorType.nested(2, &shape)
	anyType.nested(1, &tensorType)
	m.text(1, v.name)
	m.nested(2, &anyType)
	return &m
}

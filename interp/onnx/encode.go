package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// A place is where an initializer lies in the file of weights beside the model.
type place struct{ offset, size int64 }

// encode is the ModelProto. Initializers that have a place lie in the file beside.
func (m *Model) encode(places map[string]place, beside string) *message {
	var graph, operators, file message
	for _, n := range m.Nodes {
		graph.nested(1, n.encode())
	}
	graph.text(2, m.Name)
	for i := range m.Initializers {
		t := &m.Initializers[i]
		p, outside := places[t.Name]
		if outside {
			graph.nested(5, t.encodeOutside(beside, p))
		} else {
			graph.nested(5, t.encode())
		}
	}
	for _, v := range m.Inputs {
		graph.nested(11, v.encode())
	}
	for _, v := range m.Outputs {
		graph.nested(12, v.encode())
	}

	operators.number(2, Opset)

	file.number(1, IRVersion)
	file.text(2, "cnnlang")
	if m.Producer != "" {
		file.text(3, m.Producer)
	}
	file.nested(7, &graph)
	file.nested(8, &operators)
	for _, name := range slices.Sorted(maps.Keys(m.Properties)) {
		file.property(14, name, m.Properties[name])
	}
	return &file
}

// encode is a NodeProto.
func (n Node) encode() *message {
	m := &message{}
	for _, in := range n.Inputs {
		m.text(1, in)
	}
	m.text(2, n.Output)
	m.text(3, n.Name)
	m.text(4, n.Op)
	for _, a := range n.Attributes {
		m.nested(5, a.encode())
	}
	return m
}

// encode is an AttributeProto.
func (a Attribute) encode() *message {
	m := &message{}
	m.text(1, a.Name)
	switch v := a.Value.(type) {
	case float32:
		m.float(2, v)
		m.number(20, attributeFloat)
	case int:
		m.number(3, v)
		m.number(20, attributeInt)
	case string:
		m.text(4, v)
		m.number(20, attributeText)
	case []int:
		for _, i := range v {
			m.number(8, i)
		}
		m.number(20, attributeIntList)
	default:
		panic(fmt.Sprintf("onnx: attribute %s is a %T", a.Name, a.Value))
	}
	return m
}

// head is a TensorProto without its numbers.
func (t *Initializer) head() *message {
	m := &message{}
	for _, size := range t.Shape {
		m.number(1, size)
	}
	kind, _ := elementOf(t.Values)
	m.number(2, kind)
	m.text(8, t.Name)
	if t.Constant {
		m.text(12, "constant") // its doc_string, by which cnnlang tells it from weights
	}
	return m
}

// encode is a TensorProto with its numbers.
func (t *Initializer) encode() *message {
	m := t.head()
	m.raw(9, t)
	return m
}

// encodeOutside is a TensorProto whose numbers are in another file.
func (t *Initializer) encodeOutside(file string, p place) *message {
	const external = 1
	m := t.head()
	m.property(13, "location", file)
	m.property(13, "offset", strconv.FormatInt(p.offset, 10))
	m.property(13, "length", strconv.FormatInt(p.size, 10))
	m.number(14, external)
	return m
}

// encode is a ValueInfoProto.
func (v Value) encode() *message {
	var shape, tensorType, anyType, m message
	for axis, size := range v.Shape {
		var d message
		if axis == 0 {
			d.text(2, Batch)
		} else {
			d.number(1, size)
		}
		shape.nested(1, &d)
	}
	tensorType.number(1, elementFloat)
	tensorType.nested(2, &shape)
	anyType.nested(1, &tensorType)
	m.text(1, v.Name)
	m.nested(2, &anyType)
	return &m
}

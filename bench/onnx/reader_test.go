package main

import (
	"encoding/binary"
	"errors"
	"math"
)

// A reader of protobuf that shares nothing with the writer. A field is a number
// or bytes.
type field struct {
	number int
	value  uint64
	bytes  []byte
}

func fieldsOf(b []byte) (fields []field, err error) {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errors.New("no key")
		}
		b = b[n:]
		f := field{number: int(tag >> 3)}
		switch tag & 7 {
		case 0:
			if f.value, n = binary.Uvarint(b); n <= 0 {
				return nil, errors.New("no number")
			}
		case 2:
			length, head := binary.Uvarint(b)
			if head <= 0 || length > uint64(len(b)-head) {
				return nil, errors.New("bytes beyond the end")
			}
			n = head + int(length)
			f.bytes = b[head:n]
		case 5:
			if n = 4; len(b) < n {
				return nil, errors.New("float beyond the end")
			}
			f.value = uint64(binary.LittleEndian.Uint32(b))
		default:
			return nil, errors.New("unknown wire type")
		}
		fields = append(fields, f)
		b = b[n:]
	}
	return fields, nil
}

// A readModel holds the parts of a file that tests check.
type readModel struct {
	nodes   []readNode
	tensors map[string]readTensor
	inputs  []string
	outputs []string
	opset   uint64
}

type readNode struct {
	op      string
	inputs  []string
	outputs []string
	ints    map[string][]int64
}

type readTensor struct {
	shape  []int
	floats []float32 // nil for other types
}

// readFile follows onnx.proto: graph is field 7 of the model, and so on.
func readFile(b []byte) (m readModel, err error) {
	m.tensors = map[string]readTensor{}
	parse := func(b []byte) []field {
		fields, wrong := fieldsOf(b)
		err = errors.Join(err, wrong)
		return fields
	}
	for _, f := range parse(b) {
		switch f.number {
		case 8:
			m.opset = parse(f.bytes)[0].value
		case 7:
			for _, g := range parse(f.bytes) {
				switch g.number {
				case 1:
					m.nodes = append(m.nodes, readNodeOf(parse, g.bytes))
				case 5:
					name, t := readTensorOf(parse(g.bytes))
					m.tensors[name] = t
				case 11:
					m.inputs = append(m.inputs, string(parse(g.bytes)[0].bytes))
				case 12:
					m.outputs = append(m.outputs, string(parse(g.bytes)[0].bytes))
				}
			}
		}
	}
	return m, err
}

func readNodeOf(parse func([]byte) []field, b []byte) readNode {
	n := readNode{ints: map[string][]int64{}}
	for _, f := range parse(b) {
		switch f.number {
		case 1:
			n.inputs = append(n.inputs, string(f.bytes))
		case 2:
			n.outputs = append(n.outputs, string(f.bytes))
		case 4:
			n.op = string(f.bytes)
		case 5:
			name := ""
			for _, a := range parse(f.bytes) {
				switch a.number {
				case 1:
					name = string(a.bytes)
				case 3, 8:
					n.ints[name] = append(n.ints[name], int64(a.value))
				}
			}
		}
	}
	return n
}

func readTensorOf(fields []field) (name string, t readTensor) {
	float, raw := false, []byte(nil)
	for _, f := range fields {
		switch f.number {
		case 1:
			t.shape = append(t.shape, int(f.value))
		case 2:
			float = f.value == 1
		case 8:
			name = string(f.bytes)
		case 9:
			raw = f.bytes
		}
	}
	for i := 0; float && i+4 <= len(raw); i += 4 {
		t.floats = append(t.floats, math.Float32frombits(binary.LittleEndian.Uint32(raw[i:])))
	}
	return name, t
}

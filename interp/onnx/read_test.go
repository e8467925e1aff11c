package onnx_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A reader of protobuf that shares nothing with the writer. A field is a number or bytes.
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
	ir, opset  uint64
	producer   string
	graph      string
	nodes      []readNode
	names      []string // of tensors, in the order of the file
	tensors    map[string]readTensor
	inputs     []readValue
	outputs    []readValue
	properties []string // name and value, one after the other
}

type readNode struct {
	name, op   string
	inputs     []string
	outputs    []string
	attributes []string // as text
}

type readValue struct{ name, shape string }

type readTensor struct {
	kind   uint64
	shape  []int
	floats []float32 // nil for other types
	ints   []int64   // of type 7
	about  string
	beside map[string]string
}

// readFile reads a model with its weights, which may lie beside.
func readFile(t *testing.T, path string) *readModel {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m := &readModel{tensors: map[string]readTensor{}}
	if err := m.read(raw, filepath.Dir(path)); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return m
}

// read follows onnx.proto: graph is field 7 of the model, and so on.
func (m *readModel) read(b []byte, folder string) (err error) {
	parse := func(b []byte) []field {
		fields, wrong := fieldsOf(b)
		err = errors.Join(err, wrong)
		return fields
	}
	for _, f := range parse(b) {
		switch f.number {
		case 1:
			m.ir = f.value
		case 2, 3:
			m.producer = strings.TrimSpace(m.producer + " " + string(f.bytes))
		case 8:
			m.opset = parse(f.bytes)[0].value
		case 14:
			for _, p := range parse(f.bytes) {
				m.properties = append(m.properties, string(p.bytes))
			}
		case 7:
			for _, g := range parse(f.bytes) {
				switch g.number {
				case 1:
					m.nodes = append(m.nodes, nodeOf(parse, g.bytes))
				case 2:
					m.graph = string(g.bytes)
				case 5:
					name, t, wrong := tensorOf(parse, g.bytes, folder)
					err = errors.Join(err, wrong)
					m.names, m.tensors[name] = append(m.names, name), t
				case 11:
					m.inputs = append(m.inputs, valueOf(parse, g.bytes))
				case 12:
					m.outputs = append(m.outputs, valueOf(parse, g.bytes))
				}
			}
		}
	}
	return err
}

func nodeOf(parse func([]byte) []field, b []byte) (n readNode) {
	for _, f := range parse(b) {
		switch f.number {
		case 1:
			n.inputs = append(n.inputs, string(f.bytes))
		case 2:
			n.outputs = append(n.outputs, string(f.bytes))
		case 3:
			n.name = string(f.bytes)
		case 4:
			n.op = string(f.bytes)
		case 5:
			name, kind, values := "", uint64(0), []string{}
			for _, a := range parse(f.bytes) {
				switch a.number {
				case 1:
					name = string(a.bytes)
				case 2:
					values = append(values, fmt.Sprint(math.Float32frombits(uint32(a.value))))
				case 3, 8:
					values = append(values, fmt.Sprint(int64(a.value)))
				case 4:
					values = append(values, string(a.bytes))
				case 20:
					kind = a.value
				}
			}
			n.attributes = append(n.attributes, fmt.Sprintf("%s:%d=%s", name, kind, strings.Join(values, ",")))
		}
	}
	return n
}

func tensorOf(parse func([]byte) []field, b []byte, folder string) (name string, t readTensor, err error) {
	var raw []byte
	outside := false
	t.beside = map[string]string{}
	for _, f := range parse(b) {
		switch f.number {
		case 1:
			t.shape = append(t.shape, int(f.value))
		case 2:
			t.kind = f.value
		case 8:
			name = string(f.bytes)
		case 9:
			raw = f.bytes
		case 12:
			t.about = string(f.bytes)
		case 13:
			entry := parse(f.bytes)
			t.beside[string(entry[0].bytes)] = string(entry[1].bytes)
		case 14:
			outside = f.value == 1
		}
	}
	if outside {
		data, wrong := os.ReadFile(filepath.Join(folder, t.beside["location"]))
		offset, _ := strconv.Atoi(t.beside["offset"])
		length, _ := strconv.Atoi(t.beside["length"])
		if err = wrong; err == nil {
			raw = data[offset:][:length]
		}
	}
	for i := 0; t.kind == 1 && i+4 <= len(raw); i += 4 {
		t.floats = append(t.floats, math.Float32frombits(binary.LittleEndian.Uint32(raw[i:])))
	}
	for i := 0; t.kind == 7 && i+8 <= len(raw); i += 8 {
		t.ints = append(t.ints, int64(binary.LittleEndian.Uint64(raw[i:])))
	}
	return name, t, err
}

// valueOf reads a ValueInfoProto: a name and the axes of a tensor, which have a size or a name.
func valueOf(parse func([]byte) []field, b []byte) (v readValue) {
	fields := parse(b)
	tensorType := parse(parse(fields[1].bytes)[0].bytes)
	var axes []string
	for _, axis := range parse(tensorType[1].bytes) {
		if d := parse(axis.bytes)[0]; d.number == 2 {
			axes = append(axes, string(d.bytes))
		} else {
			axes = append(axes, fmt.Sprint(d.value))
		}
	}
	return readValue{string(fields[0].bytes), fmt.Sprintf("type %d [%s]", tensorType[0].value, strings.Join(axes, ", "))}
}

// ordered checks that every input of a node exists before it, and that names are unique.
func (m *readModel) ordered(t *testing.T, net string) {
	t.Helper()
	known, nodes := map[string]bool{}, map[string]bool{}
	take := func(name string) {
		if known[name] || name == "" {
			t.Errorf("%s: %q is made twice, or nothing", net, name)
		}
		known[name] = true
	}
	for _, v := range m.inputs {
		take(v.name)
	}
	for _, name := range m.names {
		take(name)
	}
	for _, n := range m.nodes {
		if nodes[n.name] || n.name == "" {
			t.Errorf("%s: two nodes are called %q", net, n.name)
		}
		nodes[n.name] = true
		for _, in := range n.inputs {
			if !known[in] && in != "" { // "" stands for an input that is left out
				t.Errorf("%s: %s reads %q, which nothing has made", net, n.op, in)
			}
		}
		for _, out := range n.outputs {
			take(out)
		}
	}
	for _, v := range m.outputs {
		if !known[v.name] {
			t.Errorf("%s: nothing makes %s", net, v.name)
		}
	}
}

func (m *readModel) count(op string) (count int) {
	for _, n := range m.nodes {
		if n.op == op {
			count++
		}
	}
	return count
}

// String is the model as a text; numbers are shown by their check sum.
func (m *readModel) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ir %d, opset %d, by %s\ngraph %s\n", m.ir, m.opset, m.producer, m.graph)
	for _, v := range m.inputs {
		fmt.Fprintf(&b, "input %s %s\n", v.name, v.shape)
	}
	for _, v := range m.outputs {
		fmt.Fprintf(&b, "output %s %s\n", v.name, v.shape)
	}
	for _, n := range m.nodes {
		fmt.Fprintf(&b, "node %s: %s = %s(%s) %s\n", n.name, strings.Join(n.outputs, ", "), n.op, strings.Join(n.inputs, ", "), strings.Join(n.attributes, " "))
	}
	for _, name := range m.names {
		x := m.tensors[name]
		fmt.Fprintf(&b, "tensor %s: %stype %d %v", name, strings.TrimLeft(x.about+" ", " "), x.kind, x.shape)
		if len(x.beside) > 0 {
			fmt.Fprintf(&b, ", in %s at %s", x.beside["location"], x.beside["offset"])
		}
		if len(x.ints)+len(x.floats) <= 8 {
			fmt.Fprintf(&b, " %v%v\n", x.floats, x.ints)
			continue
		}
		raw := []byte{}
		for _, v := range x.floats {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		fmt.Fprintf(&b, " crc32 %08x\n", crc32.ChecksumIEEE(raw))
	}
	for pair := range slices.Chunk(m.properties, 2) {
		fmt.Fprintf(&b, "property %s:\n%s\n", pair[0], strings.TrimRight(pair[1], "\n"))
	}
	return b.String()
}

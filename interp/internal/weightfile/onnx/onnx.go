// Package onnx reads the numbers in ONNX files: initialisers, and constants that layers have
// in their place. A file is one protobuf message (package wire):
//
//	ModelProto
//	├─ 1 ir_version  2, 3 producer  8 opset_import
//	├─ 14 metadata_props: StringStringEntryProto...
//	│    └─ 1 key  2 value            the names of classes
//	└─ 7 graph: GraphProto
//	     ├─ 1 node: NodeProto...         Conv, Gemm, ..., in order
//	     │    ├─ 1 input...  2 output... names of tensors
//	     │    ├─ 3 name  4 op_type
//	     │    └─ 5 attribute...          strides, epsilon; a Constant's value: TensorProto
//	     └─ 5 initializer: TensorProto...
//	          ├─ 8 name  1 dims...  2 data_type
//	          ├─ 9 raw_data              little endian, row-major; or by type
//	          ├─ 4 float_data  5 int32_data  7 int64_data  10 double_data  11 uint64_data
//	          └─ 13 external_data        {location, offset, length} in another file
//
// Nothing in the graph is computed. What a tensor is to the network is read from the nodes
// that it is an input of (graph.go).
package onnx

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/wire"
)

// Is recognises an ONNX file by its first bytes, the version and another field of a
// ModelProto, or by its name.
func Is(head []byte, path string) bool {
	if strings.EqualFold(filepath.Ext(path), ".onnx") {
		return true
	}
	// A safetensors file may begin alike: with the length of a header that begins at byte 8.
	return len(head) > 16 && head[0] == 0x08 && head[1] > 0 && head[1] < 32 && bytes.IndexByte([]byte("\x12\x1a\x22\x3a\x42"), head[2]) >= 0 &&
		!bytes.Equal(head[4:9], []byte("\x00\x00\x00\x00{"))
}

// Open reads everything but the numbers.
func Open(in weightfile.Input) (weightfile.File, error) {
	m, err := readModel(in)
	if err != nil {
		return nil, err
	}
	f := &file{Listing: weightfile.Listing{In: in, Said: weightfile.About{Format: m.format(), Classes: m.classes}}}
	if err := m.graph.resolve(); err != nil {
		return nil, err
	}
	m.graph.named()
	f.Said.Layers, f.Said.Beside, f.Said.Notes = m.graph.layers(), m.graph.settings(), m.graph.notes
	f.Said.Flattened = m.graph.flattened(m.producer)
	refused := []string{}
	for _, u := range m.graph.used() {
		t := u.stored
		if elements[t.typ].field == 0 {
			refused = append(refused, weightfile.Shown(u.name)+" ("+t.typeName()+")")
		}
		f.List = append(f.List, weightfile.Tensor{Name: u.name, Type: t.elementType(), Shape: t.shape, Axes: u.axes, Layer: u.layer, Leaf: u.leaf, Changed: u.changed})
		f.stored = append(f.stored, t)
	}
	if note := m.graph.changed(); note != "" {
		f.Said.Notes = append(f.Said.Notes, note)
	}
	if len(refused) > 0 {
		f.Said.Notes = append(f.Said.Notes, "not readable: "+strings.Join(refused[:min(len(refused), 10)], ", "))
	}
	if problem := m.graph.without(); problem != "" {
		return nil, in.Corrupt("", "%s", problem)
	}
	return f, f.limitWork(in.Size + m.graph.others)
}

// A file is an open ONNX file.
type file struct {
	weightfile.Listing
	stored []*Stored // where the numbers of each tensor are
}

func (f *file) Bytes(i int) ([]byte, error) {
	raw, err := f.stored[i].Numbers(f.In)
	return raw, f.Of(i, err)
}

// limitWork counts what reading every tensor would take: Identity nodes give tensors further
// names, and parts of other files may overlap, so a small file could ask for any amount. Room
// is how many bytes there are.
func (f *file) limitWork(room int64) error {
	const times, anyway = 16, 16 << 20
	limit, work := anyway+times*room, int64(0)
	for _, t := range f.stored {
		if work += t.count * max(elements[t.typ].size, 1); work > limit {
			return &weightfile.LimitError{Path: f.In.Path, Limit: "bytes of tensors that share their numbers", Got: work, Max: limit, Help: "export the model again with numbers of its own for each tensor"}
		}
	}
	return nil
}

// A model is what is read of a ModelProto.
type model struct {
	ir                uint64
	producer, version string
	opset             uint64
	graph             *graph
	classes           weightfile.Classes
}

// format names the file's format and its versions.
func (m *model) format() string {
	text := fmt.Sprintf("ONNX (IR %d, opset %d", m.ir, m.opset)
	if m.producer != "" {
		text += ", by " + weightfile.Shown(m.producer)
		if m.version != "" {
			text += " " + weightfile.Shown(m.version)
		}
	}
	return text + ")"
}

func readModel(in weightfile.Input) (*model, error) {
	m := &model{}
	w := wire.New(in)
	err := w.Whole("the model").Walk(func(f wire.Field) (err error) {
		switch f.Number {
		case 1:
			m.ir = f.Word
		case 2:
			m.producer, err = f.Body.Text()
		case 3:
			m.version, err = f.Body.Text()
		case 7:
			if m.graph != nil {
				return in.Corrupt("", "the model has two graphs, want one; which of them counts cannot be known, export it again")
			}
			m.graph, err = readGraph(in, w, f.Body.Called("the graph"))
		case 8:
			err = f.Body.Walk(func(f wire.Field) error {
				if f.Number == 2 {
					m.opset = max(m.opset, f.Word)
				}
				return nil
			})
		case 14:
			err = m.property(f.Body)
		}
		return err
	})
	if err == nil && m.graph == nil {
		err = in.Corrupt("", "has no graph, want an ONNX model; it is no ONNX file or was cut short, fetch it again")
	}
	return m, err
}

// property reads a property of the model, if it is about classes.
func (m *model) property(entry wire.Message) (err error) {
	key := ""
	return entry.Walk(func(f wire.Field) error {
		switch {
		case f.Number == 1:
			key, err = f.Body.Text()
			key = strings.TrimPrefix(key, "cnnlang.") // of our own files
		case f.Number == 2 && m.classes.Wants(key):
			text, failed := f.Body.Text()
			m.classes.Offer(key, text)
			err = failed
		}
		return err
	})
}

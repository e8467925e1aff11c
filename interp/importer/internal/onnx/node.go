package onnx

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"cnnlang/interp/internal/weightfile"
	stored "cnnlang/interp/internal/weightfile/onnx"
	"cnnlang/interp/internal/weightfile/wire"
)

// A node is a NodeProto.
type node struct {
	index           int // in its graph
	within          string
	op, name        string
	domain          string
	inputs, outputs []string // "" for one that is left out
	attributes      map[string]*attribute
	properties      map[string]string
}

// where names the node in messages.
func (n *node) where() string {
	text := fmt.Sprintf("node %d", n.index)
	if n.within != "" {
		text += " of " + weightfile.Shown(n.within)
	}
	if n.name != "" {
		text += " " + quoted(n.name)
	}
	return text + " (" + weightfile.Shown(n.op) + ")"
}

// quoted is a name in quotation marks, whatever it holds.
func quoted(name string) string {
	shown := weightfile.Shown(name)
	if shown[0] == '"' {
		return shown
	}
	return `"` + shown + `"`
}

// An attribute is an AttributeProto. A file need not say of which type it is.
type attribute struct {
	name    string
	float   float32
	integer int64
	text    string
	floats  []float32
	ints    []int64
	tensor  *stored.Stored
	graph   *graphProto
	ref     string // the attribute of the function that it is
	other   bool   // it holds what is not read: tensors, graphs, types, strings
}

func (m *model) readNode(body wire.Message, depth int) (*node, error) {
	n := &node{attributes: map[string]*attribute{}, properties: map[string]string{}}
	if err := m.walker.Charge(1024); err != nil {
		return nil, err
	}
	err := body.Walk(func(f wire.Field) (err error) {
		switch f.Number {
		case 1:
			n.inputs, err = m.appendText(n.inputs, f.Body)
		case 2:
			n.outputs, err = m.appendText(n.outputs, f.Body)
		case 3:
			n.name, err = m.text(f.Body)
		case 4:
			n.op, err = m.text(f.Body)
		case 5:
			if len(n.attributes) == mostAttributes {
				return m.in.Corrupt("", "%v has more than %d attributes; the file is damaged, export the model again", body, mostAttributes)
			}
			var a *attribute
			if a, err = m.readAttribute(f.Body.Called("an attribute of "+body.String()), depth); err == nil {
				n.attributes[a.name] = a
			}
		case 7:
			n.domain, err = m.text(f.Body)
			n.domain = ownDomain(n.domain)
		case 9:
			err = m.readProperty(f.Body, n.properties)
		}
		return err
	})
	return n, err
}

func (m *model) readAttribute(body wire.Message, depth int) (*attribute, error) {
	a := &attribute{}
	if err := m.walker.Charge(256); err != nil {
		return nil, err
	}
	err := body.Walk(func(f wire.Field) (err error) {
		switch f.Number {
		case 1:
			a.name, err = m.text(f.Body)
		case 2:
			if f.Type == protowire.Fixed32Type {
				a.float = math.Float32frombits(uint32(f.Word))
			}
		case 3:
			a.integer = int64(f.Word)
		case 4:
			if f.Body.Len() <= mostName { // equations and modes are short, and documents are not asked for
				a.text, err = f.Body.Text()
			}
		case 5:
			a.tensor, err = m.tensors.Read(f.Body.Called("a tensor in " + body.String()))
		case 6:
			a.graph, err = m.readGraph(f.Body.Called("a graph in "+body.String()), depth+1)
		case 7:
			a.floats, err = m.appendFloats(a.floats, f)
		case 8:
			a.ints, err = f.Ints(a.ints)
		case 21:
			a.ref, err = m.text(f.Body)
		case 9, 10, 11, 14, 15, 22, 23:
			a.other = true
		}
		return err
	})
	return a, err
}

// appendFloats adds those of a field, packed or not.
func (m *model) appendFloats(list []float32, f wire.Field) ([]float32, error) {
	const most = 64
	if f.Type == protowire.Fixed32Type {
		list = append(list, math.Float32frombits(uint32(f.Word)))
	}
	if f.Type == protowire.BytesType {
		count, err := f.Count(4)
		if err != nil || count > most {
			return nil, m.in.Corrupt("", "%v has %d floats, want at most %d of 4 bytes each; the file is damaged, export the model again", f.Body, count, most)
		}
		raw, err := m.in.At(f.Body.Start, f.Body.Len(), f.Body.String())
		if err != nil {
			return nil, err
		}
		list = append(list, weightfile.F32.Floats(raw)...)
	}
	if len(list) > most {
		return nil, m.in.Corrupt("", "%v has more than %d floats; the file is damaged, export the model again", f.Body, most)
	}
	return list, m.walker.Charge(64)
}

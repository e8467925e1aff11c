package onnx

import (
	"fmt"

	"cnnlang/interp/internal/weightfile"
	stored "cnnlang/interp/internal/weightfile/onnx"
	"cnnlang/interp/internal/weightfile/wire"
)

// A model is a ModelProto but for the numbers of its tensors.
type model struct {
	in                weightfile.Input
	ir                uint64
	producer, version string
	opsets            map[string]int // by domain, "" being ONNX's own
	graph             *graphProto
	functions         map[string]*function
	properties        map[string]string
	tensors           *stored.Tensors

	walker *wire.Walker
	nodes  int // read so far, those of functions and of inner graphs too
}

// A graphProto is a GraphProto: of the model, of a branch of an If, or of a function, which has no
// tensors.
type graphProto struct {
	name            string
	nodes           []*node
	tensors         []*stored.Stored
	inputs, outputs []port
	sparse          int
}

// A port is an input or output.
type port struct {
	name  string
	kind  uint64 // of its elements, as ONNX counts them; 0 where it is no tensor, or nothing is said
	shape []int  // unknown where it is not in the file; nil where the file has no shape
}

// unknown is a size that the file leaves open.
const unknown = -1

// A function is a FunctionProto.
type function struct {
	name       string
	parameters []string // attributes that calls give
	defaults   []*attribute
	opsets     map[string]int
	graph      graphProto
	entered    bool
}

// Limits of what is read.
const (
	mostNodes      = 30_000 // nodes after functions were put in place, as of the language
	mostInputs     = 4096   // of a node, and outputs
	mostAttributes = 64     // of a node
	mostName       = 1024   // bytes
	mostDepth      = 16     // of functions and inner graphs
)

// readModel reads a model; described says that its numbers are not wanted.
func readModel(in weightfile.Input, described bool) (*model, error) {
	w := wire.New(in)
	m := &model{in: in, opsets: map[string]int{}, functions: map[string]*function{}, properties: map[string]string{}, tensors: stored.NewTensors(in, w), walker: w}
	m.tensors.Described = described
	err := w.Whole("the model").Walk(func(f wire.Field) (err error) {
		switch f.Number {
		case 1:
			m.ir = f.Word
		case 2:
			m.producer, err = m.text(f.Body)
		case 3:
			m.version, err = m.text(f.Body)
		case 7:
			if m.graph != nil {
				return in.Corrupt("", "the model has two graphs, want one; which of them counts cannot be known, export it again")
			}
			m.graph, err = m.readGraph(f.Body.Called("the graph"), 0)
		case 8:
			err = m.readOpset(f.Body.Called("an opset"), m.opsets)
		case 14:
			err = m.readProperty(f.Body, m.properties)
		case 25:
			err = m.readFunction(f.Body.Called("a function"))
		}
		return err
	})
	if err == nil && m.graph == nil {
		err = in.Corrupt("", "has no graph, want an ONNX model; it is no ONNX file or was cut short, fetch it again")
	}
	return m, err
}

// text reads a name or another string, which is not longer than names are.
func (m *model) text(body wire.Message) (string, error) {
	if body.Len() > mostName {
		return "", m.in.Corrupt("", "%v is %d bytes long, the limit is %d; the file is damaged, export the model again", body, body.Len(), mostName)
	}
	return body.Text()
}

func (m *model) appendText(list []string, body wire.Message) ([]string, error) {
	if len(list) == mostInputs {
		return nil, &weightfile.LimitError{Path: m.in.Path, Limit: "inputs or outputs of a node", Got: mostInputs + 1, Max: mostInputs, Help: "no network needs so many; export the model again"}
	}
	text, err := m.text(body)
	return append(list, text), err
}

func (m *model) readOpset(body wire.Message, into map[string]int) error {
	domain, version := "", uint64(0)
	err := body.Walk(func(f wire.Field) (err error) {
		switch f.Number {
		case 1:
			domain, err = m.text(f.Body)
		case 2:
			version = f.Word
		}
		return err
	})
	into[ownDomain(domain)] = int(min(version, 1<<31))
	return err
}

// ownDomain is "" for ONNX's own domain, which has two names.
func ownDomain(name string) string {
	if name == "ai.onnx" {
		return ""
	}
	return name
}

// readProperty reads one of the texts that a model or a node carries.
func (m *model) readProperty(body wire.Message, into map[string]string) error {
	var key, value string
	err := body.Walk(func(f wire.Field) (err error) {
		switch {
		case f.Number == 1:
			key, err = m.text(f.Body)
		case f.Number == 2:
			value, err = f.Body.Text()
		}
		return err
	})
	into[key] = value
	return err
}

// readGraph reads a GraphProto at a depth of inner graphs.
func (m *model) readGraph(body wire.Message, depth int) (*graphProto, error) {
	if depth > mostDepth {
		return nil, &weightfile.LimitError{Path: m.in.Path, Limit: "graphs within graphs", Got: mostDepth + 1, Max: mostDepth, Help: "export the model without control flow"}
	}
	g := &graphProto{}
	return g, body.Walk(func(f wire.Field) (err error) {
		switch f.Number {
		case 1:
			err = m.appendNode(g, f.Body, depth)
		case 2:
			g.name, err = m.text(f.Body)
		case 5:
			var t *stored.Stored
			if len(g.tensors) == m.in.Limits.MaxTensors() {
				return m.in.TooMany()
			}
			t, err = m.tensors.Read(f.Body.Called(fmt.Sprintf("initialiser %d", len(g.tensors))))
			g.tensors = append(g.tensors, t)
		case 11:
			g.inputs, err = m.appendPort(g.inputs, f.Body.Called("an input"))
		case 12:
			g.outputs, err = m.appendPort(g.outputs, f.Body.Called("an output"))
		case 15:
			g.sparse++
		}
		return err
	})
}

func (m *model) appendNode(g *graphProto, body wire.Message, depth int) error {
	if m.nodes++; m.nodes > mostNodes {
		return m.tooMany()
	}
	n, err := m.readNode(body.Called(fmt.Sprintf("node %d", len(g.nodes))), depth)
	if err == nil {
		n.index = len(g.nodes)
		g.nodes = append(g.nodes, n)
	}
	return err
}

// tooMany is the error of a model with more nodes than the limit.
func (m *model) tooMany() error {
	return &weightfile.LimitError{Path: m.in.Path, Limit: "nodes", Got: mostNodes + 1, Max: mostNodes, Help: "a network of this program has no more operations; import a part of it"}
}

// appendPort reads a ValueInfoProto.
func (m *model) appendPort(list []port, body wire.Message) ([]port, error) {
	if len(list) == m.in.Limits.MaxTensors() {
		return nil, m.in.TooMany()
	}
	if err := m.walker.Charge(256); err != nil {
		return nil, err
	}
	p := port{}
	err := body.Walk(func(f wire.Field) (err error) {
		switch f.Number {
		case 1:
			p.name, err = m.text(f.Body)
		case 2:
			err = f.Body.Walk(func(f wire.Field) error {
				if f.Number == 1 { // of a tensor; sequences, maps and the like have other numbers
					return m.readTensorType(f.Body, &p)
				}
				return nil
			})
		}
		return err
	})
	return append(list, p), err
}

// readTensorType reads what elements and which shape a value has.
func (m *model) readTensorType(body wire.Message, p *port) error {
	return body.Walk(func(f wire.Field) error {
		switch f.Number {
		case 1:
			p.kind = f.Word
		case 2:
			p.shape = []int{}
			return f.Body.Walk(func(f wire.Field) error {
				if f.Number != 1 {
					return nil
				}
				return m.readSize(f.Body, p)
			})
		}
		return nil
	})
}

// readSize reads one size of a shape: a number, a name, or nothing. Some programs write 0 for a
// size that they do not know.
func (m *model) readSize(body wire.Message, p *port) error {
	const mostAxes = 64
	size := unknown
	err := body.Walk(func(f wire.Field) error {
		if f.Number == 1 && int64(f.Word) > 0 && f.Word <= 1<<31-1 {
			size = int(f.Word)
		}
		return nil
	})
	if p.shape = append(p.shape, size); len(p.shape) > mostAxes {
		return m.in.Corrupt("", "value %s has more than %d axes; the file is damaged, fetch it again", weightfile.Shown(p.name), mostAxes)
	}
	return err
}

// readFunction reads a FunctionProto.
func (m *model) readFunction(body wire.Message) error {
	fn := &function{opsets: map[string]int{}}
	domain, outputs := "", []string(nil)
	err := body.Walk(func(f wire.Field) (err error) {
		switch f.Number {
		case 1:
			fn.name, err = m.text(f.Body)
		case 4:
			var names []string
			names, err = m.appendText(nil, f.Body)
			fn.graph.inputs = append(fn.graph.inputs, port{name: names[0]})
		case 5:
			outputs, err = m.appendText(outputs, f.Body)
		case 6:
			fn.parameters, err = m.appendText(fn.parameters, f.Body)
		case 7:
			err = m.appendNode(&fn.graph, f.Body, 1)
		case 9:
			err = m.readOpset(f.Body.Called("an opset"), fn.opsets)
		case 10:
			domain, err = m.text(f.Body)
		case 11:
			var a *attribute
			a, err = m.readAttribute(f.Body.Called("an attribute"), 1)
			fn.defaults = append(fn.defaults, a)
		}
		return err
	})
	for _, name := range outputs {
		fn.graph.outputs = append(fn.graph.outputs, port{name: name})
	}
	m.functions[ownDomain(domain)+"."+fn.name] = fn
	return err
}

package onnx

import (
	"errors"
	"fmt"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// mostComputed is how many numbers tensors may have that are not in the file as they are, and
// perByte how many more for each byte of the file.
const (
	mostComputed = 1 << 28
	perByte      = 16
)

// limitWork counts what reading every tensor would take: a small file could ask for any amount. Where no
// numbers are wanted none is read, and what the other files would add to the limit is not known.
func (t *tracer) limitWork() error {
	if t.source.NoWeights {
		return nil
	}
	limit, work := mostComputed+perByte*(t.m.in.Size+t.m.tensors.Others()), int64(0)
	for _, s := range t.steps {
		for _, w := range s.params {
			if work += int64(elements(w.shape)) * int64(1+w.work); work > limit {
				return &weightfile.LimitError{Path: t.m.in.Path, Limit: "numbers of tensors that are computed", Got: work, Max: limit, Help: "export the model with numbers of its own for each tensor"}
			}
		}
	}
	return nil
}

// emit builds the net of steps that are all operations of this program.
func (t *tracer) emit() (*flat.Net, error) {
	if err := t.limitWork(); err != nil {
		return nil, err
	}
	b := flat.Build(t.m.graph.name)
	nodes := map[*step]*graph.Node{}
	inputs := 0
	t.readers = map[string]int{}
	for _, s := range t.steps {
		if s.node == nil {
			inputs++
		}
		for _, w := range s.params {
			t.readers[w.name]++
		}
	}
	names := &flat.Names{}
	for _, s := range t.steps {
		if s.node == nil {
			name := ""
			if inputs > 1 {
				name = names.Word(s.input, "input")
			}
			nodes[s] = b.Input(name, append(tensor.Shape{1}, s.shape[1:]...))
		}
	}
	for _, s := range t.steps {
		if s.node == nil {
			continue
		}
		in := make([]*graph.Node, len(s.in))
		for i, from := range s.in {
			in[i] = nodes[from]
		}
		n, err := b.Op(t.path(s), s.op.(ops.Op), t.about(s), in...)
		if err != nil { // as it was accepted before, for another batch
			return nil, t.refusal(s, err)
		}
		nodes[s] = n
	}
	for _, o := range t.results {
		name := "output"
		if len(t.results) > 1 {
			name = names.Word(o.name, "output")
		}
		b.Output(name, nodes[o.step])
	}
	net := b.Net()
	net.Format, net.Notes, net.Meta = t.m.format(), t.notes, t.m.meta()
	if shape := net.Graph.Input().Shape; net.Meta == nil && t.m.producer != own && len(net.Graph.Inputs) == 1 && len(shape) == 4 && (shape[1] == 1 || shape[1] == 3) {
		net.Notes = append(net.Notes, "the file does not say how pictures are prepared; add what the net was trained with to the text, as in `meta { prepare = imagenet }`")
	}
	return net, nil
}

// meta are the lines of the net's meta that files of this program carry.
func (m *model) meta() []string {
	text, ok := strings.CutPrefix(strings.TrimSpace(m.properties["cnnlang.meta"]), "meta {\n")
	text, closed := strings.CutSuffix(text, "\n}")
	if !ok || !closed || strings.ContainsAny(text, "{}") {
		return nil
	}
	return strings.Split(text, "\n")
}

// refusal is the error of an operation that refuses its inputs.
func (t *tracer) refusal(s *step, err error) error {
	p := flat.Problem{Where: s.node.where(), Got: err.Error()}
	if fault := (*ops.Fault)(nil); errors.As(err, &fault) {
		p.Can = fault.Help
	}
	return &flat.Refused{Path: t.m.in.Path, Problems: []flat.Problem{p}}
}

// about is what else is known of a step.
func (t *tracer) about(s *step) flat.About {
	a := flat.About{Where: s.node.where()}
	a.Scope, a.Class = s.node.scope()
	for i, p := range s.op.(ops.Op).Params(s.dims()) {
		w := s.params[i]
		a.Tensors = append(a.Tensors, flat.Tensor{Name: w.name, Shape: sizesOf(p.Shape), Read: t.checked(w)})
	}
	return a
}

// checked reads a tensor and holds what was read to its shape.
func (t *tracer) checked(w *weight) func() ([]float32, error) {
	switch {
	case w.read == nil:
		return nil
	case t.source.NoWeights:
		return func() ([]float32, error) {
			return nil, &flat.Refused{Path: t.m.in.Path, Problems: []flat.Problem{{Got: "only the network was read, without numbers", Can: "import it without --no-weights"}}}
		}
	}
	return func() ([]float32, error) {
		data, err := w.read()
		if err == nil && len(data) != elements(w.shape) {
			err = t.m.in.Corrupt(w.name, "has %d numbers, want %d; the file was changed while it was read", len(data), elements(w.shape))
		}
		return data, err
	}
}

// dims are the shapes of what a step reads, for one image.
func (s *step) dims() []dim.Shape {
	list := make([]dim.Shape, len(s.in))
	for i, in := range s.in {
		list[i] = dim.Shaped(append([]int{1}, in.shape[1:]...)...)
	}
	return list
}

// format names the file's format and its versions.
func (m *model) format() string {
	text := fmt.Sprintf("ONNX (opset %d", m.opsets[""])
	if m.producer != "" {
		text += ", " + weightfile.Shown(m.producer)
		if m.version != "" {
			text += " " + weightfile.Shown(m.version)
		}
	}
	return text + ")"
}

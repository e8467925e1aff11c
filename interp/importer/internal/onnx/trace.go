package onnx

import (
	"fmt"
	"slices"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	stored "cnnlang/interp/internal/weightfile/onnx"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A tracer goes through the nodes of a model in order and notes what each computes: constants it
// computes itself, all other values become steps.
type tracer struct {
	m      *model
	source flat.Source
	batch  int // how many images the file has in a batch, or a number that stands for any
	// anyBatch is that number, and open says that it is used.
	anyBatch int
	open     bool
	steps    []*step
	results  []output
	// inputSteps are the inputs of the network.
	inputSteps []*step
	notes      []string

	readers map[string]int // how many steps have the tensor of a name

	entered int // nodes gone through
	folded  int // numbers of constants
	// compared is how many steps Concats were compared with.
	compared int
}

// An output is a result of the network.
type output struct {
	name string
	step *step
}

// A scope is the values that the nodes of a graph can name.
type scope struct {
	outer  *scope
	graph  *graphProto
	values map[string]*value
	makers map[string]*node
	// given are the attributes of the call of a function, and function is its name.
	given    map[string]*attribute
	function string
	opsets   map[string]int
	depth    int
}

// find is the value that a name stands for, nil if there is none yet.
func (s *scope) find(name string) *value {
	for ; s != nil; s = s.outer {
		if v := s.values[name]; v != nil {
			return v
		}
	}
	return nil
}

// corrupt is the error of a model that makes no sense.
func (t *tracer) corrupt(format string, args ...any) error {
	return t.m.in.Corrupt("", format, args...)
}

// enter goes through a graph's nodes, those that its outputs need, and returns these.
func (t *tracer) enter(s *scope) ([]*value, error) {
	if s.depth > mostDepth {
		return nil, &weightfile.LimitError{Path: t.m.in.Path, Limit: "functions and graphs within each other", Got: int64(s.depth), Max: mostDepth, Help: "export the model without them"}
	}
	if err := t.declare(s); err != nil {
		return nil, err
	}
	nodes, err := t.order(s)
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		if t.entered++; t.entered > mostNodes {
			return nil, t.m.tooMany()
		}
		if err := t.node(s, n); err != nil {
			return nil, err
		}
	}
	results := make([]*value, len(s.graph.outputs))
	for i, out := range s.graph.outputs {
		if results[i] = s.find(out.name); results[i] == nil {
			return nil, t.corrupt("has the output %s, which no node makes; the file is damaged, export the model again", weightfile.Shown(out.name))
		}
	}
	return results, nil
}

// declare notes the tensors of a graph, and which node makes which value.
func (t *tracer) declare(s *scope) error {
	s.makers = map[string]*node{}
	tensors := map[string]bool{}
	for _, held := range s.graph.tensors {
		name := held.Name()
		if tensors[name] {
			return t.corrupt("has two initialisers called %s; which of them counts cannot be known, export the model again", weightfile.Shown(name))
		}
		tensors[name] = true
		v, err := t.stored(held)
		if err != nil {
			return err
		}
		s.values[name] = v
	}
	for _, n := range s.graph.nodes {
		n.within = s.function
		for _, name := range n.outputs {
			if name == "" {
				continue
			}
			if s.makers[name] != nil || s.values[name] != nil {
				return t.corrupt("makes the value %s twice, the second time in %s; which of them counts cannot be known, export the model again", weightfile.Shown(name), n.where())
			}
			s.makers[name] = n
		}
	}
	return nil
}

// stored is a tensor of the file.
func (t *tracer) stored(s *stored.Stored) (*value, error) {
	v := &value{shape: s.Shape()}
	w := &weight{shape: s.Shape(), name: s.Name(), constant: s.Constant()}
	w.read = func() ([]float32, error) {
		raw, err := s.Numbers(t.m.in)
		if err != nil {
			return nil, named(err, s.Name())
		}
		return s.Type().Floats(raw), nil
	}
	if s.Type().Float() {
		v.weight = w
		return v, nil
	}
	if s.Count() > mostFolded || s.Type().Size() == 0 || s.Type() == weightfile.C64 {
		v.weight = w
		w.read = func() ([]float32, error) {
			return nil, t.m.in.Corrupt(s.Name(), "holds %s, want floats; export the model in floats", s.Type())
		}
		w.strange = string(s.Type())
		return v, nil
	}
	raw, err := s.Numbers(t.m.in)
	if err != nil {
		return nil, named(err, s.Name())
	}
	v.known = &constant{shape: s.Shape(), integer: true, nums: s.Type().Integers(raw)}
	return v, t.charge(v.known)
}

// named is an error about a tensor with its name.
func named(err error, tensor string) error {
	if e, ok := err.(*weightfile.Error); ok && e.Tensor == "" {
		return &weightfile.Error{Path: e.Path, Tensor: tensor, Problem: e.Problem, Err: e.Err}
	}
	return err
}

// charge counts the numbers of a constant against the limit.
func (t *tracer) charge(c *constant) error {
	if t.folded += len(c.nums); t.folded > mostAllFolded {
		return &weightfile.LimitError{Path: t.m.in.Path, Limit: "numbers of sizes and other settings", Got: int64(t.folded), Max: mostAllFolded, Help: "export the model with its constants folded"}
	}
	return nil
}

// node gives the outputs of a node their values.
func (t *tracer) node(s *scope, n *node) error {
	c := &call{tracer: t, node: n, scope: s, opset: s.opsets[""]}
	for _, name := range n.inputs {
		var v *value
		if name != "" {
			if v = s.find(name); v == nil {
				return t.corrupt("has %s, which reads %s, and nothing makes that; the file is damaged, export the model again", n.where(), weightfile.Shown(name))
			}
		}
		c.in = append(c.in, v)
	}
	results, err := c.run()
	if err != nil {
		return err
	}
	for i, name := range n.outputs {
		if name == "" {
			continue
		}
		if i >= len(results) || results[i] == nil {
			results = append(results, slices.Repeat([]*value{nil}, max(0, i+1-len(results)))...)
			if results[i] = results[0]; results[i] == nil || !results[i].lost() {
				results[i] = c.fail(fmt.Sprintf("its output %d is used", i+1), "the first alone is known")
			}
		}
		s.values[name] = results[i]
		if k := results[i].known; k != nil {
			if err := t.charge(k); err != nil {
				return err
			}
		}
	}
	return nil
}

// add notes a step.
func (t *tracer) add(s *step) *step {
	t.steps = append(t.steps, s)
	return s
}

// apply is the value of an operation of this program. What it refuses is a problem of the node.
func (c *call) apply(op ops.Op, params []*weight, in ...*step) *value {
	s, fault := c.tracer.primitive(c.node, op, params, in...)
	if fault != nil {
		return c.fail(fault.Msg, fault.Help)
	}
	return &value{shape: s.shape, step: s}
}

// primitive adds a step of an operation, which must take inputs of these shapes.
func (t *tracer) primitive(n *node, op ops.Op, params []*weight, in ...*step) (*step, *ops.Fault) {
	shapes := make([]dim.Shape, len(in))
	for i, s := range in {
		shapes[i] = dim.Shaped(s.shape...)
		shapes[i][0] = dim.Int(1)
	}
	out, err := op.Infer(dim.Numbers{}, shapes)
	if err != nil {
		return nil, err.(*ops.Fault)
	}
	s := &step{op: op, in: in, params: params, node: n, shape: []int{t.batch}}
	for _, size := range out[1:] {
		s.shape = append(s.shape, size.MustInt())
	}
	for i, p := range op.Params(shapes) {
		if want := p.Shape; !slices.Equal(sizesOf(want), params[i].shape) {
			return nil, &ops.Fault{Msg: fmt.Sprintf("its tensor %s has the shape %v, want %v", weightfile.Shown(params[i].name), params[i].shape, want), Help: "the file contradicts itself, export the model again"}
		}
	}
	return t.add(s), nil
}

func sizesOf(s dim.Shape) []int {
	list := make([]int, len(s))
	for i, d := range s {
		list[i] = d.MustInt()
	}
	return list
}

// piece is the value of an operation that is to become one of this program's.
func (c *call) piece(op any, shape []int, in ...*step) *value {
	s := c.add(&step{op: op, in: in, node: c.node, shape: append([]int{}, shape...)})
	return &value{shape: s.shape, step: s}
}

// fail is the value of a node that cannot be imported. Got says what it is, and can what is known
// instead, or what to do.
func (c *call) fail(got, can string) *value {
	s := &step{node: c.node, problem: &flat.Problem{Where: c.where(), Got: got, Can: can}}
	for _, v := range c.in {
		if v.isComputed() {
			s.in = append(s.in, v.step)
		}
	}
	return &value{step: c.add(s)}
}

// isComputed is computed, and false of an input that is left out.
func (v *value) isComputed() bool { return v != nil && v.computed() }

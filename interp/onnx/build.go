package onnx

import (
	"cmp"
	"fmt"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// An exporter makes a model of a graph, step by step.
type exporter struct {
	model   Model
	opts    Options
	names   names
	written map[*graph.Node]bool
	users   map[*graph.Node][]*graph.Node // what reads a value, nil for an output
	values  map[*graph.Node]string        // the name of the value that a node makes
	folded  map[*graph.Node]*graph.Node   // by a convolution: the normalisation that becomes part of it
	held    map[string]string             // the names of constants, by what they are
	given   map[string][]int              // the shapes of the weights that are there, by their names
	lack    []graph.Lacking
}

// Of makes the model of a graph. Its error is a *graph.LackingError that names every step for which
// ONNX has no operators.
func Of(g *graph.Graph, opts Options) (*Model, error) {
	sides := map[string]bool{}
	for _, name := range opts.Sides {
		sides[name] = true
	}
	outputs := outputsOf(g, sides)
	e := &exporter{opts: opts, written: written(g, sides), values: map[*graph.Node]string{}, held: map[string]string{}, given: map[string][]int{}}
	e.readers(g, outputs)
	e.folded = e.foldable()
	e.model = Model{Name: g.Name, Producer: opts.Producer, Properties: opts.Properties}
	e.reserve(g)
	for _, in := range g.Inputs {
		v := Value{e.names.values.free(cmp.Or(in.Path, "input")), in.Shape}
		e.model.Inputs = append(e.model.Inputs, v)
		e.values[in] = v.Name
	}
	for _, n := range g.Operations() {
		if e.written[n] {
			e.step(n)
		}
	}
	if len(e.lack) > 0 {
		return nil, &graph.LackingError{Net: g.Name, Form: "ONNX", Steps: e.lack}
	}
	e.outputs(outputs)
	return &e.model, e.model.same(e.macs())
}

// An output is a node whose value leaves the model, and what it is called.
type output struct {
	name string
	node *graph.Node
}

func outputsOf(g *graph.Graph, sides map[string]bool) []output {
	var all []output
	for _, o := range g.Outputs {
		all = append(all, output{o.Name, o.Node})
	}
	for _, s := range g.Sides {
		if s.Output != nil && sides[s.Name] {
			all = append(all, output{s.Name, s.Output})
		}
	}
	return all
}

// written are the nodes of the main path and of side heads, and those that they depend on. What
// nobody reads is among them, as it is in the text.
func written(g *graph.Graph, sides map[string]bool) map[*graph.Node]bool {
	all := map[*graph.Node]bool{}
	for _, n := range slices.Backward(g.Nodes) {
		if n.Side == nil || sides[n.Side.Name] {
			all[n] = true
		}
		if all[n] {
			for _, in := range n.In {
				all[in] = true
			}
		}
	}
	return all
}

// readers notes who reads each value.
func (e *exporter) readers(g *graph.Graph, outputs []output) {
	e.users = map[*graph.Node][]*graph.Node{}
	for _, n := range g.Nodes {
		for _, in := range n.In {
			if e.written[n] {
				e.users[in] = append(e.users[in], n)
			}
		}
	}
	for _, o := range outputs {
		e.users[o.node] = append(e.users[o.node], nil)
	}
}

// macs is how many multiply-accumulates the text has.
func (e *exporter) macs() dim.Size {
	total := dim.Int(0)
	for n := range e.written {
		if n.Op != nil {
			total = total.Add(n.Count().MACs)
		}
	}
	return total
}

// reserve keeps the names of all weights for them: values are called otherwise where they would
// have one of these.
func (e *exporter) reserve(g *graph.Graph) {
	e.names = names{taken{}, taken{}}
	for _, n := range g.Nodes {
		for _, p := range n.Params {
			e.names.values[e.called(p.Path)] = 1
		}
	}
}

// called is what a tensor of the net is called in the file.
func (e *exporter) called(path string) string {
	if e.opts.Names == nil {
		return path
	}
	return e.opts.Names(path)
}

// step adds the nodes of the model for a node of the graph.
func (e *exporter) step(n *graph.Node) {
	s := &step{exporter: e, node: n}
	for _, in := range n.In {
		s.in = append(s.in, e.values[in])
	}
	if conv := n.In[0]; e.folded[conv] == n {
		e.values[n] = e.values[conv]
		return
	}
	write := writers[n.Op.Name()]
	if write == nil {
		write = func(s *step) string { return s.lacks("ONNX has no operators for `%s`", s.node.Op.Name()) }
	}
	e.values[n] = write(s)
}

// outputs names values of the model after outputs. One that is an input, a weight, or an output
// already, is passed on by a node.
func (e *exporter) outputs(all []output) {
	made, called := map[string]bool{}, map[string]string{}
	for _, n := range e.model.Nodes {
		made[n.Output] = true
	}
	for _, o := range all {
		old, name := e.values[o.node], e.names.values.free(o.name)
		e.model.Outputs = append(e.model.Outputs, Value{name, o.node.Shape})
		if made[old] && called[old] == "" {
			called[old] = name
			continue
		}
		e.model.Nodes = append(e.model.Nodes, Node{Name: e.names.nodes.free(o.name), Op: "Identity", Inputs: []string{old}, Output: name, Shape: o.node.Shape})
	}
	for i := range e.model.Nodes {
		n := &e.model.Nodes[i]
		n.Output = cmp.Or(called[n.Output], n.Output)
		for j, in := range n.Inputs {
			n.Inputs[j] = cmp.Or(called[in], in)
		}
	}
}

// names are those that are taken. Values and initializers share theirs, nodes have their own.
type names struct{ values, nodes taken }

// taken are the names that are taken, each with the number that it had last behind.
type taken map[string]int

// free takes a name, or where it is taken one with a number behind.
func (t taken) free(name string) string {
	unique := name
	for i := t[name]; ; i++ {
		if i > 0 {
			unique = fmt.Sprintf("%s/%d", name, i)
		}
		if t[unique] == 0 && unique != "" {
			t[name] = i + 1
			t[unique] = max(t[unique], 1)
			return unique
		}
	}
}

// A step is one node of the graph being written.
type step struct {
	*exporter
	node *graph.Node
	in   []string // the values it reads

	helpers int // how many nodes it has beside its own
}

// emit adds the node of the model that has the step's own name, and returns the name of its value.
func (s *step) emit(op string, inputs []string, attributes ...Attribute) string {
	return s.add(s.names.nodes.free(s.path()), op, s.node.Shape, inputs, attributes)
}

// helper adds a node that comes before that one.
func (s *step) helper(op string, shape tensor.Shape, inputs []string, attributes ...Attribute) string {
	s.helpers++
	return s.add(s.names.nodes.free(fmt.Sprintf("%s/%d", s.path(), s.helpers)), op, shape, inputs, attributes)
}

// path is the step's, and the net's name for a net that is one operation.
func (s *step) path() string { return cmp.Or(s.node.Path, s.model.Name) }

func (s *step) add(name, op string, shape tensor.Shape, inputs []string, attributes []Attribute) string {
	if _, known := operators[op]; !known {
		panic("onnx: the opset of " + op + " is not known")
	}
	value := s.names.values.free(name + ":0")
	s.model.Nodes = append(s.model.Nodes, Node{name, op, slices.Clone(inputs), value, shape, attributes})
	return value
}

// lacks notes that the step cannot be written.
func (s *step) lacks(format string, args ...any) string {
	s.lack = append(s.lack, graph.Lacking{Path: s.node.Path, What: fmt.Sprintf(format, args...)})
	return ""
}

// param adds parameter i of the step as an initializer, in its own shape or another one of as many
// elements.
func (s *step) param(i int, shape ...int) string {
	p := s.node.Params[i]
	if len(shape) == 0 {
		shape = p.Shape
	}
	return s.tensor(Initializer{Name: s.called(p.Path), Shape: shape, Values: stored(p), From: []graph.Param{p}})
}

// tensor adds an initializer, once for all items of an `each`. One that is there in another shape
// is given this one by a node.
func (s *step) tensor(i Initializer) string {
	there, known := s.given[i.Name]
	switch {
	case !known:
		s.given[i.Name] = i.Shape
		s.model.Initializers = append(s.model.Initializers, i)
	case !slices.Equal(there, i.Shape):
		return s.helper("Reshape", i.Shape, []string{i.Name, s.integers(i.Shape...)})
	}
	return i.Name
}

// stored is a tensor of the net as it is.
func stored(p graph.Param) Numbers {
	return func(weights Tensors) ([]float32, error) {
		t, err := weights.Tensor(p)
		return t.Data, err
	}
}

// own adds a constant that belongs to the step.
func (s *step) own(leaf string, shape []int, values ...float32) string {
	name := s.names.values.free(s.path() + "." + leaf)
	s.model.Initializers = append(s.model.Initializers, Initializer{Name: name, Shape: shape, Constant: true, Values: values})
	return name
}

// constant is a number that any step may share.
func (s *step) constant(v float32) string {
	return s.shared(fmt.Sprintf("constant/%v", v), nil, []float32{v})
}

// integers is a list that any step may share, ONNX's form of shapes.
func (s *step) integers(v ...int) string {
	list, name := make([]int64, len(v)), "integers/"
	for i, n := range v {
		if list[i] = int64(n); i > 0 {
			name += ","
		}
		name += fmt.Sprint(n)
	}
	return s.shared(name, []int{len(v)}, list)
}

func (s *step) shared(name string, shape []int, values any) string {
	if taken, ok := s.held[name]; ok {
		return taken
	}
	s.held[name] = s.names.values.free(name)
	s.model.Initializers = append(s.model.Initializers, Initializer{Name: s.held[name], Shape: shape, Constant: true, Values: values})
	return s.held[name]
}

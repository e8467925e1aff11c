// Package onnx reads networks in ONNX files: bytes -> model -> steps -> flat net.
//
// The file is walked over (model.go, node.go). Its nodes are gone through in order, each with the
// values that it reads (trace.go, call.go); what is known of sizes and settings is computed on the
// way (fold.go), functions of the file and decided branches are put in place (inline.go). Each node
// becomes an operation of this program, in any version of its operator (operators.go and the files
// that it names), or a piece of one (pieces.go). Idioms, by which exporters write what one
// operation does, are undone (idioms.go), and what has a counterpart becomes a flat net (emit.go),
// in the file's own names (names.go). All else is refused, every part of it in one error.
//
// Batches may be of any size: a file with a number for it means every number, as long as no node
// mixes the images of a batch.
package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	stored "cnnlang/interp/internal/weightfile/onnx"
)

// Is recognises an ONNX file.
func Is(head []byte, path string) bool { return stored.Is(head, path) }

// Read reads a network. The error is a *flat.Refused where the file is sound and holds what cannot
// be imported, a *weightfile.Error where it is damaged, and a *weightfile.LimitError beyond the
// limits.
func Read(source flat.Source) (*flat.Net, error) {
	if source.Weights != nil {
		return nil, &flat.Refused{Path: source.Path, Problems: []flat.Problem{{Got: "its weights are in it, or in files that it names", Can: "leave out " + weightfile.Shown(source.Weights.Path)}}}
	}
	if source.NoExternal {
		source.Sibling = nil
	}
	net, open, err := read(source, anyBatch)
	if err != nil || !open {
		return net, err
	}
	again, _, err := read(source, anotherBatch)
	if err != nil {
		return nil, err
	}
	if _, err := flat.Match(again.Graph, net.Graph); err != nil {
		return nil, &flat.Refused{Path: source.Path, Problems: []flat.Problem{{Got: "something in it depends on how many images are in a batch", Can: "a network that does the same for each image"}}}
	}
	return net, nil
}

// read reads a network; where the file leaves the number of images open, as if it were this one.
func read(source flat.Source, batch int) (net *flat.Net, open bool, err error) {
	m, err := readModel(source.Input, source.NoWeights)
	if err != nil {
		return nil, false, err
	}
	t := &tracer{m: m, source: source, anyBatch: batch}
	if problem := t.versions(m.opsets); problem != nil {
		return nil, false, &flat.Refused{Path: source.Path, Problems: []flat.Problem{*problem}}
	}
	s := &scope{graph: m.graph, values: map[string]*value{}, opsets: m.opsets}
	if err := t.stop(s); err != nil {
		return nil, false, err
	}
	if problems := t.inputs(s); len(problems) > 0 {
		return nil, false, &flat.Refused{Path: source.Path, Problems: problems}
	}
	results, err := t.enter(s)
	if err != nil {
		return nil, false, err
	}
	net, err = t.finish(s, results)
	return net, t.open, err
}

// versions refuses a model whose operators are of unknown versions.
func (t *tracer) versions(opsets map[string]int) *flat.Problem {
	version, said := opsets[""]
	switch {
	case !said:
		return &flat.Problem{Got: "the file does not say of which version its operators are (opset_import)", Can: "export the model again"}
	case version < 1 || version > newestOpset:
		return &flat.Problem{Got: fmt.Sprintf("its operators are of opset %d", version), Can: fmt.Sprintf("opset 1 to %d are known; export the model with opset_version=17", newestOpset)}
	}
	return nil
}

// anyBatch and anotherBatch stand for a number of images that the file leaves open: ones that sizes seldom
// are, and small, so that values keep within the limits. What is the same for both is so for any.
const anyBatch, anotherBatch = 13, 11

// inputs are those of the graph that have no values in the file.
func (t *tracer) inputs(s *scope) (problems []flat.Problem) {
	held := map[string]bool{}
	for _, tensor := range s.graph.tensors {
		held[tensor.Name()] = true
	}
	var open []port
	operands, bare := t.operands(s), []string{}
	for _, p := range s.graph.inputs {
		switch {
		case held[p.name]:
		case t.source.NoWeights && operands[p.name] && p.shape != nil && fits(p.shape):
			s.values[p.name] = &value{shape: p.shape, weight: &weight{shape: p.shape, name: p.name}}
		default:
			open = append(open, p)
		}
	}
	shapes := make([][]int, len(open))
	for i, p := range open {
		var problem, can string
		if shapes[i], problem, can = t.shapeOf(p, len(open) == 1); problem != "" && operands[p.name] {
			bare = append(bare, p.name)
			continue
		} else if problem != "" {
			problems = append(problems, flat.Problem{Where: "input " + quoted(p.name), Got: problem, Can: can})
			continue
		}
		if size := shapes[i][0]; size > 0 && !operands[p.name] && (t.batch == 0 || len(shapes[i]) == 4) {
			t.batch = size
		}
	}
	if t.batch == 0 {
		t.batch, t.open = t.anyBatch, true
	}
	for i, p := range open {
		if shapes[i] == nil {
			continue
		}
		if size := shapes[i][0]; size > 0 && size != t.batch && operands[p.name] {
			bare = append(bare, p.name)
		} else if size > 0 && size != t.batch {
			problems = append(problems, flat.Problem{Where: "input " + quoted(p.name), Got: fmt.Sprintf("it is for %d images, another for %d", size, t.batch), Can: "the first axis is the batch"})
		}
		shapes[i][0] = t.batch
		t.input(s, p.name, shapes[i])
	}
	if len(bare) > 0 {
		problems = append(problems, flat.Problem{Where: "input " + quoted(slices.Min(bare)), Got: fmt.Sprintf("a weight without numbers, of %d in all", len(bare)), Can: "--no-weights reads the network alone"})
	}
	if len(open) == 0 {
		problems = append(problems, flat.Problem{Got: "the graph has no input", Can: "a network computes something of one"})
	}
	return problems
}

// operands are the inputs that nodes read as their weights alone.
func (t *tracer) operands(s *scope) map[string]bool {
	all, others := map[string]bool{}, map[string]bool{}
	for _, n := range s.graph.nodes {
		for i, name := range n.inputs {
			if weighing[n.op] && i > 0 {
				all[name] = true
			} else {
				others[name] = true
			}
		}
	}
	maps.DeleteFunc(all, func(name string, _ bool) bool { return others[name] })
	return all
}

// weighing are the operators all of whose inputs but the first are tensors of the file.
var weighing = map[string]bool{"Conv": true, "ConvTranspose": true, "Gemm": true, "BatchNormalization": true, "InstanceNormalization": true,
	"GroupNormalization": true, "LayerNormalization": true, "PRelu": true}

// input declares an input of the network.
func (t *tracer) input(s *scope, name string, shape []int) {
	in := t.add(&step{shape: shape, input: name})
	t.inputSteps = append(t.inputSteps, in)
	s.values[name] = &value{shape: shape, step: in}
}

// shapeOf is the shape of an input, with -1 for an open batch, or what is wrong with it and what can
// be done.
func (t *tracer) shapeOf(p port, only bool) (shape []int, got, can string) {
	given := t.source.Shape(p.name)
	if given == nil && only {
		given = t.source.Shape("")
	}
	say := "say its shape: --shape 1x3x224x224"
	switch {
	case !slices.Contains([]uint64{0, 1, 10, 11, 16}, p.kind):
		return nil, "it is no tensor of floats", "images and vectors of floats"
	case p.shape == nil && given == nil:
		return nil, "the file does not say its shape", say
	case p.shape != nil && given != nil && len(given) != len(p.shape):
		return nil, fmt.Sprintf("it has %d axes, and %d are given", len(p.shape), len(given)), say
	}
	if shape = slices.Clone(p.shape); shape == nil {
		shape = slices.Repeat([]int{unknown}, len(given))
	}
	for i, size := range shape {
		if given == nil || i == 0 {
			continue
		}
		if size != unknown && size != given[i] {
			return nil, fmt.Sprintf("it has the shape %s, and %s is given", sizesText(p.shape), sizesText(given)), "a size that the file leaves open can be given alone"
		}
		shape[i] = given[i]
	}
	switch {
	case len(shape) < 2:
		return nil, fmt.Sprintf("it has the shape %s", sizesText(shape)), "a network's input has a batch and channels, as in [N, C, H, W]"
	case slices.Min(shape[1:]) < 1:
		return nil, fmt.Sprintf("the file leaves sizes open: %s", sizesText(shape)), say
	case !fits(shape[1:]) || len(shape) > 8:
		return nil, fmt.Sprintf("it has the shape %s, which is too large", sizesText(shape)), ""
	}
	return shape, "", ""
}

// sizesText is a shape with ? for what is not known.
func sizesText(shape []int) string {
	list := make([]string, len(shape))
	for i, size := range shape {
		if list[i] = fmt.Sprint(size); size < 1 {
			list[i] = "?"
		}
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// stop ends the graph before nodes that are named, or that make a value that is: what these read
// are its outputs then.
func (t *tracer) stop(s *scope) error {
	if len(t.source.Stop) == 0 {
		return nil
	}
	held := map[string]bool{}
	for _, tensor := range s.graph.tensors {
		held[tensor.Name()] = true
	}
	cut := *s.graph
	cut.outputs = nil
	var problems []flat.Problem
	for _, stop := range t.source.Stop {
		i := slices.IndexFunc(s.graph.nodes, func(n *node) bool { return n.name == stop || slices.Contains(n.outputs, stop) })
		if i < 0 {
			problems = append(problems, flat.Problem{Got: "no node and no value is called " + quoted(stop), Can: "--stop-before takes a name as a viewer of ONNX files shows it"})
			continue
		}
		for _, name := range s.graph.nodes[i].inputs {
			twice := slices.ContainsFunc(cut.outputs, func(p port) bool { return p.name == name })
			constant := slices.ContainsFunc(s.graph.nodes, func(n *node) bool { return n.op == "Constant" && slices.Contains(n.outputs, name) })
			if name != "" && !held[name] && !twice && !constant {
				cut.outputs = append(cut.outputs, port{name: name})
			}
		}
	}
	if s.graph = &cut; len(problems) > 0 {
		return &flat.Refused{Path: t.source.Path, Problems: problems}
	}
	return nil
}

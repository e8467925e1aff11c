package onnx

import (
	"slices"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/ops"
)

// finish makes the flat net of the steps that the outputs need.
func (t *tracer) finish(s *scope, results []*value) (*flat.Net, error) {
	var problems []flat.Problem
	for i, v := range results {
		name := s.graph.outputs[i].name
		if !v.computed() {
			problems = append(problems, flat.Problem{Where: "output " + quoted(name), Got: "it is a constant, which the input does not change", Can: "outputs that the network computes"})
			continue
		}
		t.results = append(t.results, output{name, v.step})
	}
	if len(results) == 0 {
		problems = append(problems, flat.Problem{Got: "the graph has no output", Can: "a network computes something"})
	}
	t.prune()
	t.unread()
	t.idioms()
	told := map[*node]bool{}
	for _, s := range t.steps {
		if p := s.refusal(); p != nil && !told[s.node] {
			told[s.node] = true
			problems = append(problems, *p)
		}
	}
	if len(problems) > 0 {
		return nil, &flat.Refused{Path: t.m.in.Path, Problems: problems}
	}
	return t.emit()
}

// refusal is why a step cannot be imported; nil if it can, or if what it reads cannot.
func (s *step) refusal() *flat.Problem {
	if _, known := s.op.(ops.Op); known || s.problem != nil || s.node == nil || s.op == nil {
		return s.problem
	}
	got, can := s.words()
	return &flat.Problem{Where: s.node.where(), Got: got, Can: can}
}

// unread says which inputs nothing reads.
func (t *tracer) unread() {
	for _, in := range t.inputSteps {
		if in.users == 0 {
			t.notes = append(t.notes, "nothing reads the input "+quoted(in.input)+", which is left out")
		}
	}
}

// prune leaves out the steps that no output needs, and counts how often each is read.
func (t *tracer) prune() {
	needed := map[*step]bool{}
	var open []*step
	need := func(s *step) {
		if !needed[s] {
			needed[s] = true
			open = append(open, s)
		}
	}
	for _, s := range t.steps {
		for i, in := range s.in {
			s.in[i] = in.behind()
		}
	}
	for i, o := range t.results {
		t.results[i].step = o.step.behind()
	}
	for _, s := range t.steps {
		s.users = 0
	}
	for _, o := range t.results {
		need(o.step)
		o.step.users++
	}
	for len(open) > 0 {
		s := open[len(open)-1]
		open = open[:len(open)-1]
		for _, in := range s.in {
			in.users++
			need(in)
		}
	}
	t.steps = slices.DeleteFunc(t.steps, func(s *step) bool { return !needed[s] })
	t.sortSteps()
}

// behind is the step whose value this one passes on.
func (s *step) behind() *step {
	for {
		if _, on := s.op.(passed); !on {
			return s
		}
		s = s.in[0]
	}
}

// sortSteps puts steps behind those that they read: idioms add some at the end that earlier ones read.
func (t *tracer) sortSteps() {
	t.steps, _ = sorted(t.steps, func(s *step) []*step { return s.in })
}

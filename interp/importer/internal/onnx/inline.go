package onnx

import (
	"fmt"

	"cnnlang/interp/internal/weightfile"
)

// branch is an If whose condition is known, which exporters write where they did not know a size:
// the nodes of the branch take its place.
func (c *call) branch() ([]*value, error) {
	condition, known := c.input(0).scalar()
	name := "else_branch"
	if known && condition != 0 {
		name = "then_branch"
	}
	a := c.attribute(name)
	if !known || a == nil || a.graph == nil {
		return []*value{c.fail("control flow: which branch is taken depends on the input", "")}, nil
	}
	return c.enter(&scope{outer: c.scope, graph: a.graph, values: map[string]*value{}, given: c.scope.given, function: c.scope.function, opsets: c.scope.opsets, depth: c.scope.depth + 1})
}

// foreign is a node of another domain: a function of the file, whose nodes take its place, or an
// operator of another program.
func (c *call) foreign() ([]*value, error) {
	fn := c.m.functions[c.domain+"."+c.op]
	if fn == nil {
		return []*value{c.fail(fmt.Sprintf("an operator of the domain %s, not of ONNX", weightfile.Shown(c.domain)), "export the model without the operators of one runtime")}, nil
	}
	if fn.entered {
		return nil, c.corrupt("has the function %s, which calls itself; export the model again", weightfile.Shown(fn.name))
	}
	inner := &scope{graph: &fn.graph, values: map[string]*value{}, given: map[string]*attribute{}, function: fn.name, opsets: fn.opsets, depth: c.scope.depth + 1}
	for i, in := range fn.graph.inputs {
		if v := c.input(i); v != nil {
			inner.values[in.name] = v
		}
	}
	for _, a := range fn.defaults {
		inner.given[a.name] = a
	}
	for _, name := range fn.parameters {
		if a := c.attribute(name); a != nil {
			inner.given[name] = a
		}
	}
	if problem := c.tracer.versions(fn.opsets); problem != nil {
		return []*value{c.fail(problem.Got, problem.Can)}, nil
	}
	fn.entered = true
	defer func() { fn.entered = false }()
	return c.enter(inner)
}

package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// Verify returns what is wrong with g, one sentence for each broken invariant,
// or nil. A graph that fails is a bug of the package that made it.
func Verify(g *Graph) error {
	v := verifier{graph: g, sides: make(map[*Side]bool)}
	for _, check := range checks {
		check(&v)
		if len(v.errs) > 0 && !v.sound {
			break
		}
	}
	return errors.Join(v.errs...)
}

// checks are the invariants. The later ones rely on those up to soundness.
var checks = []func(*verifier){
	(*verifier).numbering,
	(*verifier).order,
	(*verifier).outputs,
	func(v *verifier) { v.sound = len(v.errs) == 0 },
	(*verifier).paths,
	(*verifier).shapes,
	(*verifier).params,
	(*verifier).independence,
	(*verifier).steps,
}

type verifier struct {
	graph *Graph
	sides map[*Side]bool
	sound bool // every pointer leads into the graph
	errs  []error
}

func (v *verifier) fail(format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf("graph: "+format, args...))
}

// holds reports whether n is one of the graph's nodes.
func (v *verifier) holds(n *Node) bool {
	return n != nil && n.ID >= 0 && n.ID < len(v.graph.Nodes) && v.graph.Nodes[n.ID] == n
}

// numbering: the ID of a node is its index, and only the inputs, which are first, have no op.
func (v *verifier) numbering() {
	g := v.graph
	if n := len(g.Inputs); n == 0 || len(g.Nodes) < n || !slices.Equal(g.Nodes[:n], g.Inputs) || slices.Contains(g.Inputs, nil) {
		v.fail("the first nodes are not the inputs")
		return
	}
	for i, n := range g.Nodes {
		switch {
		case n == nil:
			v.fail("node %d is nil", i)
		case n.ID != i:
			v.fail("node %d has the id %d", i, n.ID)
		case i < len(g.Inputs) && (n.Op != nil || len(n.In) > 0 || n.Side != nil):
			v.fail("input %d has an op, an input or a side head", i)
		case i < len(g.Inputs):
		case n.Op == nil:
			v.fail("%s has no op", label(n))
		case len(n.In) == 0:
			v.fail("%s has no input", label(n))
		}
	}
}

// order: every input of a node is in the graph and comes before it.
func (v *verifier) order() {
	for _, n := range v.graph.Nodes {
		if n == nil {
			continue
		}
		for i, in := range n.In {
			switch {
			case !v.holds(in):
				v.fail("input %d of %s is not in the graph", i, label(n))
			case in.ID >= n.ID:
				v.fail("input %d of %s comes after it: %s", i, label(n), label(in))
			}
		}
	}
}

// outputs: the outputs, one or more, and the outputs of the side heads are in the graph, a side head
// without one has an error, and nodes belong to side heads of the graph.
func (v *verifier) outputs() {
	g := v.graph
	if len(g.Outputs) == 0 {
		v.fail("there is no output")
	}
	for _, o := range g.Outputs {
		if !v.holds(o.Node) {
			v.fail("the output %q is not in the graph", o.Name)
		}
	}
	for i, s := range g.Sides {
		switch {
		case s == nil || v.sides[s]:
			v.fail("side head %d is nil or listed twice", i)
			continue
		case s.Output == nil && s.Err == nil:
			v.fail("side head %q has neither an output nor an error", s.Name)
		case s.Output != nil && s.Err != nil:
			v.fail("side head %q has an output and an error", s.Name)
		case s.Output != nil && !v.holds(s.Output):
			v.fail("the output of side head %q is not in the graph", s.Name)
		case s.Outer != nil && !v.sides[s.Outer]:
			v.fail("side head %q branches off one that does not come before it", s.Name)
		}
		v.sides[s] = true
	}
	for _, n := range g.Nodes {
		if n != nil && n.Side != nil && !v.sides[n.Side] {
			v.fail("%s belongs to side head %q, which is not in the graph", label(n), n.Side.Name)
		}
	}
}

// paths: no two inputs share a name, no two outputs or side heads, no two tensors a path. A tensor
// that several nodes hold is one, which all but the first hold again.
func (v *verifier) paths() {
	once := func(what string) func(name string) {
		names := make(map[string]bool)
		return func(name string) {
			if names[name] {
				v.fail("two %s are named %q", what, name)
			}
			names[name] = true
		}
	}
	input, output, head := once("inputs"), once("outputs"), once("side heads")
	for _, n := range v.graph.Inputs {
		input(n.Path)
	}
	for _, o := range v.graph.Outputs {
		output(o.Name)
	}
	for _, s := range v.graph.Sides {
		head(s.Name)
	}
	type holder struct {
		node *Node
		Param
	}
	first := make(map[string]holder)
	for _, n := range v.graph.Nodes {
		for _, p := range n.Params {
			before, taken := first[p.Path]
			switch {
			case taken && !p.Again:
				v.fail("%s and %s both own %q", label(before.node), label(n), p.Path)
			case taken && (!p.Shape.Equal(before.Shape) || p.Running != before.Running || n.Side != before.node.Side):
				v.fail("%s and %s hold %q, and differ in it", label(before.node), label(n), p.Path)
			case !taken && p.Again:
				v.fail("%s holds %q again, and no node before it does", label(n), p.Path)
			case !taken:
				first[p.Path] = holder{n, p}
			}
		}
	}
}

// shapes: all sizes are positive, the number of elements is a size, the inputs have as many images,
// and the shape of a node is what its op infers.
func (v *verifier) shapes() {
	for _, n := range v.graph.Nodes {
		if !positive(n.Shape) {
			v.fail("%s has the shape %v: want sizes from 1, and at most 2^53 elements", label(n), n.Shape)
			continue
		}
		if n.Op == nil {
			if n.Shape[0] != v.graph.Images() {
				v.fail("%s has %d images, the first input %d", label(n), n.Shape[0], v.graph.Images())
			}
			continue
		}
		want, err := n.Op.Infer(dim.Numbers{}, n.InDims())
		switch {
		case err != nil:
			v.fail("%s refuses its inputs %v: %w", label(n), n.InShapes(), err)
		case !same(n.Shape, want):
			v.fail("%s has the shape %v, but its op gives %v", label(n), n.Shape, want)
		}
	}
}

func positive(s tensor.Shape) bool {
	for _, d := range s {
		if d < 1 {
			return false
		}
	}
	return len(s) > 0 && dim.Shaped(s...).Product().IsValid()
}

func same(s tensor.Shape, want dim.Shape) bool {
	return slices.EqualFunc(s, want, func(n int, d dim.Size) bool { return dim.Int(n) == d })
}

// params: a node's tensors are those of its op, in that order.
func (v *verifier) params() {
	for _, n := range v.graph.Nodes {
		want := wanted(n)
		if len(n.Params) != len(want) {
			v.fail("%s has %d tensors, but its op wants %d", label(n), len(n.Params), len(want))
			continue
		}
		for i, p := range n.Params {
			leaf := p.Path == want[i].Leaf || want[i].Leaf == "" || strings.HasSuffix(p.Path, "."+want[i].Leaf)
			if !leaf || !same(p.Shape, want[i].Shape) || p.Running != want[i].Running {
				v.fail("tensor %d of %s is %s %v, but its op wants %s %v",
					i, label(n), p.Path, p.Shape, want[i].Leaf, want[i].Shape)
			}
		}
	}
}

// wanted lists the tensors of the node's op.
func wanted(n *Node) []ops.Param {
	if n.Op == nil {
		return nil
	}
	return n.Op.Params(n.InDims())
}

// independence: the main path and the side heads depend on a side head only if they branch off
// it.
func (v *verifier) independence() {
	reach := func(what string, n *Node, side *Side) {
		if !side.Within(n.Side) {
			v.fail("%s needs %s, which belongs to side head %q", what, label(n), n.Side.Name)
		}
	}
	for _, o := range v.graph.Outputs {
		reach(fmt.Sprintf("the output %q", o.Name), o.Node, nil)
	}
	for _, s := range v.graph.Sides {
		if s.Output != nil {
			reach(fmt.Sprintf("side head %q", s.Name), s.Output, s)
		}
	}
	for _, n := range v.graph.Nodes {
		for _, in := range n.In {
			reach(label(n), in, n.Side)
		}
	}
}

func (v *verifier) steps() {
	for _, s := range v.graph.Steps {
		switch {
		case s.Side != nil && !v.sides[s.Side]:
			v.fail("step %q belongs to a side head that is not in the graph", s.Path)
		case s.Node == nil && s.Side != nil && s.Side.Err != nil:
			// The head does not fit this input size, so the step has no value.
		case !v.holds(s.Node), slices.ContainsFunc(s.Items, func(n *Node) bool { return !v.holds(n) }):
			v.fail("the node of step %q is not in the graph", s.Path)
		}
	}
}

// label names a node in a sentence.
func label(n *Node) string {
	name := "input"
	if n.Op != nil {
		name = n.Op.Name()
	}
	if n.Path != "" {
		name += " " + n.Path
	}
	return fmt.Sprintf("node %d (%s)", n.ID, name)
}

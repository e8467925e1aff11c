// Package graph is a network with everything known: one node per operation,
// one shape per node, one path per parameter. elab makes it, pass simplifies
// it, plan runs it.
package graph

import (
	"slices"

	"cnnlang/lang/source"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A Graph is one network at one input size. Outside a pass it does not change.
type Graph struct {
	Name    string
	Inputs  []*Node  // at least one, without an Op; the Path of each is its name
	Nodes   []*Node  // in topological order, Inputs first
	Outputs []Output // at least one, in the order of the signature
	Sides   []*Side  // in the order of the text
	Steps   []Step   // in the order of the text
}

// An Output is a value that the net gives, with what its signature calls it: "output" where it has
// one without a name. Two may be one node, and an output may be an input.
type Output struct {
	Name string
	Node *Node
}

// Input is the first input, of most nets the only one; nil before there is any.
func (g *Graph) Input() *Node {
	if len(g.Inputs) == 0 {
		return nil
	}
	return g.Inputs[0]
}

// Output is the first output, of most nets the only one.
func (g *Graph) Output() *Node { return g.Outputs[0].Node }

// Images is how many there are in a batch.
func (g *Graph) Images() int { return g.Input().Shape[0] }

// Operations are the nodes but the inputs.
func (g *Graph) Operations() []*Node { return g.Nodes[len(g.Inputs):] }

// OutputOf is the output without a name, of a net with one.
func OutputOf(n *Node) []Output { return []Output{{"output", n}} }

// A Node is one operation and its one result.
type Node struct {
	ID   int    // its index in Graph.Nodes
	Path string // the step's path: layer1.0.conv1
	// Shared is, of a node in an `each`, the path that its tensors begin with, without the numbers
	// of items that are in Path: head.conv of head[2].conv. It is empty for any other.
	Shared string
	Op     ops.Op // nil for the input
	In     []*Node
	Shape  tensor.Shape
	// Sizes are the shape of a value in a sketch, in which some are unknown; nil elsewhere.
	Sizes dim.Shape
	// Params are the tensors of the op, in the order of Op.Params. A pass that folds one
	// node into another appends the folded node's.
	Params []Param
	// Side is the side head the node belongs to, nil for the main path.
	Side *Side
	// Origin is the step in the text.
	Origin source.Span
}

// Unsaid is the Kind of a variable in a sketch that stands for different sizes in different
// cases; its label is what the text calls it, or _.
type Unsaid struct{}

// A Param is a named tensor that a file of weights must hold.
type Param struct {
	Path    string       `json:"path"` // layer1.0.conv1.weight
	Shape   tensor.Shape `json:"shape"`
	Running bool         `json:"running"` // a statistic kept by training: in the file, not counted
	// Again says that a node before the one that holds it has it already, for another item of an
	// `each`. It is one tensor, and counted there.
	Again bool `json:"-"`
}

// A Side is a named output beside the main one. It is instantiated separately: one that
// does not fit the input size has a nil Output and says why in Err.
type Side struct {
	Name   string
	Outer  *Side // the head it branches off, before it in Sides; nil for the main path
	Output *Node
	Err    error
}

// Within reports whether s is outer or branches off it, directly or not; every head is
// within the main path, nil.
func (s *Side) Within(outer *Side) bool {
	for s != outer && s != nil {
		s = s.Outer
	}
	return s == outer
}

// A Step is one labelled or numbered step of the text and the node that holds its value:
// `run --output` selects among them, and `params` prints them as rows. The Node of a block
// or group is its last node; a step that passes its input on unchanged has the input's
// node.
type Step struct {
	Path string
	// Shared is that of a Node.
	Shared string
	Call   string // what the text calls it: conv, bottleneck, add, "" for a group
	Node   *Node
	Items  []*Node // of a list of tensors, whose last one is Node; nil for one tensor
	Stage  bool
	Side   *Side
	Span   source.Span
}

// At returns the node that holds the value of the step with this path; none does for a list of
// tensors.
func (g *Graph) At(path string) (*Node, bool) {
	for _, s := range g.Steps {
		if s.Path == path {
			return s.Node, s.Items == nil
		}
	}
	return nil, false
}

// OutputAt is the place among Outputs of the one with a name. "output" is that of a net that gives
// its only output no name, unless a side head or a step is called so.
func (g *Graph) OutputAt(name string) (i int, ok bool) {
	i = slices.IndexFunc(g.Outputs, func(o Output) bool { return o.Name == name })
	if name != "output" || len(g.Outputs) > 1 {
		return i, i >= 0
	}
	_, taken := g.At(name)
	taken = taken || slices.ContainsFunc(g.Sides, func(s *Side) bool { return s.Name == name })
	return max(i, 0), !taken && (i >= 0 || len(g.Outputs) == 1)
}

// ItemsAt returns the paths of the steps that share this path, one for each item of an `each`.
func (g *Graph) ItemsAt(path string) (paths []string) {
	for _, s := range g.Steps {
		if s.Shared != "" && s.Shared == path {
			paths = append(paths, s.Path)
		}
	}
	return paths
}

// ListAt returns how many tensors the step with this path gives as a list, 0 for a step that gives
// one and for no step.
func (g *Graph) ListAt(path string) int {
	for _, s := range g.Steps {
		if s.Path == path {
			return len(s.Items)
		}
	}
	return 0
}

// Params lists every tensor that the main path needs and, with side heads, what each of
// them needs beyond that, in order of definition, each once.
func (g *Graph) Params(withSides bool) []Param {
	var all []Param
	for _, n := range g.Nodes {
		if n.Side == nil || withSides {
			all = append(all, n.Own()...)
		}
	}
	return all
}

// Own are the tensors of a node but for those that a node before it has already.
func (n *Node) Own() []Param {
	again := func(p Param) bool { return p.Again }
	if !slices.ContainsFunc(n.Params, again) {
		return n.Params
	}
	return slices.DeleteFunc(slices.Clone(n.Params), again)
}

// Share marks each tensor that a node before has already, as Param.Again says, after nodes went or
// changed their places.
func (g *Graph) Share() {
	held := map[string]bool{}
	for _, n := range g.Nodes {
		owned := false // whether n.Params are a copy
		for i, p := range n.Params {
			if again := held[p.Path]; again != p.Again {
				if !owned {
					n.Params, owned = slices.Clone(n.Params), true
				}
				n.Params[i].Again = again
			}
			held[p.Path] = true
		}
	}
}

// Module is the path that the tensors of a node begin with, which is also that of its step in the
// text: its own without the numbers of items.
func (n *Node) Module() string {
	if n.Shared != "" {
		return n.Shared
	}
	return n.Path
}

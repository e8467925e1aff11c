package importer

import (
	"fmt"
	"reflect"

	"cnnlang/interp/graph"
	"cnnlang/ops"
)

// A MismatchError says that a text was made which is not the network of the file: a mistake of this
// program. The text is not given.
type MismatchError struct{ Path, Problem string }

func (e *MismatchError) Error() string {
	return fmt.Sprintf("importer: %s: the text that was made of it is another network: %s", e.Path, e.Problem)
}

// match pairs the nodes of a text's graph with those of a file's: it follows both from their outputs
// to their inputs, and wants the same operations on the same values in the same order all the way;
// what only passes its input on counts as its input. The pairs are by the ID of the text's node. A
// difference is told, the first there is.
func match(text, file *graph.Graph) (pairs []*graph.Node, problem string) {
	m := matcher{pairs: make([]*graph.Node, len(text.Nodes)), taken: make([]*graph.Node, len(file.Nodes))}
	if len(text.Inputs) != len(file.Inputs) || len(text.Outputs) != len(file.Outputs) {
		return nil, fmt.Sprintf("it has %d inputs and %d outputs, want %d and %d", len(text.Inputs), len(text.Outputs), len(file.Inputs), len(file.Outputs))
	}
	for i, in := range file.Inputs {
		m.push(text.Inputs[i], in)
	}
	for i, out := range file.Outputs {
		m.push(text.Outputs[i].Node, out.Node)
	}
	for len(m.open) > 0 && m.problem == "" {
		a, b := m.open[len(m.open)-1][0], m.open[len(m.open)-1][1]
		m.open = m.open[:len(m.open)-1]
		m.visit(a, b)
	}
	for id, n := range m.pairs {
		if n == nil && m.problem == "" && made(text.Nodes[id]) == text.Nodes[id] {
			m.problem = fmt.Sprintf("%s is not in the file", shown(text.Nodes[id]))
		}
	}
	return m.pairs, m.problem
}

type matcher struct {
	pairs, taken []*graph.Node    // of each node of the text, and of the file, the other
	open         [][2]*graph.Node // pairs whose inputs are yet to be followed
	problem      string
}

// made is the node that makes the value of another: the last one before it that does more than pass
// a value on.
func made(n *graph.Node) *graph.Node {
	for {
		if _, passes := n.Op.(*ops.Identity); !passes {
			return n
		}
		n = n.In[0]
	}
}

// push pairs the nodes that make two values, unless that is done.
func (m *matcher) push(a, b *graph.Node) {
	a, b = made(a), made(b)
	if m.pairs[a.ID] == b && m.taken[b.ID] == a {
		return
	}
	if m.pairs[a.ID] != nil || m.taken[b.ID] != nil {
		m.problem = fmt.Sprintf("%s is in the place of %s, and of another as well", shown(a), shown(b))
		return
	}
	m.pairs[a.ID], m.taken[b.ID] = b, a
	m.open = append(m.open, [2]*graph.Node{a, b})
}

// visit compares two nodes and pairs their inputs.
func (m *matcher) visit(a, b *graph.Node) {
	same := reflect.DeepEqual(a.Op, b.Op) && a.Shape.Equal(b.Shape) && len(a.In) == len(b.In) && len(a.Params) == len(b.Params)
	if !same {
		m.problem = fmt.Sprintf("%s is in the place of %s", shown(a), shown(b))
		return
	}
	for i := range a.In {
		m.push(a.In[i], b.In[i])
	}
}

func shown(n *graph.Node) string {
	text := fmt.Sprintf("%s %v of %d values", graph.Describe(n.Op), n.Shape, len(n.In))
	if n.Path != "" {
		text = n.Path + ": " + text
	}
	return text
}

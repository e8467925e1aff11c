package flat

import (
	"fmt"
	"reflect"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A Pair is a node of a text's graph and the one of the file that it is.
type Pair struct{ Text, File *graph.Node }

// Match compares the graph of a text with that of a file, from the outputs back: every operation must
// be the same, on the same values in the same order. Nodes that do nothing are passed over in both, and
// a head of the text may be an output of the file. The pairs are in the order of the text. The error
// says where they differ.
func Match(text, file *graph.Graph) ([]Pair, error) {
	m := &matcher{file: map[*graph.Node]*graph.Node{}, text: map[*graph.Node]*graph.Node{}}
	if len(text.Inputs) != len(file.Inputs) {
		return nil, fmt.Errorf("the text has %d inputs, the file %d", len(text.Inputs), len(file.Inputs))
	}
	for i, in := range text.Inputs {
		if !in.Shape.Equal(file.Inputs[i].Shape) {
			return nil, fmt.Errorf("input %d is %v in the text and %v in the file", i, in.Shape, file.Inputs[i].Shape)
		}
		m.pair(in, file.Inputs[i])
	}
	if err := m.outputs(text, file); err != nil {
		return nil, err
	}
	for len(m.open) > 0 {
		next := m.open[len(m.open)-1]
		m.open = m.open[:len(m.open)-1]
		if err := m.node(next.Text, next.File); err != nil {
			return nil, err
		}
	}
	var pairs []Pair
	for _, n := range text.Nodes {
		switch f := m.file[n]; {
		case f != nil:
			pairs = append(pairs, Pair{n, f})
		case !passes(n):
			return nil, fmt.Errorf("`%s` of the text is not in the file", n.Path)
		}
	}
	return pairs, nil
}

type matcher struct {
	file, text map[*graph.Node]*graph.Node // the partner in the other graph
	open       []Pair                      // to be compared
}

// outputs pairs the outputs of the file with those of the text and its heads.
func (m *matcher) outputs(text, file *graph.Graph) error {
	if len(text.Outputs)+len(text.Sides) != len(file.Outputs) {
		return fmt.Errorf("the text has %d outputs and heads, the file %d outputs", len(text.Outputs)+len(text.Sides), len(file.Outputs))
	}
	heads := map[string]*graph.Node{}
	for _, s := range text.Sides {
		heads[s.Name] = s.Output
	}
	rest := text.Outputs
	for _, o := range file.Outputs {
		n := heads[o.Name]
		if n == nil {
			if len(rest) == 0 {
				return fmt.Errorf("the text has no output %s", o.Name)
			}
			n, rest = rest[0].Node, rest[1:]
		}
		if err := m.want(n, o.Node); err != nil {
			return err
		}
	}
	return nil
}

// passes reports whether a node gives its input on, in training too: the identity, and a merge of one
// value, as that of a shortcut is that is there on a condition.
func passes(n *graph.Node) bool {
	switch n.Op.(type) {
	case *ops.Identity:
		return true
	case *ops.Add, *ops.Mul, *ops.Max, *ops.Mean, *ops.Concat:
		return len(n.In) == 1
	}
	return false
}

// want pairs two nodes, which are to be compared unless that has been done.
func (m *matcher) want(text, file *graph.Node) error {
	for passes(text) {
		text = text.In[0]
	}
	for passes(file) {
		file = file.In[0]
	}
	before, known := m.file[text]
	other, used := m.text[file]
	switch {
	case known && before == file:
		return nil
	case known:
		return fmt.Errorf("`%s` of the text is two operations of the file", text.Path)
	case used:
		return fmt.Errorf("`%s` and `%s` of the text are one operation of the file", other.Path, text.Path)
	}
	m.pair(text, file)
	m.open = append(m.open, Pair{text, file})
	return nil
}

func (m *matcher) pair(text, file *graph.Node) { m.file[text], m.text[file] = file, text }

// node compares two operations, and pairs what they work on.
func (m *matcher) node(text, file *graph.Node) error {
	if text.Op == nil || file.Op == nil || !sameOp(text, file) || !text.Shape.Equal(file.Shape) {
		return fmt.Errorf("`%s` of the text is %s, and %s in the file", text.Path, describe(text), describe(file))
	}
	if len(text.Params) != len(file.Params) {
		return fmt.Errorf("`%s` has %d tensors in the text, and %d in the file", text.Path, len(text.Params), len(file.Params))
	}
	if _, learned := text.Op.(*ops.Learned); learned {
		return nil // of its input it reads only how many images there are
	}
	if len(text.In) != len(file.In) {
		return fmt.Errorf("`%s` merges %d values in the text, and %d in the file", text.Path, len(text.In), len(file.In))
	}
	for i, in := range text.In {
		if err := m.want(in, file.In[i]); err != nil {
			return fmt.Errorf("%w, where `%s` reads it", err, text.Path)
		}
	}
	return nil
}

func describe(n *graph.Node) string {
	if n.Op == nil {
		return "an input"
	}
	text := n.Op.Name()
	for _, a := range graph.Arguments(n.Op) {
		text += fmt.Sprintf(" %s=%v", a.Name, a.Value)
	}
	return fmt.Sprint(text, " -> ", n.Shape)
}

// sameOp reports whether two operations are the same. Padding is if its numbers are.
func sameOp(a, b *graph.Node) bool {
	if a.Op.Name() != b.Op.Name() {
		return false
	}
	other := graph.Arguments(b.Op)
	for i, arg := range graph.Arguments(a.Op) {
		if _, pad := arg.Value.(ops.Padding); pad && samePadding(a, b) {
			continue
		}
		if !reflect.DeepEqual(arg.Value, other[i].Value) {
			return false
		}
	}
	return true
}

// samePadding reports whether the windows of two operations have the same padding.
func samePadding(a, b *graph.Node) bool {
	x, ok := ops.WindowOf(a.Op)
	y, _ := ops.WindowOf(b.Op)
	if !ok || len(a.In[0].Shape) != 4 || !a.In[0].Shape.Equal(b.In[0].Shape) {
		return false
	}
	around := func(w ops.Window, axis dim.Axis) [2]int {
		before, after := w.Pad.Around(axis, a.In[0].Shape[axis], w.K.Along(axis).MustInt(), w.Stride.Along(axis).MustInt(), w.Dilation.Along(axis).MustInt())
		return [2]int{before, after}
	}
	return around(x, dim.Height) == around(y, dim.Height) && around(x, dim.Width) == around(y, dim.Width)
}

package structure

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// Exporters write a concat of concats as one of all their inputs, which hides what a net is made of. It
// does not matter to the result how they are put together, so that they may be taken apart again:
//
//   - A concat that begins with all inputs of an earlier one begins with that one instead. DenseNet's
//     layers, each of which is given the results of all before it, become concat { | id | layer }.
//   - Neighbouring inputs that rows of operations make of one value, which nothing else is made of, become a concat of
//     their own, as in the last modules of Inception v3:
//     concat { | … | conv(384, 1x1) -> concat { | conv(384, 1x3) | conv(384, 3x1) } }.

// mostApart is how deep a concat is taken apart.
const mostApart = 8

// Nested is a net in which concats are in each other where that shows its structure. It gives the same.
func Nested(n *flat.Net) *flat.Net {
	if !slices.ContainsFunc(n.Graph.Nodes, isConcat) {
		return n
	}
	b := &nester{from: n, dominance: newDominance(n.Graph, readsOf(n.Graph)), state: map[step]int{}, ends: map[int]*graph.Node{},
		to: &flat.Net{Graph: &graph.Graph{Name: n.Graph.Name}, Format: n.Format, Meta: n.Meta, Notes: n.Notes}, made: map[*graph.Node]*graph.Node{}}
	for _, node := range n.Graph.Nodes {
		top := node.ID
		if len(node.In) == 1 {
			top = b.top[node.In[0].ID]
		}
		b.top = append(b.top, top)
		about := n.About[node.ID]
		again := *node
		if isConcat(node) {
			again.In = b.concat(node)
		} else {
			again.In = b.all(node.In)
		}
		b.made[node] = b.add(&again, about)
	}
	g := b.to.Graph
	g.Inputs = g.Nodes[:len(n.Graph.Inputs)]
	for _, o := range n.Graph.Outputs {
		g.Outputs = append(g.Outputs, graph.Output{Name: o.Name, Node: b.made[o.Node]})
	}
	return b.to
}

func isConcat(n *graph.Node) bool {
	_, ok := n.Op.(*ops.Concat)
	return ok
}

type nester struct {
	from, to  *flat.Net
	dominance *dominance
	made      map[*graph.Node]*graph.Node
	// The first value of the row of operations, each with one input, that leads to a value. An input of a concat
	// whose row begins with a merge, as in the cells of NASNet, is a part of its own.
	top []int
	// The lists of inputs, as a tree in which each step is one more input: where a list leads, and the
	// concat of which it is all inputs.
	state map[step]int
	ends  map[int]*graph.Node
}

// A step goes from a list to that with one more input. The first is the axis.
type step struct{ from, input int }

func (b *nester) add(n *graph.Node, about flat.About) *graph.Node {
	n.ID = len(b.to.Graph.Nodes)
	b.to.Graph.Nodes = append(b.to.Graph.Nodes, n)
	b.to.About = append(b.to.About, about)
	return n
}

func (b *nester) all(list []*graph.Node) []*graph.Node {
	made := make([]*graph.Node, len(list))
	for i, n := range list {
		made[i] = b.made[n]
	}
	return made
}

func (b *nester) goOn(from, input int) int {
	to, ok := b.state[step{from, input}]
	if !ok {
		to = len(b.state) + 1
		b.state[step{from, input}] = to
	}
	return to
}

// concat gives the inputs that a concat is to have.
func (b *nester) concat(n *graph.Node) []*graph.Node {
	list := n.In
	at := b.goOn(0, n.Op.(*ops.Concat).Axis.MustInt())
	var whole *graph.Node // the concat of the longest beginning
	length := 0
	for i, in := range list {
		at = b.goOn(at, in.ID)
		if end := b.ends[at]; end != nil && i > 0 && i < len(list)-1 {
			whole, length = end, i+1
		}
	}
	if b.ends[at] == nil {
		b.ends[at] = n
	}
	if whole != nil {
		list = append([]*graph.Node{whole}, list[length:]...)
	}
	return b.apart(n, list, b.dominance.before.parent[n.ID], 0)
}

// apart makes concats of neighbouring inputs that are made of one value behind the one that all are made
// of.
func (b *nester) apart(n *graph.Node, list []*graph.Node, all, depth int) (in []*graph.Node) {
	tree := b.dominance.before
	for i := 0; i < len(list); {
		end := i + 1
		first, ok := tree.below(list[i].ID, all)
		for ok && end < len(list) {
			if next, under := tree.below(list[end].ID, all); !under || next != first {
				break
			}
			end++
		}
		part := list[i:end]
		common := list[i].ID
		for _, x := range part {
			common = tree.meet(common, x.ID)
		}
		if len(part) < 2 || len(part) == len(list) || depth == mostApart || b.dominance.behind.meet(common, n.ID) != n.ID ||
			slices.ContainsFunc(part, func(x *graph.Node) bool { return x.ID == common || b.top[x.ID] > common }) {
			in = append(in, b.all(part)...)
		} else {
			in = append(in, b.part(n, b.apart(n, part, common, depth+1)))
		}
		i = end
	}
	return in
}

// part is a concat of some of the inputs of another.
func (b *nester) part(of *graph.Node, in []*graph.Node) *graph.Node {
	n := &graph.Node{Op: of.Op, In: in}
	shape, err := of.Op.Infer(dim.Numbers{}, n.InDims())
	if err != nil {
		panic("structure: a part of a concat is none: " + err.Error())
	}
	for _, size := range shape {
		n.Shape = append(n.Shape, size.MustInt())
	}
	about := b.from.About[of.ID]
	about.Tensors = nil
	return b.add(n, about)
}

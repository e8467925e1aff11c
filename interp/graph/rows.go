package graph

import (
	"slices"
	"strings"

	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// A Count is the parameters of a part of a network and its operations for one image.
type Count struct {
	Params dim.Size // learned numbers, without running statistics
	MACs   dim.Size // multiply-accumulates of convolutions and linear layers
	FLOPs  dim.Size // floating point operations of everything, two for a multiply-accumulate
}

// Add returns the sum.
func (c Count) Add(d Count) Count {
	return Count{c.Params.Add(d.Params), c.MACs.Add(d.MACs), c.FLOPs.Add(d.FLOPs)}
}

// Sub returns the difference.
func (c Count) Sub(d Count) Count {
	return Count{c.Params.Sub(d.Params), c.MACs.Sub(d.MACs), c.FLOPs.Sub(d.FLOPs)}
}

// A Row is the part of a network below one path.
type Row struct {
	Path string
	Kind string // what the text calls it: conv, bottleneck; "" for a plain group
	Count
	Output tensor.Shape // nil for a list of tensors, and where those of several items differ
	List   int          // how many it has
	Items  int          // how many items of an `each` it is applied to, 0 outside of one
	Side   bool         // part of a side head, which is summed separately
	Head   string       // the name of that head
	Nodes  []*Node
	Value  *Node // the one that holds Output, nil for a list
}

// AllDepths asks Rows for a row for every path.
const AllDepths = -1

// Rows cuts the network by the first depth segments of the nodes' paths, in
// order of definition:
//
//	depth 1: layer1                      depth 2: layer1.0    layer1.1
//	         layer1.0.conv1                       …0.conv1    …1.conv1
//	         layer1.0.bn1                         …0.bn1      …1.bn1
//	         layer1.1.conv1 …
//
// The applications of an `each` are one row, of the path that they share. Every node but the input
// is in exactly one row, so the rows sum to the totals at every depth. Depths below 1 give a row for every path.
func (g *Graph) Rows(depth int) []Row {
	type key struct {
		path string
		side *Side
	}
	var rows []Row
	index := make(map[key]int)
	var keys []key
	for _, n := range g.Operations() {
		k := key{prefix(n.Module(), depth), n.Side}
		i, known := index[k]
		if !known {
			i = len(rows)
			index[k] = i
			keys = append(keys, k)
			row := Row{Path: k.path}
			if n.Side != nil {
				row.Side, row.Head = true, n.Side.Name
			}
			rows = append(rows, row)
		}
		rows[i].Count = rows[i].Add(n.Count())
		rows[i].Nodes = append(rows[i].Nodes, n)
	}
	steps := make(map[key]*Step)
	items := make(map[key][]*Step) // the steps that share a path in an `each`
	for i := range slices.Backward(g.Steps) {
		s := &g.Steps[i]
		if s.Shared != "" {
			k := key{s.Shared, s.Side}
			items[k] = append(items[k], s)
			continue
		}
		steps[key{s.Path, s.Side}] = s
	}
	for i, k := range keys {
		if s, of := steps[k], items[k]; s != nil || len(of) == 0 {
			rows[i].describe(s)
		} else {
			rows[i].describeItems(of)
		}
	}
	return rows
}

// describeItems fills in the name and the output of a row whose step is applied to the items of a
// list, last item first.
func (r *Row) describeItems(steps []*Step) {
	r.describe(steps[len(steps)-1])
	r.Items, r.Value = len(steps), nil
	for _, s := range steps {
		if s.Node == nil || !s.Node.Shape.Equal(r.Output) {
			r.Output = nil
		}
	}
}

// describe fills in the name and the output of a row: the step's, or the last node's if no
// step has the path.
func (r *Row) describe(s *Step) {
	last := r.Nodes[len(r.Nodes)-1]
	r.Value, r.Output = last, last.Shape
	if len(r.Nodes) == 1 && last.Path == r.Path {
		r.Kind = last.Op.Name()
	}
	if s == nil {
		return
	}
	if s.Call != "" {
		r.Kind = s.Call
	}
	switch {
	case s.Items != nil:
		r.Value, r.Output, r.List = nil, nil, len(s.Items)
	case s.Node != nil:
		r.Value, r.Output = s.Node, s.Node.Shape
	}
}

// prefix cuts path after its first depth segments.
func prefix(path string, depth int) string {
	for i := 0; i < len(path) && depth > 0; i++ {
		j := strings.IndexByte(path[i:], '.')
		if j < 0 {
			return path
		}
		if i += j; depth == 1 {
			return path[:i]
		}
		depth--
	}
	return path
}

// Totals sums the main path and the side heads.
func (g *Graph) Totals() (main, sides Count) {
	for _, n := range g.Nodes {
		if n.Side == nil {
			main = main.Add(n.Count())
		} else {
			sides = sides.Add(n.Count())
		}
	}
	return main, sides
}

// Count returns what the node holds, but for what a node before it has already, and what it does
// for one image.
func (n *Node) Count() Count {
	var c Count
	for _, p := range n.Params {
		if !p.Running && !p.Again {
			c.Params = c.Params.Add(dim.Shaped(p.Shape...).Product())
		}
	}
	if n.Op == nil {
		return c
	}
	in, out := n.InDims(), n.Dims()
	if n.Sizes != nil {
		for _, p := range n.Op.Params(in) {
			if !p.Running {
				c.Params = c.Params.Add(p.Shape.Product())
			}
		}
	}
	for _, s := range append(slices.Clone(in), out) {
		s[0] = dim.Int(1)
	}
	cost := n.Op.Cost(in, out)
	c.MACs, c.FLOPs = cost.MACs, cost.FLOPs
	if n.Sizes != nil {
		c = Count{said(c.Params), said(c.MACs), said(c.FLOPs)}
	}
	return c
}

// said is a size, or an invalid one where that is not said.
func said(size dim.Size) dim.Size {
	for _, x := range size.Vars() {
		if x.Sense == nil {
			continue
		}
		if _, unsaid := x.Kind.(Unsaid); unsaid {
			return dim.Invalid()
		}
	}
	return size
}

package gradient_test

import (
	"fmt"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// A shift adds a tensor of the whole shape to its input, so that the gradient of a value shows as that of a
// tensor.
type shift struct{}

func (*shift) Name() string                                           { return "shift" }
func (s *shift) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return in[0], nil }
func (s *shift) Params(in []dim.Shape) []ops.Param                    { return []ops.Param{{Leaf: "shift", Shape: in[0]}} }
func (s *shift) Cost(in []dim.Shape, out dim.Shape) (c ops.Cost)      { return c }
func (s *shift) Derive(step ops.Step)                                 { step.ToTensor(0, step.Gradient()) }

// withShifts is a graph with a shift behind every input.
func withShifts(g *graph.Graph) (*graph.Graph, []*graph.Node) {
	made := &graph.Graph{Name: g.Name, Inputs: g.Inputs}
	at := map[*graph.Node]*graph.Node{}
	var shifts []*graph.Node
	made.Nodes = append(made.Nodes, g.Inputs...)
	for i, in := range g.Inputs {
		n := &graph.Node{Path: fmt.Sprintf("shift%d", i), Op: &shift{}, In: []*graph.Node{in}, Shape: in.Shape}
		n.Params = []graph.Param{{Path: n.Path + ".shift", Shape: in.Shape}}
		at[in] = n
		shifts = append(shifts, n)
	}
	made.Nodes = append(made.Nodes, shifts...)
	for _, n := range g.Operations() {
		c := *n
		c.In = nil
		for _, in := range n.In {
			c.In = append(c.In, at[in])
		}
		at[n] = &c
		made.Nodes = append(made.Nodes, &c)
	}
	for i, n := range made.Nodes {
		n.ID = i
	}
	for _, o := range g.Outputs {
		made.Outputs = append(made.Outputs, graph.Output{Name: o.Name, Node: at[o.Node]})
	}
	return made, shifts
}

package flat

import "cnnlang/interp/graph"

// Prune takes away the operations that no output needs, and numbers the others anew. Inputs stay.
func (n *Net) Prune() {
	g := n.Graph
	needed := make([]bool, len(g.Nodes))
	for _, o := range g.Outputs {
		needed[o.Node.ID] = true
	}
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		if needed[i] {
			for _, in := range g.Nodes[i].In {
				needed[in.ID] = true
			}
		}
	}
	var nodes []*graph.Node
	var about []About
	for i, node := range g.Nodes {
		if needed[i] || node.Op == nil {
			nodes, about = append(nodes, node), append(about, n.About[i])
		}
	}
	for i, node := range nodes {
		node.ID = i
	}
	g.Nodes, n.About = nodes, about
}

package graph

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/topo"
)

// Sort puts nodes in topological order and numbers them. Nodes already in order keep it. It
// fails if a node depends on itself, or on one that is not among nodes.
func Sort(nodes []*Node) error {
	place := make(map[*Node]int, len(nodes))
	for i, n := range nodes {
		place[n] = i
	}
	if len(place) != len(nodes) {
		return fmt.Errorf("graph: sort: a node is listed twice")
	}
	ordered := true
	for i, n := range nodes {
		for _, in := range n.In {
			at, ok := place[in]
			if !ok {
				return fmt.Errorf("graph: sort: an input of %s is not among the nodes", label(n))
			}
			ordered = ordered && at < i
		}
	}
	if !ordered {
		if err := reorder(nodes, place); err != nil {
			return err
		}
	}
	for i, n := range nodes {
		n.ID = i
	}
	return nil
}

// reorder sorts nodes; place numbers them for the sorted graph.
func reorder(nodes []*Node, place map[*Node]int) error {
	needs := simple.NewDirectedGraph()
	for i := range nodes {
		needs.AddNode(simple.Node(i))
	}
	for i, n := range nodes {
		for _, in := range n.In {
			if in == n {
				return fmt.Errorf("graph: sort: %s depends on itself", label(n))
			}
			needs.SetEdge(simple.Edge{F: simple.Node(place[in]), T: simple.Node(i)})
		}
	}
	sorted, err := topo.SortStabilized(needs, nil)
	if err != nil {
		return fmt.Errorf("graph: sort: nodes depend on each other: %w", err)
	}
	before := slices.Clone(nodes)
	for i, n := range sorted {
		nodes[i] = before[n.ID()]
	}
	return nil
}

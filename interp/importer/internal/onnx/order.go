package onnx

import (
	"maps"
	"slices"
)

// order is the nodes of a graph that its outputs need, each behind those that it reads: in the
// order of the file, where that is such an order.
func (t *tracer) order(s *scope) ([]*node, error) {
	needed, open := map[*node]bool{}, []*node(nil)
	need := func(name string) {
		if n := s.makers[name]; n != nil && !needed[n] {
			needed[n] = true
			open = append(open, n)
		}
	}
	for _, out := range s.graph.outputs {
		need(out.name)
	}
	for len(open) > 0 {
		n := open[len(open)-1]
		open = open[:len(open)-1]
		n.reads(need)
	}
	var list []*node
	made, sorted := map[*node]bool{}, true
	for _, n := range s.graph.nodes {
		if needed[n] {
			n.reads(func(name string) {
				by := s.makers[name]
				sorted = sorted && (by == nil || made[by])
			})
			made[n] = true
			list = append(list, n)
		}
	}
	if sorted {
		return list, nil
	}
	return t.sorted(s, list)
}

// reads visits the names that a node reads, those that graphs within it read too.
func (n *node) reads(visit func(string)) {
	for _, name := range n.inputs {
		if name != "" {
			visit(name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(n.attributes)) {
		a := n.attributes[name]
		if a.graph == nil {
			continue
		}
		for _, inner := range a.graph.nodes {
			inner.reads(visit)
		}
		for _, out := range a.graph.outputs {
			visit(out.name)
		}
	}
}

// sorted puts nodes behind those that they read, and otherwise leaves them in order.
func (t *tracer) sorted(s *scope, nodes []*node) ([]*node, error) {
	const entered, done = 1, 2
	state := map[*node]int{}
	var list, open []*node
	for _, first := range nodes {
		open = append(open, first)
		for len(open) > 0 {
			n := open[len(open)-1]
			if state[n] != 0 {
				open = open[:len(open)-1]
				if state[n] == entered {
					state[n] = done
					list = append(list, n)
				}
				continue
			}
			state[n] = entered
			var circle *node
			first := len(open)
			n.reads(func(name string) {
				by := s.makers[name]
				switch {
				case by == nil || state[by] == done:
				case state[by] == entered:
					circle = by
				default:
					open = append(open, by)
				}
			})
			if circle != nil {
				return nil, t.corrupt("has nodes in a circle: %s reads what is made of its own result by %s; the file is damaged, export the model again",
					circle.where(), n.where())
			}
			for i, j := first, len(open)-1; i < j; i, j = i+1, j-1 { // the first input first
				open[i], open[j] = open[j], open[i]
			}
		}
	}
	return list, nil
}

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
	made, inOrder := map[*node]bool{}, true
	for _, n := range s.graph.nodes {
		if needed[n] {
			n.reads(func(name string) {
				by := s.makers[name]
				inOrder = inOrder && (by == nil || made[by])
			})
			made[n] = true
			list = append(list, n)
		}
	}
	if inOrder {
		return list, nil
	}
	list, circle := sorted(list, func(n *node) (all []*node) {
		n.reads(func(name string) {
			if by := s.makers[name]; by != nil {
				all = append(all, by)
			}
		})
		return all
	})
	if circle != nil {
		return nil, t.corrupt("has nodes in a circle: %s reads what is made of its own result by %s; the file is damaged, export the model again",
			circle[0].where(), circle[1].where())
	}
	return list, nil
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

// sorted puts nodes or steps behind those that they read, which the first reads first, and otherwise leaves
// them in order. Where some read each other, circle is one and one that reads it.
func sorted[T comparable](all []T, reads func(T) []T) (list, circle []T) {
	const entered, done = 1, 2
	state := map[T]int{}
	var open []T
	for _, first := range all {
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
			for _, by := range slices.Backward(reads(n)) {
				switch state[by] {
				case entered:
					return nil, []T{by, n}
				case 0:
					open = append(open, by)
				}
			}
		}
	}
	return list, nil
}

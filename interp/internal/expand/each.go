package expand

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/calls"
)

// Operations that have one set of tensors stay one each: written one by one they would have a set
// of their own each.
//
//	"": list { | @t4 | @t9 } -> "head.conv": each conv(8, 3x3) as [t5, t10]
//
// So the operations of all items come one after the other, and what reads one of them after that.

// share makes the operations that have a set of tensors in common one item of their body, and
// puts the items into an order in which each comes after what it reads.
func (w *writer) share() error {
	first := map[string]*graph.Node{} // by tensor
	again := map[*graph.Node][]*graph.Node{}
	of := map[*graph.Node]*graph.Node{}
	for _, n := range w.graph.Operations() {
		if n.Shared != "" {
			w.alike[n.Path]++
		}
		for _, p := range n.Params {
			before := first[p.Path]
			if before == nil {
				first[p.Path] = n
				continue
			}
			if !reflect.DeepEqual(before.Op, n.Op) || len(before.Params) != len(n.Params) {
				return w.unlike(before, n)
			}
			again[before] = append(again[before], n)
			of[n] = before
			break
		}
	}
	if len(of) == 0 {
		return nil
	}
	for body, list := range w.bodies {
		list = slices.DeleteFunc(list, func(it item) bool { return of[it.node] != nil })
		for i := range list {
			list[i].again = again[list[i].node]
		}
		ordered, ok := w.ordered(list, of)
		if !ok {
			return &LimitError{w.graph.Name, "the items of an `each` apply its steps in orders that lead to each other"}
		}
		w.bodies[body] = ordered
	}
	return nil
}

func (w *writer) unlike(n, other *graph.Node) error {
	return &LimitError{w.graph.Name, fmt.Sprintf("`%s` is %s for one item of an `each` and %s for another", n.Module(), calls.Of(n.Op), calls.Of(other.Op))}
}

// ordered sorts the items of a body so that each comes after what it reads, and otherwise as they
// are. of leads from an operation to the one whose tensors it has again.
func (w *writer) ordered(list []item, of map[*graph.Node]*graph.Node) (sorted []item, ok bool) {
	at := map[*graph.Node]int{} // the index of the item that gives a value
	for i, it := range list {
		w.within(it, func(n *graph.Node) { at[n] = i })
	}
	const waiting, open, done = 0, 1, 2
	state := make([]int, len(list))
	var visit func(i int) bool
	visit = func(i int) bool {
		switch state[i] {
		case open:
			return false
		case done:
			return true
		}
		state[i] = open
		ok := true
		w.within(list[i], func(n *graph.Node) {
			for _, in := range n.In {
				if from, here := at[in]; here && from != i {
					ok = ok && visit(from)
				}
			}
		})
		state[i], sorted = done, append(sorted, list[i])
		return ok
	}
	for i := range list {
		if !visit(i) {
			return nil, false
		}
	}
	return sorted, true
}

// within calls f for the operations of an item, those of a head and of heads in it.
func (w *writer) within(it item, f func(*graph.Node)) {
	if it.side == nil {
		f(it.node)
		for _, n := range it.again {
			f(n)
		}
		return
	}
	for _, inner := range w.bodies[it.side] {
		w.within(inner, f)
	}
}

// reads are the values that an item works on.
func (w *writer) reads(it item) []*graph.Node {
	if it.again == nil {
		return reads(it.node)
	}
	all := slices.Clone(it.node.In)
	for _, n := range it.again {
		all = append(all, n.In...)
	}
	return all
}

// each writes the operations that have one set of tensors.
func (w *writer) each(it item) {
	var branches, names []string
	for _, n := range append([]*graph.Node{it.node}, it.again...) {
		branches, names = append(branches, "| @"+w.tap(n.In[0])), append(names, w.tap(n))
	}
	w.line(`"": list { %s } -> %s: each %s as [%s]`, strings.Join(branches, " "), w.label(it.node.Module()), calls.Of(it.node.Op), strings.Join(names, ", "))
	w.current = nil
}

// pathOf is the path that an operation is written with. In an each several with the empty label
// may have one, and need none, since they have no tensors.
func (w *writer) pathOf(n *graph.Node) string {
	switch {
	case len(n.Params) > 0:
		return n.Module()
	case w.needsNone(n):
		return w.prefix
	}
	return n.Path
}

// needsNone reports whether an operation is one of several in an each that have the empty label.
func (w *writer) needsNone(n *graph.Node) bool {
	return len(n.Params) == 0 && n.Shared != "" && w.alike[n.Path] > 1
}

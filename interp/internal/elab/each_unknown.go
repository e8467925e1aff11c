package elab

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// An `each` among unknowns. That every tensor has one shape, whichever the item, is shown:
//
//   - Items of one shape are given the same tensors, and one application stands for all.
//   - Otherwise each item is followed through all blocks, and a tensor that has a name from an
//     item before has to have its shape. What is called by a parameter, and tensors of a repeat of
//     unknown length, have no such names.

// unknownItems are what is known of all items of an `each` among unknowns.
type unknownItems struct {
	alike   bool // they have one shape
	once    graph.Count
	generic *generic
}

func (m *machine) unknownItems(x Tensor) (u unknownItems) {
	if m.unknowns == nil {
		return u
	}
	u.generic = m.generic
	u.alike = !slices.ContainsFunc(x.Items, func(t Tensor) bool {
		return t.Suspect || !identical(x.Items[0].Shape, t.Shape) || t.run != nil && t.varies()
	})
	return u
}

// follows reports whether an item is what the first one is, and counts it.
func (m *machine) follows(all *item, t Tensor) bool {
	if !all.alike || m.sketching() {
		return false
	}
	m.count = counted(graph.Count{}, all.once, t.number()).Add(m.count)
	return true
}

// countItem takes note of what the first item adds to a count, which is what each adds that is
// like it, without its tensors.
func (m *machine) countItem(all *item, number int, before graph.Count) {
	switch {
	case !all.alike:
	case number == 0:
		all.once = m.count.Sub(before)
		all.once.Params = dim.Int(0)
	default:
		m.count = before.Add(all.once)
	}
}

// unlike reports whether, among unknowns, a step is in an `each` whose items have several shapes.
func (m *machine) unlike() bool {
	for it := m.inItem; it != nil && m.unknowns != nil; it = it.outer {
		if !it.alike {
			return true
		}
	}
	return false
}

// ofItemBefore reports whether a step has its path from an item before, or from the `each` itself.
func (m *machine) ofItemBefore(path string, s *ast.Step) bool {
	if m.inItem == nil {
		return false
	}
	_, own := m.registry.steps[path]
	m.registry.steps[path] = m.at(s)
	for it := m.inItem; it != nil && !own; it = it.outer {
		if _, named := it.before.steps[path]; named {
			return true
		}
	}
	return m.isItem(path)
}

// nameOp gives an operation and its tensors their names. Where steps differ, so do their
// tensors, but for those that have no leaf: `"a.weight": param([1])` and `a: conv(1, 1x1)`.
// It returns how many learned numbers an item before has already; ok is false where it has a tensor
// of another shape.
func (m *machine) nameOp(params []ops.Param, at *site, c *Closure) (again dim.Size, ok bool) {
	for _, p := range params {
		m.leafless = m.leafless || p.Leaf == ""
		name := join(at.path, p.Leaf)
		switch shared, same := m.tensorOfItem(name, p, at); {
		case !same:
			return again, false
		case !shared:
			m.name(&m.tensors, name, at.step, !m.leafless)
		case !p.Running:
			again = again.Add(p.Shape.Product())
		}
	}
	if !at.flat() {
		m.begin(graph.Step{Path: at.path, Call: c.Object.Name}, at.step)
	}
	return again, true
}

// tensorOfItem reports whether an item before has a tensor already, and whether that has its shape.
func (m *machine) tensorOfItem(name string, p ops.Param, at *site) (again, same bool) {
	if m.inItem == nil {
		return false, true
	}
	for it := m.inItem; it != nil; it = it.outer {
		if !it.alike && m.generic != it.generic {
			m.unknowns.Beyond("the tensors of a repeat of unknown length in an `each`")
		}
		if of := it.generic; of != nil && of.ofItems && dependsOn(p.Shape, of.i) {
			m.unfollowed("tensors for items")
		}
	}
	_, own := m.registry.tensors[name]
	here := tensorMade{at: m.at(at.step), shape: p.Shape, path: m.unmarked(m.ofItem(at.path))}
	m.registry.tensors[name] = here
	before, again := m.ofOtherItem(name)
	if own || !again {
		return false, true
	}
	return true, m.sameTensor(name, before, here, at)
}

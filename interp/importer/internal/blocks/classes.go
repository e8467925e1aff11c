package blocks

import (
	"cmp"
	"slices"
	"strings"

	"cnnlang/interp/graph"
)

// A class is groups with bodies of one shape.
type class struct {
	shape   string
	members []*step
	size    int // of one of them
	order   int // of the first in the net
}

func (c *class) pattern() pattern {
	return patternOf(each(c.members, func(s *step) body { return s.body }))
}

// classes are those of a net's groups, small ones first.
func classes(root body) []*class {
	found := map[string]*class{}
	var all []*class
	for i, s := range closed(root) {
		if len(s.body) == 0 {
			continue
		}
		shape := s.body.shape()
		c := found[shape]
		if c == nil {
			c = &class{shape: shape, size: s.body.size(), order: i}
			found[shape], all = c, append(all, c)
		}
		c.members = append(c.members, s)
	}
	slices.SortFunc(all, func(a, b *class) int { return cmp.Or(cmp.Compare(a.size, b.size), cmp.Compare(a.order, b.order)) })
	return all
}

// A candidate is a block that could be made.
type candidate struct {
	key     string
	shapes  []string
	members []*step
	pattern pattern
	solver  *solver
}

// fold makes one block, of the smallest class that is worth one, with its variants.
func (f *folder) fold(root body) bool {
	all := classes(root)
	for _, c := range all {
		if k := f.candidate(c, all); k != nil {
			f.make(k)
			return true
		}
	}
	return false
}

// candidate is the block of a class and its variants, nil for none.
func (f *folder) candidate(c *class, all []*class) *candidate {
	k := &candidate{shapes: []string{c.shape}, members: c.members, pattern: c.pattern()}
	k.key = c.shape
	solved := f.solve(k)
	if c.size < 2 {
		return nil
	}
	for _, d := range all {
		if d == c || d.size < 2 || !comparable(c, d) {
			continue
		}
		if more := f.with(k, d); more != nil {
			k, solved = more, true
		}
	}
	if !solved || len(k.members) < 2 || f.without[k.key] {
		return nil
	}
	return k
}

// comparable reports whether two classes could be variants of one block, before they are compared
// step by step.
func comparable(c, d *class) bool {
	return max(c.size, d.size) <= 3*min(c.size, d.size)+2 && c.members[0].made == d.members[0].made
}

// with is a candidate together with another class.
func (f *folder) with(k *candidate, d *class) *candidate {
	more := &candidate{shapes: append(slices.Clone(k.shapes), d.shape), members: append(slices.Clone(k.members), d.members...)}
	slices.Sort(more.shapes)
	more.key = strings.Join(more.shapes, " ")
	if f.without[more.key] || f.unlike[more.key] {
		return nil
	}
	for _, early := range []bool{true, false} {
		var ok bool
		if more.pattern, ok = merge(k.pattern, d.pattern(), len(k.members), len(d.members), early, &f.comparisons); ok && f.solve(more) {
			return more
		}
	}
	f.unlike[more.key] = true
	return nil
}

func (f *folder) solve(k *candidate) bool {
	in := each(k.members, func(s *step) *graph.Node { return s.in })
	for _, n := range in {
		if n == nil || len(n.Shape) != len(in[0].Shape) {
			return false
		}
	}
	var ok bool
	k.solver, ok = solve(k.pattern, in)
	return ok
}

// make makes a block of a candidate, and calls of its members.
func (f *folder) make(k *candidate) {
	b := &block{key: k.key, id: idOf(k.key), where: k.solver.where, params: k.solver.params, pattern: k.pattern,
		occurrences: len(k.members), rank: len(k.members[0].in.Shape), numbers: k.members[0].body.numbers(), unnamed: k.members[0].body.unnamed()}
	slices.SortStableFunc(b.params, func(p, q *param) int { return cmpBool(p.def != nil, q.def != nil) })
	b.name = f.nameOf(b, k.members)
	f.blocks = append(f.blocks, b)
	for i, s := range k.members {
		s.kind, s.name, s.block, s.args, s.body, s.known = apply, b.name, b, b.arguments(i), nil, ""
		if s.made && f.named {
			s.empty = true // its tensors keep their names
		}
	}
}

package torch

import (
	"cmp"
	"slices"
	"strings"

	"cnnlang/interp/graph"
)

// A cell is one step of the text in all views of a scope: the part that it is in each, nil where
// it is not applied.
type cell struct {
	key   []int
	parts []*graph.Part
	from  []*graph.Part // the blocks with the empty label around it, from outside to inside
	inner bool          // it is in a repeat that is written as a loop
}

// first is the part of some view.
func (c *cell) first() *graph.Part {
	for _, p := range c.parts {
		if p != nil {
			return p
		}
	}
	return nil
}

// present are the views in which a cell is applied.
func (c *cell) present() (views []int) {
	for i, p := range c.parts {
		if p != nil {
			views = append(views, i)
		}
	}
	return views
}

// A placed part has its place among the steps of its body.
type placed struct {
	key  []int
	part *graph.Part
	from []*graph.Part
}

// flatten lists the steps of a body, those of blocks with the empty label too.
func (f *file) flatten(series []*graph.Part, owner string, before []int, from []*graph.Part) (list []placed) {
	for _, p := range series {
		key := slices.Clone(before)
		for _, a := range p.Around {
			if a.Repeat {
				key = append(key, a.Span.Start.Offset, a.Iteration)
			}
		}
		key = append(key, p.Span.Start.Offset)
		if (p.Kind == graph.Block || p.Kind == graph.Group) && p.Path == owner {
			list = append(list, f.flatten(p.Parts, owner, key, append(slices.Clip(from), p))...)
			continue
		}
		list = append(list, placed{key, p, from})
	}
	return list
}

// cells puts the steps of several applications of one body beside each other.
func (s *scope) cells(series [][]*graph.Part) []*cell {
	owners := make([]string, len(series))
	for v := range series {
		owners[v] = s.rows[s.views[v].row].part.Path
	}
	return s.cellsUnder(series, owners)
}

// cellsUnder is the same for groups, each with its own path.
func (s *scope) cellsUnder(series [][]*graph.Part, owners []string) []*cell {
	flat, inOrder := make([][]placed, len(series)), true
	for v, list := range series {
		flat[v] = s.flatten(list, owners[v], nil, nil)
		inOrder = inOrder && slices.IsSortedFunc(flat[v], func(a, b placed) int {
			return cmp.Or(slices.Compare(a.key, b.key), -1) // none twice
		})
	}
	var cells []*cell
	find := map[string]*cell{}
	for v, list := range flat {
		for i, p := range list {
			if !inOrder { // as of lists of tensors: then the steps have to be the same
				p.key = []int{i}
			}
			id := keyOf(p.key)
			c := find[id]
			if c == nil {
				c = &cell{key: p.key, parts: make([]*graph.Part, len(series)), from: p.from}
				find[id] = c
				cells = append(cells, c)
			}
			c.parts[v] = p.part
		}
		if !inOrder && len(list) != len(flat[0]) {
			s.fail("the applications have several numbers of steps")
		}
	}
	slices.SortStableFunc(cells, func(a, b *cell) int { return slices.Compare(a.key, b.key) })
	return cells
}

func keyOf(key []int) string {
	b := make([]byte, 0, 4*len(key))
	for _, k := range key {
		b = append(b, byte(k>>24), byte(k>>16), byte(k>>8), byte(k))
	}
	return string(b)
}

func cutPath(path, owner string) (string, bool) {
	if owner == "" {
		return path, true
	}
	return strings.CutPrefix(path, owner+".")
}

// localOf is the path of a cell within its class, the same in all views.
func (s *scope) localOf(c *cell) string {
	local, some := "", false
	for v, p := range c.parts {
		if p == nil || p.Path == "" { // a tap
			continue
		}
		l, ok := cutPath(p.Path, s.rows[s.views[v].row].part.Path)
		if !ok && p.Path != s.rows[s.views[v].row].part.Path {
			s.fail("a step is called by another path")
		}
		if some && l != local {
			s.fail("a step has several numbers")
		}
		local, some = l, true
	}
	return local
}

// only is the scope of some of the views.
func (s *scope) only(views []int) *scope {
	inner := *s
	inner.views = make([]view, len(views))
	for i, v := range views {
		inner.views[i] = s.views[v]
	}
	return &inner
}

func pick[T any](list []T, at []int) []T {
	picked := make([]T, len(at))
	for i, k := range at {
		picked[i] = list[k]
	}
	return picked
}

// condition is what the text says of when a cell is applied, nil where it says nothing else than
// that a repeat goes so far.
func (s *scope) condition(c *cell) *graph.Formula {
	var all *graph.Formula
	p, v := c.first(), c.present()[0]
	for _, q := range append(slices.Clone(c.from), p) {
		around := q.Around
		if c.inner && q == p {
			around = around[1:]
		}
		for _, a := range around {
			f := a.Cond
			if a.Repeat {
				f = moreThan(a)
			}
			f = s.lift(f, q.Names, v)
			switch {
			case f == nil:
				return nil
			case all == nil:
				all = f
			default:
				all = &graph.Formula{Op: "and", Of: []*graph.Formula{all, f}}
			}
		}
	}
	return all
}

// moreThan is that a repeat reaches an iteration.
func moreThan(a graph.Around) *graph.Formula {
	f := a.Cond
	if f == nil {
		return nil
	}
	if f.Op == "if" && a.Iteration == 0 && isValue(f.Of[1], 1) && isValue(f.Of[2], 0) {
		return f.Of[0]
	}
	return &graph.Formula{Op: ">", Of: []*graph.Formula{f, {Value: sizeOf(a.Iteration)}}}
}

// when is a condition as an expression, which holds in exactly these views.
func (s *scope) when(f *graph.Formula, views []int) *expr {
	t, ok := s.term(f)
	if !ok {
		s.fail("when a step is applied cannot be said in Python")
		return name("True")
	}
	for i, v := range t.values {
		if v != any(slices.Contains(views, i)) {
			s.fail("when a step is applied depends on more than its block's names")
			return name("True")
		}
	}
	s.use(t.x)
	return t.x
}

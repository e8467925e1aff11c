package compare

import (
	"fmt"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// A Kind says what became of a part.
type Kind int

const (
	// Changed is a part whose number, arguments, shape or contents differ.
	Changed Kind = iota
	// Added is a part that only B has.
	Added
	// Removed is one that only A has.
	Removed
)

func (k Kind) String() string { return [...]string{"changed", "added", "removed"}[k] }

// A Change is a part that differs, or parts that are equal among themselves and stand in a row.
type Change struct {
	Kind Kind
	A, B Place
	// Arguments are those that differ.
	Arguments []Argument
	// Units are how many equal calls it consists of, and of which block, where it does in both.
	Units Units
	// Inner are the changes in what it consists of; of several copies, in each of them.
	Inner []*Change
	// Before and After are what it costs in A and in B.
	Before, After Cost
}

// A Place is a part in one of the networks; its Count is 0 where there is none.
type Place struct {
	Path  string // of the first
	Label string // "" for a number
	Text  string // what the text calls it, with its arguments
	Kind  graph.PartKind
	Call  string
	Count int
	In    tensor.Shape // what it reads, of an operation
	Shape tensor.Shape
	Line  int      // in the text
	Paths []string // of all its steps, for pictures
}

// Units are a number of calls of one block.
type Units struct {
	Call string // "" for none
	A, B int
}

// unitsOf counts the calls of the one block that a series consists of.
func unitsOf(series []*graph.Part) (call string, n int) {
	for _, p := range series {
		if p.Kind != graph.Block || call != "" && p.Call != call {
			return "", 0
		}
		call = p.Call
	}
	return call, len(series)
}

// An Argument is one that differs, "" where it is not given.
type Argument struct{ Name, A, B string }

// series compares two series.
func (c *comparer) series(a, b []*graph.Part) (list []*Change) {
	for _, p := range c.align(c.runs(a), c.runs(b)) {
		if change := c.pair(p); change != nil {
			list = append(list, change)
		}
	}
	return list
}

// pair compares two runs that correspond.
func (c *comparer) pair(p pairing) *Change {
	switch {
	case p.a == nil:
		return &Change{Kind: Added, B: placeOf(p.b), After: p.b.cost()}
	case p.b == nil:
		return &Change{Kind: Removed, A: placeOf(p.a), Before: p.a.cost()}
	}
	equal := c.of[p.a.first] == c.of[p.b.first]
	if equal {
		for i := range min(len(p.a.parts), len(p.b.parts)) {
			c.correspond(p.a.parts[i], p.b.parts[i])
		}
		if len(p.a.parts) == len(p.b.parts) {
			return nil
		}
	}
	change := &Change{A: placeOf(p.a), B: placeOf(p.b), Before: p.a.cost(), After: p.b.cost()}
	if equal {
		return change
	}
	if len(p.a.parts) == 1 && len(p.b.parts) == 1 {
		change.Inner = c.inner(p.a.first, p.b.first)
		change.Arguments = arguments(p.a.first, p.b.first)
		x, n := unitsOf(p.a.first.Parts)
		if y, m := unitsOf(p.b.first.Parts); x == y && n != m {
			change.Units = Units{x, n, m}
		}
		return change
	}
	for i := range min(len(p.a.parts), len(p.b.parts)) {
		inner := c.inner(p.a.parts[i], p.b.parts[i])
		if i == 0 && len(p.a.parts) == len(p.b.parts) {
			change.Inner = inner // the same in each of them
		}
	}
	change.Arguments = arguments(p.a.first, p.b.first)
	return change
}

// inner compares what two parts consist of.
func (c *comparer) inner(a, b *graph.Part) []*Change {
	if a.Kind != b.Kind && (len(a.Branches) > 0 || len(b.Branches) > 0) || a.Kind == graph.Operation || b.Kind == graph.Operation {
		c.correspond(a, b)
		return nil
	}
	list := c.series(a.Parts, b.Parts)
	if len(a.Branches) == len(b.Branches) {
		for i := range a.Branches {
			list = append(list, c.series(a.Branches[i], b.Branches[i])...)
		}
		return list
	}
	for _, p := range c.alignBranches(a.Branches, b.Branches) {
		list = append(list, c.series(p[0], p[1])...)
	}
	return list
}

// alignBranches pairs branches that are equal, then those that are left in order.
func (c *comparer) alignBranches(a, b [][]*graph.Part) (list [][2][]*graph.Part) {
	used := make([]bool, len(b))
	free := map[string][]int{} // the branches of b that are left, by what they consist of
	for i, y := range b {
		key := c.numbers(y)
		free[key] = append(free[key], i)
	}
	var left [][]*graph.Part
	for _, x := range a {
		key := c.numbers(x)
		if len(free[key]) == 0 {
			left = append(left, x)
			continue
		}
		n := free[key][0]
		free[key] = free[key][1:]
		used[n] = true
		list = append(list, [2][]*graph.Part{x, b[n]})
	}
	for i, y := range b {
		if used[i] {
			continue
		}
		var x []*graph.Part
		if len(left) > 0 {
			x, left = left[0], left[1:]
		}
		list = append(list, [2][]*graph.Part{x, y})
	}
	for _, x := range left {
		list = append(list, [2][]*graph.Part{x, nil})
	}
	return list
}

func placeOf(r *run) Place {
	p := r.first
	place := Place{Path: p.Path, Label: label(p), Text: p.Text(), Kind: p.Kind, Call: p.Call, Count: len(r.parts), Shape: r.parts[len(r.parts)-1].Node.Shape, Line: p.Span.Start.Line}
	if p.Kind == graph.Operation {
		place.In = p.Node.In[0].Shape
	}
	if p.Kind == graph.Head {
		place.Text = "side " + p.Side.Name
	}
	graph.Walk(r.parts, func(p *graph.Part) {
		if p.Kind == graph.Operation || p.Kind == graph.Merge {
			place.Paths = append(place.Paths, p.Node.Path)
		}
	})
	return place
}

// arguments are those that differ between two parts with one call.
func arguments(a, b *graph.Part) (list []Argument) {
	if a.Call != b.Call {
		return nil
	}
	x, y := argumentsOf(a), argumentsOf(b)
	for _, one := range x {
		other := find(y, one.Name)
		if other != one.B {
			list = append(list, Argument{one.Name, one.B, other})
		}
	}
	for _, one := range y {
		if !slices.ContainsFunc(x, func(o Argument) bool { return o.Name == one.Name }) {
			list = append(list, Argument{one.Name, "", one.B})
		}
	}
	return list
}

func find(list []Argument, name string) string {
	for _, a := range list {
		if a.Name == name {
			return a.B
		}
	}
	return ""
}

// argumentsOf are those of a part, in B of each.
func argumentsOf(p *graph.Part) (list []Argument) {
	for _, a := range p.Args {
		list = append(list, Argument{Name: a.Name, B: fmt.Sprint(a.Value)})
	}
	return list
}

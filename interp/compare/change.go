package compare

import (
	"cmp"
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
	// Copies is whether the parts are the same, and their number or their label alone differs.
	Copies bool
	// Behind is what stands in the other network where an added or a removed part would stand behind it, nil
	// for nothing.
	Behind *graph.Part
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
	Line  int // in the text
	Parts []*graph.Part
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

// An Argument is one that differs; where it is not given it has its default, "" where there is none.
type Argument struct{ Name, A, B string }

// series compares two series.
func (c *comparer) series(a, b []*graph.Part) (list []*Change) {
	var before pairing // what stands before, in each
	for _, p := range c.align(c.runs(a), c.runs(b)) {
		switch change := c.pair(p); {
		case change == nil: // but for labels
			same, _ := c.relabelled(p.a.parts, p.b.parts)
			list = append(list, same...)
		case p.a == nil:
			change.Behind = before.a.last()
			list = append(list, change)
		case p.b == nil:
			change.Behind = before.b.last()
			list = append(list, change)
		default:
			list = append(list, change)
		}
		before = pairing{cmp.Or(p.a, before.a), cmp.Or(p.b, before.b)}
	}
	return list
}

// pair compares two runs that correspond; nil says that they are the same, but for labels.
func (c *comparer) pair(p pairing) *Change {
	switch {
	case p.a == nil:
		return &Change{Kind: Added, B: placeOf(p.b), After: p.b.cost()}
	case p.b == nil:
		return &Change{Kind: Removed, A: placeOf(p.a), Before: p.a.cost()}
	}
	both, copies := min(len(p.a.parts), len(p.b.parts)), len(p.a.parts) != len(p.b.parts)
	equal := c.of[p.a.first] == c.of[p.b.first]
	if equal {
		for i := range both {
			equal = c.correspond(p.a.parts[i], p.b.parts[i]) && equal
		}
		if equal && !copies {
			return nil
		}
	}
	change := &Change{A: placeOf(p.a), B: placeOf(p.b), Before: p.a.cost(), After: p.b.cost(), Copies: equal}
	if equal {
		return change
	}
	for i := range both {
		inner := c.inner(p.a.parts[i], p.b.parts[i])
		if i == 0 && !copies && !replaced(p.a.first, p.b.first, inner) {
			change.Inner = inner // the same in each of them
		}
	}
	change.Arguments = c.arguments(p.a.first, p.b.first)
	if x, n := unitsOf(p.a.first.Parts); !copies && len(p.a.parts) == 1 {
		if y, m := unitsOf(p.b.first.Parts); x == y && n != m {
			change.Units = Units{x, n, m}
		}
	}
	return change
}

// replaced reports whether another block stands in the place of one, with which it has nothing in common.
func replaced(a, b *graph.Part, inner []*Change) bool {
	gone, added := 0, 0
	for _, c := range inner {
		if c.Kind == Changed {
			return false
		}
		gone, added = gone+c.A.Count, added+c.B.Count
	}
	return a.Call != b.Call && len(a.Branches)+len(b.Branches) == 0 && gone == len(a.Parts) && added == len(b.Parts)
}

// inner compares what two parts consist of.
func (c *comparer) inner(a, b *graph.Part) []*Change {
	if a.Kind == graph.Tap || b.Kind == graph.Tap {
		return nil
	}
	if holds(a) && holds(b) {
		c.pairTensors(a.Node.Params, b.Node.Params)
		c.note(a.Node, b.Node)
	} else {
		defer c.noteEnds(a, b)
	}
	if a.Kind != b.Kind && (len(a.Branches) > 0 || len(b.Branches) > 0) || a.Kind == graph.Operation || b.Kind == graph.Operation {
		c.pairTensors(tensorsOf(a), tensorsOf(b))
		return nil
	}
	list := c.series(a.Parts, b.Parts)
	x, y := 0, 0
	for _, p := range append(c.alike(a.Branches, b.Branches), [2]int{len(a.Branches), len(b.Branches)}) {
		for x < p[0] || y < p[1] { // those between are compared in order, and with nothing where there are no more
			var before, after []*graph.Part
			if x < p[0] {
				before, x = a.Branches[x], x+1
			}
			if y < p[1] {
				after, y = b.Branches[y], y+1
			}
			list = append(list, c.series(before, after)...)
		}
		if x < len(a.Branches) && y < len(b.Branches) {
			list = append(list, c.series(a.Branches[x], b.Branches[y])...)
			x, y = x+1, y+1
		}
	}
	return list
}

// alike pairs branches that consist of the same, in order. Where there are as many before and after, each
// has its place.
func (c *comparer) alike(a, b [][]*graph.Part) (pairs [][2]int) {
	if len(a) == len(b) {
		return nil
	}
	key := func(branch []*graph.Part) any { return c.numbers(branch) }
	at, end := 0, 0
	for at < min(len(a), len(b)) && key(a[at]) == key(b[at]) {
		pairs = append(pairs, [2]int{at, at})
		at++
	}
	for end < min(len(a), len(b))-at && key(a[len(a)-1-end]) == key(b[len(b)-1-end]) {
		end++
	}
	for _, p := range unique(a[at:len(a)-end], b[at:len(b)-end], key) {
		pairs = append(pairs, [2]int{p[0] + at, p[1] + at})
	}
	for ; end > 0; end-- {
		pairs = append(pairs, [2]int{len(a) - end, len(b) - end})
	}
	return pairs
}

func placeOf(r *run) Place {
	p := r.first
	place := Place{Path: p.Path, Label: label(p), Text: p.Text(), Kind: p.Kind, Call: p.Call, Count: len(r.parts), Shape: r.parts[len(r.parts)-1].Node.Shape, Line: p.Span.Start.Line, Parts: r.parts}
	if p.Kind == graph.Operation {
		place.In = p.Node.In[0].Shape
	}
	if p.Kind == graph.Head {
		place.Text = "side " + p.Side.Name
	}
	return place
}

// arguments are those that differ between two parts with one call, and for taps what they take.
func (c *comparer) arguments(a, b *graph.Part) (list []Argument) {
	if a.Kind == graph.Tap && b.Kind == graph.Tap && !c.takesSame(a, b) {
		return []Argument{{"value", a.Node.Path, b.Node.Path}}
	}
	if a.Call != b.Call {
		return nil
	}
	before, after := valuesOf(a), valuesOf(b)
	seen := map[string]bool{}
	for _, x := range slices.Concat(a.Args, b.Args) {
		if !seen[x.Name] && before[x.Name] != after[x.Name] {
			list = append(list, Argument{x.Name, before[x.Name], after[x.Name]})
		}
		seen[x.Name] = true
	}
	return list
}

// valuesOf are the values of a part's parameters, as texts.
func valuesOf(p *graph.Part) map[string]string {
	values := map[string]string{}
	for _, x := range slices.Concat(p.Defaults, p.Args) {
		values[x.Name] = fmt.Sprint(x.Value)
	}
	return values
}

// All is a change and those inside it.
func (c *Change) All() []*Change {
	list := []*Change{c}
	for _, in := range c.Inner {
		list = append(list, in.All()...)
	}
	return list
}

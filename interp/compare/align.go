package compare

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/graph"
)

// alone is the price of a run without a counterpart, which was added or removed.
const alone = 10

// mostPairs bounds the table of an alignment. What is longer is cut where runs that occur once in
// both are equal, or have the same label.
const mostPairs = 1 << 16

// likeness is the price of aligning two runs; above twice alone they are not.
func (c *comparer) likeness(a, b run) int {
	const never = 3 * alone
	if c.of[a.first] == c.of[b.first] {
		if len(a.parts) == len(b.parts) {
			return 0
		}
		return 1
	}
	p, q := a.first, b.first
	switch {
	case (p.Kind == graph.Tap) != (q.Kind == graph.Tap) || (p.Kind == graph.Head) != (q.Kind == graph.Head):
		return never
	case p.Kind == graph.Head:
		if p.Side.Name == q.Side.Name {
			return 1
		}
		return alone
	}
	price := never
	sameLabel := a.label != "" && a.label == b.label
	sameCall := p.Kind == q.Kind && p.Call == q.Call && p.Call != ""
	switch {
	case sameLabel && (sameCall || p.Call == "" && q.Call == ""):
		price = 2
	case sameCall && a.label == "" && b.label == "":
		price = 4
	case sameLabel, sameCall:
		price = 8
	case p.Kind == q.Kind && p.Node.Shape.Equal(q.Node.Shape):
		price = 12
	case pointwise(p) && pointwise(q):
		price = 14
	}
	if price < never && (len(a.parts) > 1) != (len(b.parts) > 1) {
		price++
	}
	return price
}

// pointwise reports whether a part is an operation as an activation is one: without tensors, and with
// the shape of what it reads.
func pointwise(p *graph.Part) bool {
	return p.Kind == graph.Operation && len(p.Node.Params) == 0 && len(p.Node.In) == 1 && p.Node.In[0].Shape.Equal(p.Node.Shape)
}

// label is the last segment of a part's path, "" for a number.
func label(p *graph.Part) string {
	at := strings.LastIndexByte(p.Path, '.')
	if _, err := strconv.Atoi(p.Path[at+1:]); err == nil {
		return ""
	}
	return p.Path[at+1:]
}

// A pairing is two runs that correspond, or one that has no counterpart.
type pairing struct{ a, b *run }

// align pairs the runs of two series in order, so that the price of all is least; of long ones,
// of all between what surely corresponds.
func (c *comparer) align(a, b []run) []pairing { return c.between(a, b, mostCuts) }

// mostCuts is how often what is between two cuts is cut again.
const mostCuts = 16

func (c *comparer) between(a, b []run, cuts int) (list []pairing) {
	var end []pairing
	for len(a) > 0 && len(b) > 0 && c.likeness(a[0], b[0]) == 0 {
		list = append(list, pairing{&a[0], &b[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && c.likeness(a[len(a)-1], b[len(b)-1]) == 0 {
		end = append(end, pairing{&a[len(a)-1], &b[len(b)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	slices.Reverse(end)
	if len(a)*len(b) <= mostPairs {
		return slices.Concat(list, c.cheapest(a, b), end)
	}
	fixed := unique(a, b, func(r run) any { return c.of[r.first] })
	if len(fixed) == 0 {
		fixed = unique(a, b, func(r run) any { return r.label })
	}
	if cuts == 0 {
		fixed = nil
	}
	i, j := 0, 0
	for _, at := range fixed {
		list = append(list, c.between(a[i:at[0]], b[j:at[1]], cuts-1)...)
		list = append(list, pairing{&a[at[0]], &b[at[1]]})
		i, j = at[0]+1, at[1]+1
	}
	if len(fixed) > 0 {
		return slices.Concat(list, c.between(a[i:], b[j:], cuts-1), end)
	}
	for i := range a {
		list = append(list, pairing{a: &a[i]})
	}
	for i := range b {
		list = append(list, pairing{b: &b[i]})
	}
	return append(list, end...)
}

// cheapest finds the pairing of least price: best[i][j] is that of what is left from a[i] and b[j].
func (c *comparer) cheapest(a, b []run) (list []pairing) {
	best := make([][]int, len(a)+1)
	cells := make([]int, (len(a)+1)*(len(b)+1))
	for i := range best {
		best[i] = cells[i*(len(b)+1):][:len(b)+1]
	}
	pair := func(i, j int) int { return c.likeness(a[i], b[j]) + best[i+1][j+1] }
	for i := len(a); i >= 0; i-- {
		for j := len(b); j >= 0; j-- {
			switch {
			case i == len(a):
				best[i][j] = alone * (len(b) - j)
			case j == len(b):
				best[i][j] = alone * (len(a) - i)
			default:
				best[i][j] = min(pair(i, j), alone+best[i+1][j], alone+best[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && best[i][j] == pair(i, j):
			list = append(list, pairing{&a[i], &b[j]})
			i, j = i+1, j+1
		case i < len(a) && best[i][j] == alone+best[i+1][j] && (j == len(b) || best[i][j] != alone+best[i][j+1] || before(a[i], b[j])):
			list = append(list, pairing{a: &a[i]})
			i++
		default:
			list = append(list, pairing{b: &b[j]})
			j++
		}
	}
	return list
}

// before orders two runs, either of which may be the one without a counterpart, whichever network they are of.
func before(a, b run) bool {
	return cmp.Or(cmp.Compare(exact(a.first), exact(b.first)), cmp.Compare(a.first.Path, b.first.Path)) <= 0
}

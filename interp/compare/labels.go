package compare

import (
	"cnnlang/interp/graph"
)

// relabelled are the changes between series of the same structure: parts that have another label, or consist of
// such. Neighbours in which the same labels differ are one. The key tells which do.
func (c *comparer) relabelled(a, b []*graph.Part) (list []*Change, key string) {
	inner, keys := make([][]*Change, len(a)), make([]string, len(a))
	for i := range a {
		inner[i], keys[i] = c.relabelledPart(a[i], b[i])
	}
	for from := 0; from < len(a); {
		to := from + 1
		for to < len(a) && c.of[a[to]] == c.of[a[from]] && keys[to] == keys[from] {
			to++
		}
		if one := keys[from]; one != "" {
			x, y := &run{a[from], a[from:to], label(a[from])}, &run{b[from], b[from:to], label(b[from])}
			list = append(list, &Change{A: placeOf(x), B: placeOf(y), Inner: inner[from], Copies: len(inner[from]) == 0, Before: x.cost(), After: y.cost()})
			key += "(" + one + ")"
		}
		from = to
	}
	return list, key
}

// relabelledPart are those in what two parts consist of; the key is of their own labels too.
func (c *comparer) relabelledPart(p, q *graph.Part) (list []*Change, key string) {
	list, key = c.relabelled(p.Parts, q.Parts)
	for i := range p.Branches {
		more, one := c.relabelled(p.Branches[i], q.Branches[i])
		list, key = append(list, more...), key+one
	}
	if x, y := label(p), label(q); x != y && p.Kind != graph.Tap && p.Kind != graph.Head {
		key += x + "\x00" + y
	}
	return list, key
}

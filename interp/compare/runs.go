package compare

import (
	"fmt"
	"strings"

	"cnnlang/interp/graph"
)

// A run is equal parts one after the other.
type run struct {
	first *graph.Part
	parts []*graph.Part
	label string
}

// sign gives every part of a series a number: parts have the same if they are called alike, have
// the same shapes and consist of parts with the same, whatever their paths, and whatever values they
// take from elsewhere.
func (c *comparer) sign(series []*graph.Part) {
	for _, p := range series {
		c.sign(p.Parts)
		key := []string{p.Kind.String(), exact(p), fmt.Sprint(p.Node.Shape[1:]), c.numbers(p.Parts)}
		if holds(p) { // what it costs depends on what it reads
			for _, in := range p.Node.In {
				key = append(key, fmt.Sprint(in.Shape[1:]))
			}
		}
		for _, b := range p.Branches {
			c.sign(b)
			key = append(key, c.numbers(b))
		}
		text := strings.Join(key, "\x00")
		n, known := c.signatures[text]
		if !known {
			n = len(c.signatures)
			c.signatures[text] = n
		}
		c.of[p] = n
	}
}

func (c *comparer) numbers(series []*graph.Part) string {
	var b strings.Builder
	for _, p := range series {
		fmt.Fprint(&b, c.of[p], " ")
	}
	return b.String()
}

// exact is what a part does, with all its arguments.
func exact(p *graph.Part) string {
	switch {
	case holds(p):
		return graph.Describe(p.Node.Op)
	case p.Kind == graph.Tap:
		return ""
	}
	return p.Text()
}

// holds reports whether a part's node is its own, and no other part's.
func holds(p *graph.Part) bool { return p.Kind == graph.Operation || p.Kind == graph.Merge }

// runs cuts a series into runs.
func (c *comparer) runs(series []*graph.Part) (list []run) {
	for _, p := range series {
		if n := len(list); n > 0 && c.of[list[n-1].first] == c.of[p] && p.Kind != graph.Tap && p.Kind != graph.Head && sameTaps(list[n-1].first, p) {
			list[n-1].parts = append(list[n-1].parts, p)
			continue
		}
		list = append(list, run{p, []*graph.Part{p}, label(p)})
	}
	return list
}

// cost is that of all parts of a run.
func (r run) cost() Cost { return costOf(r.parts) }

// last is the last of the parts, nil of no run.
func (r *run) last() *graph.Part {
	if r == nil {
		return nil
	}
	return r.parts[len(r.parts)-1]
}

package structure

import (
	"container/heap"
	"slices"
)

// deepest is how deep combinators are nested. What lies deeper gets a name.
const deepest = 30

// reduce finds the branches of all merges. Those of a merge whose chains begin with one value are
// these chains. Where no such merge is left, the value that is read most often gets a name, so that
// chains that begin with it may stand anywhere.
func (c *core) reduce() {
	c.drain()
	for _, r := range c.regions() {
		if !c.solve(r) {
			break
		}
	}
	c.naming = true
	c.waiting = c.candidates()
	c.nameWaiting()
	for _, v := range c.all {
		if !v.gone && !v.within && v.outs > 1 {
			v.named = true
		}
	}
}

// nameWaiting gives names to values for which merges wait.
func (c *core) nameWaiting() {
	for c.waiting.Len() > 0 {
		next := heap.Pop(c.waiting).(candidate)
		switch v := next.vertex; {
		case !v.flows() || v.gone || !v.blocks():
		case v.outs != next.outs:
			heap.Push(c.waiting, candidate{v, v.outs})
		default:
			c.name(v)
			c.drain()
		}
	}
}

func (c *core) drain() {
	for len(c.queue) > 0 {
		v := c.queue[0]
		if c.queue = c.queue[1:]; v.merge && len(v.from) <= 1 && (c.naming || !v.deep()) {
			c.resolve(v)
		}
	}
}

// resolve makes a merge a combinator, whose branches all begin with one value or by name.
func (c *core) resolve(m *vertex) {
	s := c.source(m)
	if c.split(m, s) {
		s = c.source(m)
	}
	if c.inline(m, s) {
		return
	}
	e := &edge{from: s, to: m}
	e.add(&item{node: m.node, branches: m.in, source: s})
	for _, branch := range m.in {
		if e.depth = max(e.depth, branch.depth+1); branch.from != nil {
			branch.from.outs--
		}
		branch.gone = true
	}
	if s != nil {
		s.out, s.outs = append(s.out, e), s.outs+1
	}
	c.known(m, e)
}

// known makes a merge the value of a chain.
func (c *core) known(m *vertex, e *edge) {
	m.merge, m.in, e.slot = false, []*edge{e}, 0
	s := e.from
	if c.region == nil || m != c.region.exit {
		c.contract(m)
	}
	if s != nil {
		c.contract(s)
	}
}

// source is the value that flows into the branches of a merge: the one without a name, or the latest
// that has one. One without a name that is older than that, and has to be read elsewhere too, gets a
// name.
func (c *core) source(m *vertex) *vertex {
	var latest, flows *vertex
	for _, e := range m.in {
		if s := e.from; s.flows() {
			flows = s
		} else if s != nil && (latest == nil || s.at > latest.at) {
			latest = s
		}
	}
	switch {
	case flows == nil:
		return latest
	case c.naming && latest != nil && latest.at > flows.at && flows.outs > m.from[flows]:
		c.name(flows)
		return latest
	}
	return flows
}

// longest is how many steps a branch may have that gives an output of the net.
const longest = 3

// split gives names to the values of branches that are better written before their merge: those in which
// combinators are nested too deep, those with combinators that begin elsewhere than the others, and long
// ones that are outputs. It reports whether there are such.
func (c *core) split(m, s *vertex) (any bool) {
	for i, e := range m.in {
		far := c.naming && e.from != nil && e.from != s && e.depth > 0
		output := m.node == nil && (e.depth > 0 || e.longer(longest))
		if e.depth < deepest && !far && !output {
			continue
		}
		any = true
		end := &vertex{node: e.last.node, at: e.last.node.ID, named: true}
		if m.node == nil {
			end.as = c.outputs[i]
		}
		c.all = append(c.all, end)
		c.made(end)
		end.receives(e)
		m.in[i] = c.begin(end)
		if m.in[i].to, m.in[i].slot = m, i; e.from.flows() {
			if m.from[e.from]--; m.from[e.from] == 0 {
				delete(m.from, e.from)
			}
		}
	}
	return any
}

// deep reports whether a branch of a merge has to be written before it, which takes a name.
func (v *vertex) deep() bool {
	return v.node != nil && slices.ContainsFunc(v.in, func(e *edge) bool { return e.depth >= deepest })
}

// made notes a value with a name.
func (c *core) made(v *vertex) {
	if r := c.region; r != nil {
		r.named = append(r.named, v)
	}
}

func (e *edge) longer(than int) bool {
	n := 0
	for it := e.first; it != nil && n <= than; it = it.next {
		n++
	}
	return n > than
}

// name gives a value a name.
func (c *core) name(v *vertex) {
	v.named = true
	c.made(v)
	c.release(v)
}

// release lets the merges that wait for a value read it by name.
func (c *core) release(v *vertex) {
	for _, e := range v.out {
		if !e.gone && e.to.merge {
			delete(e.to.from, v)
			c.queue = append(c.queue, e.to)
		}
	}
}

// contract makes one chain of that which leads to a value and the only one that begins with it.
func (c *core) contract(v *vertex) {
	if !v.flows() || v.gone || v.merge || v.outs != 1 || len(v.in) == 0 {
		return
	}
	a, b := v.in[0], (*edge)(nil)
	for _, e := range v.out {
		if !e.gone {
			b = e
		}
	}
	if b.first != nil {
		a.last.next, a.last = b.first, b.last
	}
	a.down, a.up = a.down || b.down, a.up || b.up
	a.depth, a.to, a.slot = max(a.depth, b.depth), b.to, b.slot
	b.to.in[b.slot] = a
	v.gone, b.gone = true, true
	if m := b.to; m.merge {
		delete(m.from, v)
		if a.from.flows() {
			if m.from[a.from]++; c.waiting != nil {
				heap.Push(c.waiting, candidate{a.from, a.from.outs})
			}
		}
		c.queue = append(c.queue, m)
	}
}

// blocks reports whether a merge waits for a chain that begins with the value.
func (v *vertex) blocks() bool {
	for _, e := range v.out {
		if !e.gone && e.to.merge {
			return true
		}
	}
	return false
}

// A candidate is a value that may get a name.
type candidate struct {
	*vertex
	outs int
}

// candidates has those that are read most often first, of these the first.
type candidates []candidate

func (c *core) candidates() *candidates {
	var all candidates
	for _, v := range c.all {
		if v.flows() && !v.gone && v.blocks() {
			all = append(all, candidate{v, v.outs})
		}
	}
	heap.Init(&all)
	return &all
}

func (c candidates) Len() int { return len(c) }

func (c candidates) Less(i, j int) bool {
	if c[i].outs != c[j].outs {
		return c[i].outs > c[j].outs
	}
	return c[i].at < c[j].at
}

func (c candidates) Swap(i, j int) { c[i], c[j] = c[j], c[i] }

func (c *candidates) Push(x any) { *c = append(*c, x.(candidate)) }

func (c *candidates) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

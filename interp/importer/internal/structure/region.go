package structure

import (
	"container/heap"
	"slices"
)

// A region is a part of a graph with one entrance and one exit whose branches cannot be found without
// names. Its names are known in it alone, so that it can stand in a branch:
//
//	add { | id | conv1: conv(64, 1x1) as x -> … add { | @x | … } }
type region struct {
	entrance, exit *vertex
	merges         []*vertex // that wait
	named          []*vertex
}

// regions are those of the merges that wait, each after those within it.
func (c *core) regions() []*region {
	at := map[[2]int]*region{}
	var all []*region
	for _, m := range c.all {
		if !m.merge || m.node == nil {
			continue
		}
		entrance, exit, ok := c.dominance.region(m.node.ID)
		if !ok || c.vertexOf[entrance] == nil || c.vertexOf[exit] == nil {
			continue
		}
		r := at[[2]int{entrance, exit}]
		if r == nil {
			r = &region{entrance: c.vertexOf[entrance], exit: c.vertexOf[exit]}
			at[[2]int{entrance, exit}] = r
			all = append(all, r)
		}
		r.merges = append(r.merges, m)
	}
	span := func(r *region) int { return r.exit.at - r.entrance.at }
	slices.SortStableFunc(all, func(a, b *region) int { return span(a) - span(b) })
	return all
}

// solve finds the branches within a region, and makes it one chain from its entrance to its exit. It is
// false if some are not found.
func (c *core) solve(r *region) bool {
	if !r.entrance.flows() || r.entrance.gone || r.exit.gone {
		return true
	}
	c.region, c.naming = r, true
	r.entrance.entrance = true
	c.release(r.entrance)
	c.drain()
	c.waiting = &candidates{}
	for _, m := range r.merges {
		for v := range m.from {
			heap.Push(c.waiting, candidate{v, v.outs})
		}
	}
	c.nameWaiting()
	c.region, c.naming = nil, false
	if r.exit.merge || slices.ContainsFunc(r.merges, func(m *vertex) bool { return m.merge }) {
		c.name(r.entrance)
		return false
	}
	if all := r.values(); len(all) > 1 {
		c.nest(r, all)
	}
	r.entrance.entrance = false
	c.contract(r.exit)
	c.contract(r.entrance)
	c.drain()
	return true
}

// values are those to which the chains of a region lead.
func (r *region) values() []*vertex {
	all := append(slices.Clip(r.named), r.exit)
	seen := map[*vertex]bool{r.entrance: true}
	for _, v := range all {
		seen[v] = true
	}
	for i := 0; i < len(all); i++ { // what several of these chains begin with needs a name, too
		if from := all[i].in[0].from; from != nil && !from.named && !seen[from] {
			seen[from], from.named = true, true
			all = append(all, from)
		}
	}
	return all
}

// nest makes one step of chains.
func (c *core) nest(r *region, all []*vertex) {
	e := &edge{from: r.entrance, to: r.exit}
	steps := make([]statement, len(all))
	for i, v := range all {
		steps[i] = statement{v, v.in[0]}
		e.depth = max(e.depth, v.in[0].depth)
		v.within = v != r.exit
	}
	e.add(&item{node: r.exit.node, region: steps, reads: outside(steps), source: r.entrance})
	r.exit.in = []*edge{e}
	r.entrance.out, r.entrance.outs = []*edge{e}, 1
}

// outside are the values that chains read and do not make.
func outside(steps []statement) (values []*vertex) {
	reads := map[*vertex]bool{}
	for _, s := range steps {
		valuesOf(s.chain, reads)
	}
	for _, s := range steps {
		delete(reads, s.value)
	}
	for v := range reads {
		values = append(values, v)
	}
	return values
}

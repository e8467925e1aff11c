package structure

import (
	"container/heap"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/tree"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// An emitter writes a core as steps: one chain for each value with a name, in an order in which each
// comes after what it reads, and the chain to the end.
type emitter struct {
	*core
	made  map[*graph.Node]*tree.Step // where values are made
	reads map[*vertex][]*tree.Read
	order []*vertex // those that are read by name
	// dropped are steps that read a value for nothing but the number of its images.
	dropped []*tree.Step
}

func (c *core) emit() (tree.Body, *emitter) {
	w := &emitter{core: c, made: map[*graph.Node]*tree.Step{}, reads: map[*vertex][]*tree.Read{}}
	var all []statement
	for _, v := range append(c.all, c.end) {
		if len(v.in) > 0 && !v.gone && !v.within && (v.named || v == c.end) {
			all = append(all, statement{v, v.in[0]})
		}
	}
	var body tree.Body
	if w.statements(&body, all, c.root); c.root != nil && w.reads[c.root] != nil {
		start := &tree.Step{Do: &tree.Group{}, Node: c.root.node}
		w.made[c.root.node] = start
		body = append(tree.Body{start}, body...)
	}
	return body, w
}

// statements writes chains behind a body, where a value flows, nil for none.
func (w *emitter) statements(body *tree.Body, all []statement, flows *vertex) {
	for _, s := range w.schedule(all, flows) {
		switch {
		case s.chain.from != nil || s.chain.first == nil:
		case flows == nil: // the inputs are a list, of which a learned tensor cannot read how many images there are
			flows = w.all[0]
			w.dropped = append(w.dropped, w.read(body, flows))
		case flows == w.root && w.reads[w.root] == nil: // what is dropped has to have a name
			w.order, w.reads[w.root] = append(w.order, w.root), []*tree.Read{}
		}
		w.chain(body, s.chain, flows)
		flows = s.value
	}
}

// chain writes a chain behind a body, where a value flows.
func (w *emitter) chain(body *tree.Body, e *edge, flows *vertex) {
	if e.from != nil && e.from != flows {
		w.read(body, e.from)
	}
	for it := e.first; it != nil; it = it.next {
		if it.region != nil {
			w.statements(body, it.region, it.source)
			continue
		}
		do := applied(it.node)
		for _, branch := range it.branches {
			var b tree.Body
			w.chain(&b, branch, it.source)
			do.Branches = append(do.Branches, b)
		}
		step := &tree.Step{Do: do, Node: it.node}
		if *body = append(*body, step); it.node != nil {
			w.made[it.node] = step
		}
	}
}

// read takes a value by its name.
func (w *emitter) read(body *tree.Body, v *vertex) *tree.Step {
	if w.reads[v] == nil {
		w.order = append(w.order, v)
	}
	do := &tree.Read{}
	w.reads[v] = append(w.reads[v], do)
	step := &tree.Step{Do: do, Node: v.node}
	*body = append(*body, step)
	return step
}

// applied is an operation with all its arguments; none is the list of the outputs.
func applied(n *graph.Node) *tree.Apply {
	if n == nil {
		return &tree.Apply{Name: "list"}
	}
	do := &tree.Apply{Name: n.Op.Name()}
	for _, a := range graph.Arguments(n.Op) {
		if pad, ok := a.Value.(ops.Padding); ok && pad.Mode == ops.Valid {
			none := dim.Int(0)
			a.Value = ops.Padding{Top: none, Bottom: none, Left: none, Right: none}
		}
		do.Args = append(do.Args, tree.Arg{Name: a.Name, Value: a.Value})
	}
	return do
}

// schedule puts chains into an order in which each comes after those that it reads, and where that is
// possible right after the one that flows into it.
func (w *emitter) schedule(all []statement, flows *vertex) []statement {
	s := &scheduler{chain: map[*vertex]*edge{}, needs: map[*vertex]int{}, readers: map[*vertex][]*vertex{}, done: map[*vertex]bool{}}
	for _, x := range all {
		s.chain[x.value] = x.chain
	}
	for _, x := range all {
		reads := map[*vertex]bool{}
		if valuesOf(x.chain, reads); x.chain.from != nil {
			reads[x.chain.from] = true
		}
		for v := range reads {
			if s.chain[v] != nil {
				s.needs[x.value]++
			}
			s.readers[v] = append(s.readers[v], x.value)
		}
		if s.needs[x.value] == 0 {
			s.ready = append(s.ready, x.value)
		}
	}
	return s.run(flows)
}

// valuesOf collects the values that are read in a chain by name.
func valuesOf(e *edge, reads map[*vertex]bool) {
	if e.from != nil && e.from.named {
		reads[e.from] = true
	}
	for it := e.first; it != nil; it = it.next {
		for _, branch := range it.branches {
			valuesOf(branch, reads)
		}
		for _, v := range it.reads {
			reads[v] = true
		}
	}
}

type scheduler struct {
	chain   map[*vertex]*edge
	needs   map[*vertex]int // how many of its values are not there yet
	readers map[*vertex][]*vertex
	ready   byPlace
	order   []statement
	done    map[*vertex]bool
}

func (s *scheduler) run(current *vertex) []statement {
	heap.Init(&s.ready)
	for {
		next := s.next(current)
		if next == nil {
			return s.order
		}
		s.order, current = append(s.order, statement{next, s.chain[next]}), next
		s.done[next] = true
		for _, reader := range s.readers[next] {
			if s.needs[reader]--; s.needs[reader] == 0 {
				heap.Push(&s.ready, reader)
			}
		}
	}
}

// next is a chain that begins with the current value, or the first of those that can be written.
func (s *scheduler) next(current *vertex) *vertex {
	if current != nil {
		var follows *vertex
		for _, v := range s.readers[current] {
			if !s.done[v] && s.needs[v] == 0 && s.chain[v].from == current && (follows == nil || v.before(follows)) {
				follows = v
			}
		}
		if follows != nil {
			return follows
		}
	}
	for s.ready.Len() > 0 {
		if v := heap.Pop(&s.ready).(*vertex); !s.done[v] {
			return v
		}
	}
	return nil
}

// before reports whether a chain is written before another that begins with the same value: an output,
// to which nothing else is added, or what is earlier in the graph.
func (v *vertex) before(other *vertex) bool {
	if (v.as != "") != (other.as != "") {
		return v.as != ""
	}
	return v.at < other.at
}

// byPlace has the first value of the graph first.
type byPlace []*vertex

func (h byPlace) Len() int           { return len(h) }
func (h byPlace) Less(i, j int) bool { return h[i].at < h[j].at }
func (h byPlace) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byPlace) Push(x any)        { *h = append(*h, x.(*vertex)) }
func (h *byPlace) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

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
	current *vertex                // whose value the next step works on
	made    map[*vertex]*tree.Step // where values with names are made
	reads   map[*vertex][]*tree.Read
	order   []*vertex // in which values with names are made
}

func (c *core) emit() (tree.Body, *emitter) {
	w := &emitter{core: c, current: c.root, made: map[*vertex]*tree.Step{}, reads: map[*vertex][]*tree.Read{}}
	var body tree.Body
	if w.order = w.schedule(); c.root != nil {
		w.order = append([]*vertex{c.root}, w.order...)
	}
	for _, v := range w.order {
		if v == c.root {
			continue
		}
		body = append(body, w.chain(v.in[0], w.current)...)
		if len(body) > 0 && v != c.end {
			w.made[v] = body[len(body)-1]
		}
		w.current = v
	}
	if c.root != nil && w.reads[c.root] != nil {
		start := &tree.Step{Do: &tree.Group{}, Node: c.root.node}
		w.made[c.root] = start
		body = append(tree.Body{start}, body...)
	}
	return body, w
}

// chain writes a chain where a value flows.
func (w *emitter) chain(e *edge, flows *vertex) (body tree.Body) {
	if e.from != nil && e.from != flows {
		body = append(body, w.read(e.from))
	}
	for it := e.first; it != nil; it = it.next {
		do := applied(it.node)
		for _, branch := range it.branches {
			do.Branches = append(do.Branches, w.chain(branch, it.source))
		}
		body = append(body, &tree.Step{Do: do, Node: it.node})
	}
	return body
}

func (w *emitter) read(v *vertex) *tree.Step {
	do := &tree.Read{}
	w.reads[v] = append(w.reads[v], do)
	return &tree.Step{Do: do, Node: v.node}
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

// schedule puts the values with names, and the end, into an order in which each comes after those
// that its chain reads, and where that is possible right after the one that flows into it.
func (w *emitter) schedule() []*vertex {
	s := &scheduler{needs: map[*vertex]int{}, readers: map[*vertex][]*vertex{}}
	for _, v := range append(w.all, w.end) {
		if len(v.in) == 0 || v.gone || !v.named && v != w.end {
			continue
		}
		reads := map[*vertex]bool{}
		w.readsOf(v.in[0], reads)
		for x := range reads {
			if len(x.in) > 0 {
				s.needs[v]++
				s.readers[x] = append(s.readers[x], v)
			}
		}
		if s.needs[v] == 0 {
			s.ready = append(s.ready, v)
		}
	}
	return s.run(w.root)
}

// readsOf collects the values with which a chain begins, and those in it.
func (w *emitter) readsOf(e *edge, reads map[*vertex]bool) {
	if e.from != nil && !e.from.gone {
		reads[e.from] = true
	}
	for it := e.first; it != nil; it = it.next {
		for _, branch := range it.branches {
			w.readsOf(branch, reads)
		}
	}
}

type scheduler struct {
	needs   map[*vertex]int // how many of its values are not there yet
	readers map[*vertex][]*vertex
	ready   byPlace
	order   []*vertex
	done    map[*vertex]bool
}

func (s *scheduler) run(current *vertex) []*vertex {
	heap.Init(&s.ready)
	s.done = map[*vertex]bool{}
	for {
		next := s.next(current)
		if next == nil {
			return s.order
		}
		s.order, current = append(s.order, next), next
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
			if !s.done[v] && s.needs[v] == 0 && v.in[0].from == current && (follows == nil || v.at < follows.at) {
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

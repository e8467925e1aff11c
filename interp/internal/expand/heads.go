package expand

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/calls"
	"cnnlang/lang/parse"
	"cnnlang/ops"
)

// An item of a body is an operation or a side head. With others that have the tensors of an
// operation again, it is what an each applies.
type item struct {
	node  *graph.Node
	again []*graph.Node
	side  *graph.Side
}

// bodies sorts the operations and heads of a graph into the bodies that contain them, in
// the order of the text. A head without operations of its own is placed before the next
// one.
func bodies(g *graph.Graph) map[*graph.Side][]item {
	in := map[*graph.Side][]item{}
	rest := g.Sides
	placed := map[*graph.Side]bool{nil: true}
	place := func() {
		s := rest[0]
		rest, placed[s] = rest[1:], true
		in[s.Outer] = append(in[s.Outer], item{side: s})
	}
	for _, n := range g.Operations() {
		for !placed[n.Side] {
			place()
		}
		in[n.Side] = append(in[n.Side], item{node: n})
	}
	for len(rest) > 0 {
		place()
	}
	return in
}

// repeated are the paths shared by several operations, as empty labels make them. The net's
// own path needs no care: it is written as the empty label.
func repeated(g *graph.Graph) map[string]bool {
	seen, twice := map[string]bool{"": true}, map[string]bool{}
	for _, n := range g.Operations() {
		if n.Path != "" && n.Shared == "" && seen[n.Path] {
			twice[n.Path] = true
		}
		seen[n.Path] = true
	}
	return twice
}

// lastOf is the index of the last item in a list for each shared path.
func (w *writer) lastOf(list []item) map[string]int {
	last := map[string]int{}
	for i := 0; i < len(list) && len(w.repeated) > 0; i++ {
		for p := range w.pathsOf(list[i]) {
			if w.repeated[p] && p != w.prefix {
				last[p] = i
			}
		}
	}
	return last
}

// together returns the path of the group that has to begin with an item, and where it ends:
// the shortest path that occurs again, with everything below it.
func (w *writer) together(last map[string]int, first item) (path string, end int) {
	if len(last) == 0 {
		return "", -1
	}
	end = -1
	for p := range w.pathsOf(first) {
		if _, again := last[p]; again && (end < 0 || len(p) < len(path)) {
			path, end = p, last[p]
		}
	}
	for p, i := range last {
		if end >= 0 && strings.HasPrefix(p, path+".") {
			end = max(end, i)
		}
	}
	return path, end
}

// splitHeads takes the heads out of a list that cannot be in a group of this path. They have no
// operations, so any place will do for them.
func splitHeads(list []item, path string) (before, inside, after []item) {
	first := slices.IndexFunc(list, func(it item) bool { return it.node != nil })
	for _, it := range list {
		s := it.side
		switch {
		case s == nil || s.Output == nil || isWord(s.Name) || under(s.Name, path):
			inside = append(inside, it)
		case first < 0 || s.Output.ID < list[first].node.ID:
			before = append(before, it)
		default:
			after = append(after, it)
		}
	}
	return before, inside, after
}

// under reports whether a path is a group's own or that of a step in it.
func under(path, group string) bool {
	return path == group || strings.HasPrefix(path, group+".")
}

// pathsOf are the paths of an operation, or of all operations in a head.
func (w *writer) pathsOf(it item) map[string]bool {
	paths := map[string]bool{}
	w.nodesOf(it, func(n *graph.Node) { paths[w.pathOf(n)] = true })
	return paths
}

// nodesOf calls f for an operation, or for all operations in a head.
func (w *writer) nodesOf(it item, f func(*graph.Node)) {
	if it.node != nil {
		f(it.node)
	}
	if it.side != nil {
		for _, inner := range w.bodies[it.side] {
			w.nodesOf(inner, f)
		}
	}
}

// name finds the values that need a name: those read by anything but the next line, and
// those never read.
func (w *writer) name() {
	read := map[*graph.Node]bool{}
	last := map[*graph.Side]*graph.Node{nil: begins(w.graph)}
	w.walk(nil, func(it item) {
		n := it.node
		before, begun := last[n.Side]
		for _, in := range w.reads(it) {
			read[in] = true
			if it.again != nil || w.merges(n) || !begun || before != in {
				w.named[in] = true
			}
		}
		last[n.Side] = n
		for _, one := range append(slices.Clip(it.again), n) {
			w.named[one] = w.named[one] || it.again != nil
		}
		if w.isHead(n) {
			w.named[last[n.Side.Outer]] = true // the head may read another value, which is the current one then
		}
	})
	for _, s := range w.graph.Sides {
		if s.Output != nil {
			read[s.Output] = true
			if s.Output != last[s] {
				w.named[s.Output] = true
			}
		}
	}
	for _, o := range w.graph.Outputs {
		read[o.Node] = true
		w.named[o.Node] = w.named[o.Node] || lists(w.graph) || o.Node != last[nil]
	}
	for _, n := range w.graph.Operations() {
		if !read[n] {
			w.named[n] = true
		}
	}
}

// walk calls f for the operations of a body, and of the heads in it, in the order of the text.
func (w *writer) walk(body *graph.Side, f func(item)) {
	for _, it := range w.bodies[body] {
		if it.side != nil {
			w.walk(it.side, f)
		} else {
			f(it)
		}
	}
}

// isHead reports whether an operation with tensors is a side head by itself, whose name can only
// be its label.
func (w *writer) isHead(n *graph.Node) bool {
	return n.Side != nil && n.Path == n.Side.Name && len(n.Params) > 0 && !isWord(n.Path)
}

// reads are the values that an operation works on.
func reads(n *graph.Node) []*graph.Node {
	if _, learned := n.Op.(*ops.Learned); learned {
		return nil // but the number of images
	}
	return n.In
}

func (w *writer) tap(n *graph.Node) string {
	if name := named(w.graph, n); name != "" {
		return name
	}
	return fmt.Sprint(w.letter, n.ID)
}

// letterFor is the beginning of the names of values, chosen so that none is the name of a
// side head or of an input.
func letterFor(g *graph.Graph) string {
	letter := "t"
	for slices.ContainsFunc(g.Sides, func(s *graph.Side) bool { return strings.HasPrefix(s.Name, letter) }) ||
		slices.ContainsFunc(g.Inputs, func(n *graph.Node) bool { return strings.HasPrefix(n.Path, letter) }) {
		letter += "_"
	}
	return letter
}

var word = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// isWord reports whether a name can follow `as`.
func isWord(name string) bool {
	return word.MatchString(name) && !slices.Contains(parse.Keywords, name)
}

// side writes a side head. One whose name is a word has the empty label, so that its steps
// keep their paths, and its name after `as`. Any other name, such as g.aux, was made of
// labels and has to be a label again, which then begins the paths of its steps:
//
//	side "g.aux": { "fc": linear(10) }
//
// A head that is one operation with tensors is written without braces. Only the steps in
// branches have paths that do not begin with the combinator's.
func (w *writer) side(s *graph.Side) {
	if s.Output == nil {
		w.line("# The side head %s does not fit this input.", calls.Quoted(s.Name))
		return
	}
	body := w.bodies[s]
	if len(body) == 1 && body[0].node != nil && w.isHead(body[0].node) {
		n := body[0].node
		for _, in := range reads(n) {
			w.goTo(in)
		}
		w.line("side %s: %s%s", w.label(s.Name), calls.Of(n.Op), w.stated(n))
		return
	}
	outside, outer := w.current, w.prefix
	w.current = nil // every input is read by name
	switch {
	case isWord(s.Name):
		w.line(`side "": {`)
		w.items(body)
		w.goTo(s.Output)
		w.line("} as %s", s.Name)
	case w.branched(s):
		merge := s.Output
		branches := slices.DeleteFunc(slices.Clone(body), func(it item) bool { return it.node == merge })
		w.line("side %s: %s {", w.label(s.Name), calls.Of(merge.Op))
		for i, in := range merge.In {
			w.line("|")
			if w.current = nil; i == 0 {
				w.items(branches)
			}
			w.goTo(in)
		}
		w.line("}%s", w.stated(merge))
	default:
		w.line("side %s: {", w.label(s.Name))
		w.prefix = s.Name
		w.items(body)
		w.goTo(s.Output)
		w.line("}")
	}
	w.current, w.prefix = outside, outer
}

// branched reports whether a head is one combinator whose branches hold steps of other
// paths.
func (w *writer) branched(s *graph.Side) (is bool) {
	w.nodesOf(item{side: s}, func(n *graph.Node) {
		is = is || !w.needsNone(n) && !under(w.pathOf(n), s.Name)
	})
	return is
}

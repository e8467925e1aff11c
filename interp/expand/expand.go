// Package expand writes a graph as a .cnn text of one net in which nothing is
// left to work out: one operation per line, its arguments as numbers, its label
// the whole path of its weights, its shape stated. Read back, the text gives the
// same graph.
//
// Where a value goes to another place than the next line it gets a name, t and the
// number of its node, and is read from there by @.
package expand

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/elab"
	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
	"cnnlang/lang/format"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// Text writes a net's graph. prelude tells which arguments have defaults.
func Text(r *elab.Result, prelude *resolve.Module) string {
	g := r.Graph
	w := &writer{graph: g, defaults: map[string]*ast.Block{}, named: map[*graph.Node]bool{}, letter: letterFor(g.Sides), done: map[*graph.Side]bool{}}
	for _, o := range prelude.Blocks() {
		w.defaults[o.Name] = o.Block
	}
	w.name()
	w.line("# %s for an input of %v: every operation on a line of its own.", g.Name, g.Input.Shape)
	w.line("net %s [%s] -> [%s] {", g.Name, sizes(g.Input), sizes(g.Output))
	w.meta(r.Meta)
	w.current = g.Input
	if w.named[g.Input] {
		w.line("{} as %s", w.tap(g.Input))
	}
	w.nodes(nil)
	for _, s := range g.Sides {
		w.side(s) // one without an operation of its own
	}
	w.goTo(g.Output)
	w.facts(r)
	w.line("}")
	return format.Format(source.NewFile(g.Name, w.text.String()))
}

type writer struct {
	graph    *graph.Graph
	defaults map[string]*ast.Block // the primitives
	named    map[*graph.Node]bool
	done     map[*graph.Side]bool
	current  *graph.Node // whose value the next line gets
	letter   string
	text     strings.Builder
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.text, format+"\n", args...)
}

// nodes writes the operations of the main path or of a side head, and side heads
// where they branch off.
func (w *writer) nodes(side *graph.Side) {
	for _, n := range w.graph.Nodes {
		switch {
		case n.Op == nil:
		case n.Side == side:
			w.node(n)
		case side == nil:
			w.side(n.Side)
		}
	}
}

// name finds the values that anything but the line after them reads, or nothing at
// all: a value that is left for another must have a name.
func (w *writer) name() {
	read := map[*graph.Node]bool{w.graph.Output: true}
	last := map[*graph.Side]*graph.Node{nil: w.graph.Input}
	for _, n := range w.graph.Nodes {
		if n.Op == nil {
			continue
		}
		before, begun := last[n.Side]
		for _, in := range n.In {
			read[in] = true
			if w.merges(n) || !begun || before != in {
				w.named[in] = true
			}
		}
		last[n.Side] = n
	}
	for _, s := range w.graph.Sides {
		if s.Output != nil {
			read[s.Output] = true
			if s.Output != last[s] {
				w.named[s.Output] = true
			}
		}
	}
	if w.graph.Output != last[nil] {
		w.named[w.graph.Output] = true
	}
	for _, n := range w.graph.Nodes {
		if !read[n] && n.Op != nil {
			w.named[n] = true
		}
	}
}

func (w *writer) tap(n *graph.Node) string { return fmt.Sprint(w.letter, n.ID) }

// letterFor is what the names of values begin with, so that none is that of a side
// head.
func letterFor(sides []*graph.Side) string {
	letter := "t"
	for slices.ContainsFunc(sides, func(s *graph.Side) bool { return strings.HasPrefix(s.Name, letter) }) {
		letter += "_"
	}
	return letter
}

// goTo makes the value of a node the one that the next step gets.
func (w *writer) goTo(n *graph.Node) {
	if w.current != n {
		w.line("@%s", w.tap(n))
		w.current = n
	}
}

func (w *writer) node(n *graph.Node) {
	call := w.call(n.Op)
	if !w.merges(n) {
		w.goTo(n.In[0])
	} else {
		call += " {"
		for _, in := range n.In {
			call += " | @" + w.tap(in)
		}
		call += " }"
	}
	after := ""
	if w.named[n] {
		after = " as " + w.tap(n)
	}
	w.line("%s: %s%s is [%s]", quoted(n.Path), call, after, sizes(n))
	w.current = n
}

// merges reports whether an operation takes branches, be it only one.
func (w *writer) merges(n *graph.Node) bool {
	b := w.defaults[n.Op.Name()]
	return b != nil && b.Params != nil && b.Params.List[0].Type != nil && b.Params.List[0].Type.Name == "branches"
}

// side writes a side head once, under the empty label, so that its steps keep
// their paths.
func (w *writer) side(s *graph.Side) {
	switch {
	case w.done[s]:
		return
	case s.Output == nil:
		w.done[s] = true
		w.line("# The side head %s does not fit this input.", s.Name)
		return
	}
	w.done[s] = true
	before := w.current
	w.line(`side "": {`)
	w.current = nil // every input is read by name
	w.nodes(s)
	w.goTo(s.Output)
	w.line("} as %s", s.Name)
	w.current = before
}

// sizes writes a shape; the batch is N, whatever it is.
func sizes(n *graph.Node) string {
	text := "N"
	for _, d := range n.Shape[1:] {
		text += fmt.Sprint(", ", d)
	}
	return text
}

// quoted writes a string literal.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `{`, `\{`, `"`, `\"`).Replace(text) + `"`
}

// facts are the sums, which the text then is held to.
func (w *writer) facts(r *elab.Result) {
	fact := func(name string, n dim.Size) {
		if whole, ok := n.Int(); ok {
			w.line("expect %s == %d", name, whole)
		}
	}
	fact("params", r.Main.Params)
	fact("macs", r.Main.MACs)
	if len(r.Graph.Sides) > 0 {
		fact("params_side", r.Sides.Params)
		fact("macs_side", r.Sides.MACs)
	}
}

// Package expand writes a graph as a .cnn text of one net with nothing left to evaluate:
// one operation per line, its arguments as numbers, its label the whole path of its
// weights, its shape stated. Read back, the text gives the same graph; operations that share their
// tensors are put together (each.go).
//
// A value that is not only read by the next line gets a name, t and the number of its node,
// and is read from there by @.
package expand

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/calls"
	"cnnlang/interp/internal/elab"
	"cnnlang/lang/format"
	"cnnlang/lang/parse"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

// A LimitError says that the text of a net would be longer, or nested deeper, than
// a file may be.
type LimitError struct{ Net, Problem string }

func (e *LimitError) Error() string {
	return fmt.Sprintf("expand: %s cannot be written with every operation on a line of its own: %s", e.Net, e.Problem)
}

// Text writes a net's graph. prelude says which arguments have defaults. Shapes are left
// out if the text would be too long with them; if it is too long even so, the error is a
// *LimitError.
func Text(r *elab.Result, prelude *resolve.Module) (string, error) {
	return textWith(r, prelude, func(w *writer) { w.meta(metaOf(r), r.Graph.Input().Shape) })
}

// Imported is Text of a graph that does not come from a text, with lines that stand in its meta.
func Imported(g *graph.Graph, meta []string, prelude *resolve.Module) (string, error) {
	r := &elab.Result{Graph: g}
	r.Main, r.Sides = g.Totals()
	return textWith(r, prelude, func(w *writer) {
		if len(meta) > 0 {
			w.line("meta {\n%s\n}", strings.Join(meta, "\n"))
		}
	})
}

func textWith(r *elab.Result, prelude *resolve.Module, meta func(*writer)) (string, error) {
	var problem string
	for _, shapes := range []bool{true, false} {
		w, err := newWriter(r, prelude)
		if err != nil {
			return "", err
		}
		w.shapes = shapes
		text := format.Format(source.NewFile(r.Graph.Name, w.net(r, meta)))
		if problem = beyondLimits(text); problem == "" {
			return text, nil
		}
	}
	return "", &LimitError{r.Graph.Name, problem}
}

// beyondLimits is the file limit that a text exceeds, "" for none.
func beyondLimits(text string) string {
	_, list := parse.File(source.NewFile("", text))
	for _, d := range list {
		if d.Code.IsLimit() {
			return d.Message
		}
	}
	return ""
}

type writer struct {
	graph      *graph.Graph
	primitives map[string]*resolve.Object
	named      map[*graph.Node]bool
	bodies     map[*graph.Side][]item // the contents of each head, and of the net under nil
	repeated   map[string]bool        // paths shared by several operations
	alike      map[string]int         // how many in an each have a path
	current    *graph.Node            // whose value the next line reads
	prefix     string                 // of the labels: the path of the open groups
	letter     string
	shapes     bool // whether to state them
	text       strings.Builder
}

func newWriter(r *elab.Result, prelude *resolve.Module) (*writer, error) {
	g := r.Graph
	w := &writer{graph: g, primitives: map[string]*resolve.Object{}, named: map[*graph.Node]bool{},
		bodies: bodies(g), repeated: repeated(g), alike: map[string]int{}, letter: letterFor(g)}
	for _, o := range prelude.Blocks() {
		w.primitives[o.Name] = o
	}
	if err := w.share(); err != nil {
		return nil, err
	}
	w.name()
	return w, nil
}

// net writes the text, in which meta writes its meta.
func (w *writer) net(r *elab.Result, meta func(*writer)) string {
	g := w.graph
	name := g.Name
	if slices.ContainsFunc(g.Operations(), func(n *graph.Node) bool { return n.Op.Name() == name }) {
		name += "_net" // or it would apply itself
	}
	what := "an input"
	if len(g.Inputs) > 1 {
		what = "inputs"
	}
	w.line("# %s for %s of %s: every operation on a line of its own.", g.Name, what, g.InputText())
	w.line("net %s %s {", name, w.signature())
	meta(w)
	for _, recipe := range r.Recipes {
		w.text.WriteString(recipe.TextOf(recipe.Keys))
	}
	for _, m := range r.Names {
		w.names(m)
	}
	w.current = begins(g)
	if w.current != nil && w.named[w.current] && named(g, w.current) == "" {
		w.line("{} as %s", w.tap(w.current))
	}
	w.items(w.bodies[nil])
	w.give()
	w.facts(r)
	w.line("}")
	return w.text.String()
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.text, format+"\n", args...)
}

// goTo makes the value of a node the input of the next step.
func (w *writer) goTo(n *graph.Node) {
	if w.current != n {
		w.line("@%s", w.tap(n))
		w.current = n
	}
}

// items writes a part of a body. Operations that share a path are written with an empty
// label in a group of that path, together with everything between them: two equal labels
// would be a mistake.
func (w *writer) items(list []item) {
	last := w.lastOf(list)
	for i := 0; i < len(list); i++ {
		if path, end := w.together(last, list[i]); end > i {
			before, inside, after := splitHeads(list[i:end+1], path)
			w.items(before)
			w.group(path, inside)
			w.items(after)
			i = end
			continue
		}
		switch it := list[i]; {
		case it.side != nil:
			w.side(it.side)
		case it.again != nil:
			w.each(it)
		default:
			w.node(it.node)
		}
	}
}

func (w *writer) group(path string, list []item) {
	outer := w.prefix
	w.line("%s: {", w.label(path))
	w.prefix = path
	w.items(list)
	w.prefix = outer
	w.line("}")
}

func (w *writer) node(n *graph.Node) {
	branches := ""
	switch {
	case len(reads(n)) == 0:
	case !w.merges(n):
		w.goTo(n.In[0])
	default:
		var b strings.Builder
		for _, in := range n.In {
			b.WriteString(" | @" + w.tap(in))
		}
		branches = " {" + b.String() + " }"
	}
	w.line("%s: %s%s%s", w.label(w.pathOf(n)), calls.Of(n.Op), branches, w.claims(n))
	w.current = n
}

// claims are the name of a value and its shape.
func (w *writer) claims(n *graph.Node) string {
	if w.named[n] {
		return " as " + w.tap(n) + w.stated(n)
	}
	return w.stated(n)
}

func (w *writer) stated(n *graph.Node) string {
	if !w.shapes {
		return ""
	}
	return " is [" + w.sizes(n) + "]"
}

// merges reports whether an operation takes branches, even if only one.
func (w *writer) merges(n *graph.Node) bool {
	o := w.primitives[n.Op.Name()]
	return o != nil && o.IsCombinator()
}

// sizes writes a shape; the batch is N, whatever its size.
func (w *writer) sizes(n *graph.Node) string {
	text := "N"
	for _, d := range n.Shape[1:] {
		text += fmt.Sprint(", ", d)
	}
	return text
}

// label is the label that gives a step its path where it is written.
func (w *writer) label(path string) string {
	switch {
	case path == w.prefix:
		return `""`
	case w.prefix != "":
		path = strings.TrimPrefix(path, w.prefix+".")
	}
	return calls.Quoted(path)
}

// facts writes the totals as expectations, so that they are checked when the text is read.
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

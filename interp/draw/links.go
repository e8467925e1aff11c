package draw

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"strings"

	"cnnlang/interp/graph"
)

// A linker writes a diagram for a program that lays it out itself: boxes, what leads from which
// to which, and the frames around them.
type linker struct {
	*bufio.Writer
	ids    map[*Item]int
	indent string
	links  []string
	syntax
	arcs map[*Item]*Item // from a tap to the item that makes its value
	heat *Heat
	most float64 // the greatest cost of a box
	of   int     // how many copies the frame around stands for
}

// A syntax is how such a program is told about boxes, links and frames.
type syntax struct {
	box, paint, link, open, end string
	quote                       func(string) string
}

var (
	dotQuotes     = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	mermaidQuotes = strings.NewReplacer("&", "#amp;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "#", "#35;")
)

// DOT writes the diagram for Graphviz.
func (d *Diagram) DOT(w io.Writer) error {
	l := newLinker(w, d, syntax{
		box: "n%d [label=%s];", paint: "n%d [fillcolor=\"%s\"];", link: "n%d -> n%d;", open: "subgraph cluster%d { label=%s;", end: "}",
		quote: func(s string) string {
			return `"` + dotQuotes.Replace(s) + `"`
		},
	})
	fmt.Fprintf(l, "digraph %s {\n  node [shape=box, style=filled, fontcolor=\"%s\"];\n", l.quote(d.Title), ink.hex())
	l.all(d)
	fmt.Fprintln(l, "}")
	return l.Flush()
}

// Mermaid writes the diagram as a Mermaid flowchart.
func (d *Diagram) Mermaid(w io.Writer) error {
	l := newLinker(w, d, syntax{
		box: "n%d[%s]", paint: "style n%d fill:%s,color:" + ink.hex(), link: "n%d --> n%d", open: "subgraph f%d [%s]", end: "end",
		quote: func(s string) string {
			return `"` + mermaidQuotes.Replace(s) + `"`
		},
	})
	fmt.Fprintln(l, "flowchart TB")
	l.all(d)
	return l.Flush()
}

func newLinker(w io.Writer, d *Diagram, s syntax) *linker {
	l := &linker{Writer: bufio.NewWriter(w), ids: map[*Item]int{}, indent: "  ", syntax: s, arcs: map[*Item]*Item{}, heat: d.heat, of: 1}
	if d.heat != nil {
		l.most = d.heat.most(d.Items)
	}
	makes := map[*graph.Node]*Item{}
	type named struct {
		last *graph.Node
		text string
	}
	lists := map[named]*Item{}
	each(d.Items, func(i *Item) {
		if i.last != nil {
			lists[named{i.last, i.Text}] = i
		}
		if i.isDrawn() && i.Kind != Tap && i.Kind != Output && i.value != nil {
			makes[i.value] = i
		}
	})
	closed := map[string]*Item{} // what is in a box that stands for a frame
	each(d.Items, func(i *Item) {
		for _, path := range i.Nodes {
			if i.Kind == Closed {
				closed[path] = i
			}
		}
	})
	for value, i := range d.makers() { // what ends with a value that it only passes on
		if makes[value] == nil {
			makes[value] = i
		}
	}
	each(d.Items, func(i *Item) {
		l.ids[i] = len(l.ids)
		if i.Kind != Tap {
			return
		}
		if maker := cmp.Or(lists[named{i.from, "list " + strings.TrimPrefix(i.Text, "@")}], makes[i.from], closed[i.from.Path]); maker != nil {
			l.arcs[i] = maker
		}
	})
	return l
}

func (l *linker) all(d *Diagram) {
	l.series(d.Items, nil)
	for _, link := range l.links {
		fmt.Fprintf(l, "  %s\n", link)
	}
}

// series writes items that take the values of some items, and returns what its value comes from.
func (l *linker) series(items []*Item, from []*Item) []*Item {
	for _, i := range items {
		switch i.Kind {
		case Head:
			l.within(i, from)
		case Frame:
			from = l.within(i, from)
		case Tap:
			if maker := l.arcs[i]; maker != nil {
				from = lastOf(maker)
				continue
			}
			from = l.put(i, nil)
		case Circle, Bar:
			var ends []*Item
			for _, b := range i.Branches {
				ends = append(ends, l.series(b, from)...)
			}
			from = l.put(i, ends)
		default:
			from = l.put(i, from)
		}
	}
	return from
}

// lastOf is what the value of an item comes from.
func lastOf(i *Item) []*Item {
	if i.Kind == Frame {
		if in := lastBox(i.Items); in != nil {
			return []*Item{in}
		}
	}
	return []*Item{i}
}

// within writes a frame around its items.
func (l *linker) within(i *Item, from []*Item) []*Item {
	text, around := l.text(i, ""), l.of
	fmt.Fprintf(l, "%s%s\n", l.indent, fmt.Sprintf(l.open, l.ids[i], l.quote(text)))
	l.indent, l.of = l.indent+"  ", i.Count
	end := l.series(i.Items, from)
	l.indent, l.of = l.indent[2:], around
	fmt.Fprintf(l, "%s%s\n", l.indent, l.end)
	return end
}

// text is what stands in an item or above it, with how often one of the frames around has it.
func (l *linker) text(i *Item, marks string) string {
	text := i.title() + marks
	if n := i.copies(i.Count / max(l.of, 1)); n != "" {
		text += " " + n
	}
	return text
}

// fill is the colour of a box, as in the light SVG: that of its kind, or of its cost.
func (l *linker) fill(i *Item) colour {
	switch {
	case l.heat == nil:
		return styled(i.Kind.String())
	case l.most == 0:
		return styled("paper")
	}
	return styled("paper").towards(styled("heat"), math.Sqrt(l.heat.of(i)/l.most))
}

// put writes a box and what leads to it.
func (l *linker) put(i *Item, from []*Item) []*Item {
	fmt.Fprintf(l, "%s%s\n", l.indent, fmt.Sprintf(l.box, l.ids[i], l.quote(l.text(i, i.marks()))))
	l.links = append(l.links, fmt.Sprintf(l.paint, l.ids[i], l.fill(i).hex()))
	for _, f := range from {
		l.links = append(l.links, fmt.Sprintf(l.link, l.ids[f], l.ids[i]))
	}
	return []*Item{i}
}

// Package draw makes pictures of networks, from the structure that their text has:
//
//	outline (graph.Part) ──items──▶ items ──fold, close──▶ items ──layout──▶ places ──▶ SVG
//	                                                          └──────────────────▶ DOT, Mermaid
//
// A series goes downwards, the branches of a merge lie side by side, an empty branch is an arc on
// the right; blocks are frames, and equal neighbours are drawn once with their number. The
// layout is a recursion over this tree, so its time is linear and a picture stays as
// symmetrical as its text.
package draw

import (
	"cmp"
	"fmt"
	"slices"

	"cnnlang/interp/graph"
)

// All opens every frame, FitPage as many as a page has room for.
const (
	All     = -1
	FitPage = -2
	// Told opens those in which something differs, for Options.Marks.
	Told = -3
)

// Options say what is drawn.
type Options struct {
	// Depth is how many frames within one another are opened: with 0 a stage is a box, with 1
	// the blocks in it are.
	Depth int
	// Steps draws every operation as a box of its own. Otherwise a convolution has its
	// normalisation and its activation with it.
	Steps bool
	// Heat colours boxes by a cost, nil by their kind.
	Heat *Heat
	// Costs are those that a page offers besides parameters and MACs.
	Costs []*Heat
	// Marks say how the network differs from another, nil for none.
	Marks Marks
}

// A Diagram is a network ready to be drawn.
type Diagram struct {
	Title string
	Items []*Item // a series, from the input to the output
	Depth int     // that of Options, or what fits a page
	heat  *Heat
	deep  int // the depth at which every frame is open
}

// Of makes the diagram of a graph with this outline.
func Of(g *graph.Graph, outline []*graph.Part, opts Options) *Diagram {
	if opts.Depth == FitPage {
		return fitted(g, outline, opts)
	}
	d := &Diagram{Title: g.Name, Depth: opts.Depth, heat: opts.Heat}
	b := &builder{steps: opts.Steps, marks: opts.Marks}
	items := append([]*Item{inputs(g)}, b.series(outline, "")...)
	items = append(items, outputs(g))
	d.deep = nesting(items)
	if opts.Marks != nil {
		each(items, func(i *Item) { i.marked = true })
	}
	d.Items = closed(fold(items), opts.Depth)
	showShapes(d.Items, nil, true)
	return d
}

// inputs is the box of the input, of several a list of boxes with their names.
func inputs(g *graph.Graph) *Item {
	all := &Item{Kind: Bar, Text: "inputs", Path: "inputs", Count: 1, list: true}
	for _, n := range g.Inputs {
		i := &Item{Kind: Input, Text: cmp.Or(n.Path, "input"), Path: n.Path, Nodes: []string{idOf(g, n)}, Count: 1, shape: n.Dims(), value: n}
		if len(g.Inputs) == 1 {
			return i
		}
		i.Text = n.Path + ", " + graph.SizesOf(n.Dims())
		all.Branches = append(all.Branches, []*Item{i})
	}
	return all
}

// idOf tells a node from all others: its path but for an input that is called as a step.
func idOf(g *graph.Graph, n *graph.Node) string {
	named := func(other *graph.Node) bool { return other != n && other.Path == n.Path }
	if slices.Contains(g.Inputs, n) && slices.ContainsFunc(g.Nodes, named) {
		return n.Path + ", given"
	}
	return n.Path
}

// outputs is the box of the output, of several a list of boxes with their names.
func outputs(g *graph.Graph) *Item {
	all := &Item{Kind: Bar, Text: "outputs", Path: "outputs", Count: 1, list: true}
	for _, o := range g.Outputs {
		i := &Item{Kind: Output, Text: "output, " + graph.SizesOf(o.Node.Dims()), Path: "output", Count: 1, shape: o.Node.Dims(), value: o.Node}
		if len(g.Outputs) == 1 {
			return i
		}
		i.Text, i.Path = o.Name+", "+graph.SizesOf(o.Node.Dims()), o.Name
		all.Branches = append(all.Branches, []*Item{i})
	}
	return all
}

// fitted makes the diagram at the largest depth at which it fits a page of A4 with texts that can be
// read; at depth 0 where it fits at none.
func fitted(g *graph.Graph, outline []*graph.Part, opts Options) *Diagram {
	opts.Depth = All
	d := Of(g, outline, opts)
	for depth := d.deep; ; depth-- {
		if depth <= 0 || d.scene().printing() != "" {
			return d
		}
		opts.Depth = depth - 1
		d = Of(g, outline, opts)
	}
}

// A page of A4 has 523 x 770 points inside its margins; letters of 12 pixels are then 5 points
// high at least.
const pageWidth, pageHeight = 523 * 12 / 5, 770 * 12 / 5

// printing is the style by which a picture that fits a page is printed on one.
func (s *scene) printing() string {
	if s.width > pageWidth || s.height > pageHeight {
		return ""
	}
	return "@media print{svg:root{max-width:100vw;max-height:100vh}}\n"
}

// nesting is how many frames there are around one another, but for those around stages.
func nesting(items []*Item) (most int) {
	for _, i := range items {
		inner := nesting(i.Items)
		if i.Kind == Frame && !i.hasStage() && !i.Optional && i.Times == "" {
			inner++
		}
		for _, b := range i.Branches {
			inner = max(inner, nesting(b))
		}
		most = max(most, inner)
	}
	return most
}

// heading is the first line of a picture.
func (d *Diagram) heading() string {
	in, out := d.Items[0], d.Items[len(d.Items)-1]
	return fmt.Sprintf("%s  %s → %s", cut(d.Title, leastTitle), in.ends(), out.ends())
}

// ends is the shape of an input or an output, or of several how many they are.
func (i *Item) ends() string {
	if i.list {
		return fmt.Sprintf("%d %s", len(i.Branches), i.Text)
	}
	return graph.SizesOf(i.shape)
}

// footer is the last line of a picture in which frames are closed, "" where none is.
func (d *Diagram) footer() string {
	if d.Depth < 0 || d.Depth >= d.deep {
		return ""
	}
	return fmt.Sprintf("depth %d of %d; --depth all opens every frame", d.Depth, d.deep)
}

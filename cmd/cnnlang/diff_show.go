package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/compare"
)

// showDiff writes differences for people.
func (a *app) showDiff(ctx context.Context, d *netDiffs, f diffFormat) error {
	for i, p := range d.pairs {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		if err := a.showPair(ctx, p, f); err != nil {
			return err
		}
	}
	mark := ""
	if f.name == "md" && len(d.gone)+len(d.added) > 0 {
		mark = "- "
		if len(d.pairs) > 0 {
			fmt.Fprintln(a.stdout)
		}
	}
	for _, n := range d.gone {
		fmt.Fprintln(a.stdout, mark+"- "+netAlone(n))
	}
	for _, n := range d.added {
		fmt.Fprintln(a.stdout, mark+"+ "+netAlone(n))
	}
	return nil
}

// netAlone says what a net is that only one side has.
func netAlone(n *interp.Net) string {
	t := n.Main.Add(n.Sides)
	return fmt.Sprintf("net %s, %s → %s, %s parameters, %s MACs", n.Name, n.Graph.InputText(), n.Graph.OutputText(), grouped(t.Params), grouped(t.MACs))
}

func (a *app) showPair(ctx context.Context, p *netDiff, f diffFormat) error {
	title := p.title()
	if f.name == "md" {
		title = "## " + title
	}
	if p.Empty() {
		but := ""
		if f.texts {
			but = " but in the text"
		}
		trained := trainingChange(p.a, p.b).lines()
		if len(trained) > 0 {
			but = " but in how it is trained"
		}
		fmt.Fprintf(a.stdout, "%s: no difference%s\n", title, but)
		for _, line := range trained {
			fmt.Fprintln(a.stdout, f.note(visibleName(line)))
		}
		return nil
	}
	notes, err := diffNotes(ctx, p)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, title)
	fmt.Fprintln(a.stdout)
	format, indent := f.table()
	g := grid{columns: changeColumns}
	for _, r := range diffRows(p.Changes, f.all) {
		g.rows = append(g.rows, append([]any{strings.Repeat(indent, r.deep) + r.sign() + r.words}, r.gains()...))
	}
	g.totals = [][]any{totalCells("was", p.A), totalCells("is", p.B)}
	if err := a.grid(g, format); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout)
	for _, line := range notes {
		fmt.Fprintln(a.stdout, f.note(visibleName(line)))
	}
	return nil
}

// title is what a pair is called.
func (p *netDiff) title() string {
	if p.A.Graph.Name == p.B.Graph.Name {
		return p.A.Graph.Name
	}
	return p.A.Graph.Name + " → " + p.B.Graph.Name
}

// diffNotes says what differs of the whole: shapes, the memory of a run, which weights load, and how it is trained.
func diffNotes(ctx context.Context, p *netDiff) ([]string, error) {
	before, after, err := p.memory(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Concat(shapesOf(p.Diff), memoryChange(before, after), weightsOf(p.Diff), trainingChange(p.a, p.b).lines()), nil
}

// memoryChange says how the memory of a run changes, and which parts of it.
func memoryChange(before, after *memoryEntry) []string {
	change := func(x, y int64) string {
		if x == y {
			return interp.Bytes(x)
		}
		return interp.Bytes(x) + " → " + interp.Bytes(y)
	}
	return []string{fmt.Sprintf("memory of a run: %s; packed weights %s, activations %s, scratch %s", change(before.Total, after.Total),
		change(before.Weights, after.Weights), change(before.Activations, after.Activations), change(before.Scratch, after.Scratch))}
}

// shapesOf says which shapes and names of the whole changed.
func shapesOf(p *compare.Diff) (lines []string) {
	for _, e := range p.Ends() {
		if e.A != e.B {
			lines = append(lines, fmt.Sprintf("%s %s → %s", e.What, e.A, e.B))
		}
	}
	return lines
}

// mostNamed is how many tensors are named in a line.
const mostNamed = 4

// weightsOf says which weights stay loadable.
func weightsOf(p *compare.Diff) (lines []string) {
	w := p.Weights
	all := len(w.Kept) + len(w.Renamed) + len(w.Resized) + len(w.Gone)
	switch {
	case len(w.Kept) == all && len(w.New) == 0:
		return []string{fmt.Sprintf("weights: all %d tensors load by name", all)}
	case len(w.Kept) == all:
		lines = append(lines, fmt.Sprintf("weights: all %d tensors of %s load by name", all, p.A.Graph.Name))
	default:
		lines = append(lines, fmt.Sprintf("weights: %d of %d tensors of %s load by name", len(w.Kept), all, p.A.Graph.Name))
	}
	several := func(n int, what string, name func(i int) string) {
		if n == 0 {
			return
		}
		var names []string
		for i := range min(n, mostNamed) {
			names = append(names, name(i))
		}
		if n > mostNamed {
			names = append(names, "…")
		}
		if n == 1 {
			what = strings.NewReplacer("have", "has", "are", "is").Replace(what)
		}
		lines = append(lines, fmt.Sprintf("  %d %s: %s", n, what, strings.Join(names, ", ")))
	}
	several(len(w.Renamed), "have another name", func(i int) string { return w.Renamed[i][0] + " → " + w.Renamed[i][1] })
	several(len(w.Resized), "have another shape", func(i int) string {
		return fmt.Sprintf("%s %v → %v", w.Resized[i][0].Path, w.Resized[i][0].Shape, w.Resized[i][1].Shape)
	})
	several(len(w.Gone), "are gone", func(i int) string { return w.Gone[i].Path })
	several(len(w.New), "are new", func(i int) string { return w.New[i].Path })
	return lines
}

// A diffFormat says how changes are written.
type diffFormat struct {
	name  string // text, md …
	all   bool
	depth int  // of pictures
	texts bool // whether the texts are known to differ
}

// table is what the table is written as.
func (f diffFormat) table() (format, indent string) {
	if f.name == "md" {
		return "md", "&emsp;"
	}
	return "table", "  "
}

// note is a line behind the table; in Markdown a line of a list, and those that are indented one of a list in it.
func (f diffFormat) note(line string) string {
	if f.name != "md" {
		return line
	}
	text := strings.TrimLeft(line, " ")
	return line[:len(line)-len(text)] + "- " + text
}

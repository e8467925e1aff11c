package main

import (
	"fmt"
	"strings"

	"cnnlang/interp/compare"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// showDiff writes differences for people.
func (a *app) showDiff(d *netDiffs, f diffFormat) error {
	for i, p := range d.pairs {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		if err := a.showPair(p, f); err != nil {
			return err
		}
	}
	for _, name := range d.gone {
		fmt.Fprintf(a.stdout, "- net %s\n", name)
	}
	for _, name := range d.added {
		fmt.Fprintf(a.stdout, "+ net %s\n", name)
	}
	return nil
}

func (a *app) showPair(p *compare.Diff, f diffFormat) error {
	title := p.A.Name + " → " + p.B.Name
	if p.A.Name == p.B.Name {
		title = p.A.Name
	}
	if f.table == "md" {
		title = "## " + title
	}
	if p.Empty() {
		fmt.Fprintf(a.stdout, "%s: no difference\n", title)
		return nil
	}
	fmt.Fprintln(a.stdout, title)
	fmt.Fprintln(a.stdout)
	g := grid{columns: []column{{"change", false}, {"params", true}, {"MACs", true}}}
	g.addChanges(p.Changes, nil, 0, f)
	g.totals = [][]any{
		{"was", p.A.Params, p.A.MACs},
		{"is", p.B.Params, p.B.MACs},
	}
	if err := a.grid(g, f.table); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout)
	for _, line := range shapesOf(p) {
		fmt.Fprintln(a.stdout, line)
	}
	for _, line := range weightsOf(p) {
		fmt.Fprintln(a.stdout, visibleName(line))
	}
	return nil
}

var changeMarks = map[compare.Kind]string{compare.Changed: "~ ", compare.Added: "+ ", compare.Removed: "- "}

// addChanges adds a row for each change, those within it indented. Unless all are wanted, steps
// that only have other shapes than before are one row, and operations of a block that is called with other arguments
// none.
func (g *grid) addChanges(list []*compare.Change, around *compare.Change, deep int, f diffFormat) {
	indent := strings.Repeat(f.indent, deep)
	follow, before, after := 0, compare.Cost{}, compare.Cost{}
	for _, c := range list {
		switch {
		case f.all:
		case c.Explained(around):
			continue
		case c.Follows():
			follow++
			before, after = before.Add(c.Before), after.Add(c.After)
			continue
		}
		g.rows = append(g.rows, []any{indent + changeMarks[c.Kind] + c.Words(), gained(c.Before.Params, c.After.Params), gained(c.Before.MACs, c.After.MACs)})
		g.addChanges(c.Inner, c, deep+1, f)
	}
	if follow > 0 {
		text := fmt.Sprintf("%d steps follow with other shapes", follow)
		if follow == 1 {
			text = "1 step follows with other shapes"
		}
		g.rows = append(g.rows, []any{indent + "  " + text, gained(before.Params, after.Params), gained(before.MACs, after.MACs)})
	}
}

// A diffFormat says how changes are written.
type diffFormat struct {
	table  string
	indent string
	all    bool
}

// gained is a difference with its sign, "" for none.
func gained(before, after dim.Size) string {
	n, ok := after.Sub(before).Int()
	switch {
	case !ok:
		return outOfRange
	case n == 0:
		return ""
	case n > 0:
		return "+" + grouped(dim.Int(n))
	}
	return "-" + grouped(dim.Int(-n))
}

// shapesOf says which shapes of the whole changed.
func shapesOf(p *compare.Diff) (lines []string) {
	for _, s := range []struct {
		what string
		a, b tensor.Shape
	}{{"input", p.A.Input, p.B.Input}, {"output", p.A.Output, p.B.Output}} {
		if !s.a.Equal(s.b) {
			lines = append(lines, fmt.Sprintf("%s %v → %v", s.what, s.a, s.b))
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
		lines = append(lines, fmt.Sprintf("weights: all %d tensors of %s load by name", all, p.A.Name))
	default:
		lines = append(lines, fmt.Sprintf("weights: %d of %d tensors of %s load by name", len(w.Kept), all, p.A.Name))
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

package main

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// paramsTable writes the table between a title and the definitions.
func (a *app) paramsTable(f *paramsFlags, n *interp.Net, rows []graph.Row) error {
	fmt.Fprintf(a.stdout, "%s %s -> %s\n\n", n.Name, n.Graph.InputText(), n.Graph.OutputText())
	if err := a.grid(rowGrid(f, n, rows), f.format.value); err != nil {
		return err
	}
	return a.defined(f.format.value, f.chosen(), n)
}

// defined says below a table what its columns count, and how many operations of the nets are not counted.
func (a *app) defined(format string, columns []paramsColumn, nets ...*interp.Net) error {
	uncounted := 0
	for _, n := range nets {
		uncounted += n.Graph.Uncounted()
	}
	text := legend(columns, format == "md")
	if format == "md" {
		_, err := fmt.Fprintf(a.stdout, "\n%s- uncounted: %d %s\n", text, uncounted, uncountedMeaning)
		return err
	}
	return a.prose(fmt.Sprintf("\n%suncounted: %d %s\n", text, uncounted, uncountedMeaning))
}

// sidePath is the path of a row of a side head, after the head's name unless the path begins
// with it.
func sidePath(r graph.Row) string {
	switch {
	case r.Path == r.Head || strings.HasPrefix(r.Path, r.Head+"."):
		return "side " + r.Path
	case r.Path == "":
		return "side " + r.Head
	}
	return "side " + r.Head + ": " + r.Path
}

// rowGrid puts the rows of side heads after the others, and marks them.
func rowGrid(f *paramsFlags, n *interp.Net, rows []graph.Row) grid {
	columns, units := f.chosen(), f.units.value
	g := grid{columns: columnsOf("path")}
	for _, c := range columns {
		g.columns = append(g.columns, column{unitTitle(c.title, units, c.unit), c.right})
	}
	line := func(first string, m *rowFacts, of func(paramsColumn) func(*rowFacts) any) []any {
		cells := []any{first}
		for _, c := range columns {
			var cell any = ""
			if value := of(c); value != nil {
				cell = inUnit(value(m), units, c.unit, false)
			}
			cells = append(cells, cell)
		}
		return cells
	}
	cell, total := func(c paramsColumn) func(*rowFacts) any { return c.cell }, func(c paramsColumn) func(*rowFacts) any { return c.total }
	list, main, side := factsOf(n, rows)
	var sides [][]any
	for _, m := range list {
		if m.Side {
			sides = append(sides, line(sidePath(m.Row), m, cell))
			continue
		}
		g.rows = append(g.rows, line(m.Path, m, cell))
	}
	g.rows = append(g.rows, sides...)
	if !slices.ContainsFunc(columns, func(c paramsColumn) bool { return c.total != nil }) {
		return g // nothing adds up
	}
	g.totals = append(g.totals, line("total", main, total))
	if len(sides) > 0 {
		g.totals = append(g.totals, line("side heads", side, total))
	}
	return g
}

// rowNumbers is the rows as a csv, with a column for each axis.
func rowNumbers(f *paramsFlags, n *interp.Net, rows []graph.Row) grid {
	titles, columns := []string{"net", "path"}, f.chosen()
	for _, c := range columns {
		if c.titles == nil {
			c.titles = []string{c.name}
		}
		for _, title := range c.titles {
			titles = append(titles, unitTitle(title, f.units.value, c.unit))
		}
	}
	g := grid{columns: columnsOf(append(titles, "side")...)}
	list, _, _ := factsOf(n, rows)
	for _, m := range list {
		cells := []any{n.Name, m.Path}
		for _, c := range columns {
			if c.numbers != nil {
				cells = append(cells, c.numbers(m)...)
				continue
			}
			cells = append(cells, inUnit(c.cell(m), f.units.value, c.unit, true))
		}
		g.rows = append(g.rows, append(cells, m.Side))
	}
	return g
}

// axes is how many axes a shape has in a csv, one column for each.
const axes = 4

// axesOf are the titles of the axes of a shape.
func axesOf(what string) (titles []string) {
	for a := range dim.Axis(axes) {
		titles = append(titles, what+" "+a.Letter())
	}
	return titles
}

// sizes are the cells of a shape, empty for axes that it does not have. What a longer one has
// beyond them is in the last.
func sizes(shape tensor.Shape) []any {
	cells := make([]any, axes)
	for i := range cells {
		switch {
		case i >= len(shape):
			cells[i] = ""
		case i == axes-1:
			cells[i] = shapeText(shape[i:])
		default:
			cells[i] = shape[i]
		}
	}
	return cells
}

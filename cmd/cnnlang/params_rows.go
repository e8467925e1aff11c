package main

import (
	"fmt"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// paramsTable writes the table between a title and the definitions.
func (a *app) paramsTable(n *interp.Net, rows []graph.Row, format string) error {
	fmt.Fprintf(a.stdout, "%s %v -> %v\n\n", n.Name, n.Graph.Input.Shape, n.Graph.Output.Shape)
	if err := a.grid(rowGrid(n, rows), format); err != nil {
		return err
	}
	return a.defined(format)
}

// defined says below a table what is counted.
func (a *app) defined(format string) error {
	if format == "md" {
		_, err := fmt.Fprintf(a.stdout, "\n%s\n", definitions.list())
		return err
	}
	_, err := fmt.Fprintf(a.stdout, "\n%s\n", definitions)
	return err
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
func rowGrid(n *interp.Net, rows []graph.Row) grid {
	g := grid{columns: []column{{"path", false}, {"kind", false}, {"output", false}, {"params", true}, {"MACs", true}, {"FLOPs", true}}}
	var sides [][]any
	for _, r := range rows {
		cells := []any{r.Path, r.Kind, r.Output, r.Params, r.MACs, r.FLOPs}
		if r.Side {
			sides = append(sides, append([]any{sidePath(r)}, cells[1:]...))
			continue
		}
		g.rows = append(g.rows, cells)
	}
	g.rows = append(g.rows, sides...)
	g.totals = append(g.totals, totalRow("total", n.Main))
	if len(sides) > 0 {
		g.totals = append(g.totals, totalRow("side heads", n.Sides))
	}
	return g
}

func totalRow(title string, c graph.Count) []any {
	return []any{title, "", "", c.Params, c.MACs, c.FLOPs}
}

// rowNumbers is the rows as a csv, with a column for each axis.
func rowNumbers(n *interp.Net, rows []graph.Row) grid {
	g := grid{columns: columnsOf(append(append([]string{"net", "path", "kind"}, axesOf("output")...), "params", "macs", "flops", "side")...)}
	for _, r := range rows {
		cells := append([]any{n.Name, r.Path, r.Kind}, sizes(r.Output)...)
		g.rows = append(g.rows, append(cells, r.Params, r.MACs, r.FLOPs, r.Side))
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

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
)

// definitions say what is counted.
var definitions = countDefinitions{
	Params: "learned numbers, without running statistics",
	MACs:   "multiply-accumulates of convolutions and linear layers for one image, without biases",
	FLOPs: "floating point operations of everything for one image: 2 per MAC, 1 per added bias or " +
		"activated element, 2 per normalised element, the window's size per pooled element",
}

type countDefinitions struct {
	Params string `json:"params"`
	MACs   string `json:"macs"`
	FLOPs  string `json:"flops"`
}

// paramsDocument is cnnlang.params/v1. The rows sum to the totals; those of side
// heads to the totals that end in Side.
type paramsDocument struct {
	Schema      string           `json:"schema"`
	Net         string           `json:"net"`
	Input       []int            `json:"input"`
	Output      []int            `json:"output"`
	Params      *int             `json:"params"`
	ParamsSide  *int             `json:"params_side"`
	MACs        *int             `json:"macs"`
	MACsSide    *int             `json:"macs_side"`
	FLOPs       *int             `json:"flops"`
	FLOPsSide   *int             `json:"flops_side"`
	Definitions countDefinitions `json:"definitions"`
	Rows        []paramsRow      `json:"rows"`
	Names       string           `json:"names,omitempty"` // the map that calls the tensors so
	Tensors     []paramsTensor   `json:"tensors,omitempty"`
	Weights     *fitted          `json:"weights,omitempty"`
}

type paramsRow struct {
	Path   string `json:"path"`
	Kind   string `json:"kind"`
	Depth  int    `json:"depth"`
	Params *int   `json:"params"`
	MACs   *int   `json:"macs"`
	FLOPs  *int   `json:"flops"`
	Output []int  `json:"output"`
	Side   bool   `json:"side"`
}

type paramsTensor struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
	Kind  string `json:"kind"` // parameter or statistic
	// With a map, Name and Shape are those in its files, and these say what the tensor is in the net: its
	// name, the file's axes in the net's order where that is another, and the map whose
	// elements an axis counts pixel by pixel there.
	Here string `json:"here,omitempty"`
	Axes []int  `json:"axes,omitempty"`
	Flat []int  `json:"flat,omitempty"`
}

// params is `cnnlang params`.
func (a *app) params() *cobra.Command {
	depth := depthOption()
	var tensors bool
	cmd := &cobra.Command{
		Use:   "params FILE|NAME",
		Short: "Count parameters, MACs and FLOPs",
		Long: "params counts parameters and operations of a net by its blocks. At every depth the\n" +
			"rows sum to the totals. Side heads have rows and totals of their own.\n\n" +
			"With --tensors it lists every tensor that a file of weights must contain, including\n" +
			"running statistics and those of side heads, in JSON too; with --names as a map of the\n" +
			"net calls them in another publisher's files, with their shapes and axes there.\n\n" +
			"With --weights it compares a file with them.\n\n" + definitions.String(),
		Example: "  cnnlang params resnet50\n" +
			"  cnnlang params resnet50 --depth 2 --shape 1x3x256x256\n" +
			"  cnnlang params my.cnn --set classes=10 --depth all -o csv\n" +
			"  cnnlang params resnet50 --tensors\n" +
			"  cnnlang params bninception --tensors --names cadene",
	}
	cmd.Flags().Var(depth, "depth", depthUsage)
	cmd.Flags().BoolVar(&tensors, "tensors", false, "list the tensors of the net")
	var weights weightsSource
	weights.flags(cmd)
	complete(cmd, "depth", fixed("1", "2", "3", "all"))
	format := formatFlag(cmd, tableFormats)
	return a.ofNet(cmd, func(n *interp.Net) error {
		if weights.names.value != "" && !tensors && weights.weights.value == "" {
			return usage("--names is for --tensors and --weights").withHelp("add --tensors")
		}
		fitted, err := a.fit(n, &weights)
		if err != nil {
			return err
		}
		by := weights.names.value
		if fitted != nil {
			by = fitted.Names
		}
		var list []paramsTensor
		if tensors {
			if list, err = tensorsOf(n, by); err != nil {
				return err
			}
		}
		rows := n.Graph.Rows(depth.value)
		switch {
		case format.value == "json":
			d := documentOf(n, rows)
			if d.Tensors, d.Weights = list, fitted; tensors {
				d.Names = by
			}
			return a.json(d)
		case fitted != nil && format.value == tableFormats[0]:
			fmt.Fprintf(a.stdout, "%s\n\n", fitted)
		}
		switch {
		case tensors:
			return a.grid(tensorGrid(list, by), format.value)
		case format.value == "csv":
			return a.grid(rowGrid(n, rows, true), format.value)
		}
		return a.paramsTable(n, rows, format.value)
	})
}

// paramsTable writes the table between a title and the definitions.
func (a *app) paramsTable(n *interp.Net, rows []graph.Row, format string) error {
	fmt.Fprintf(a.stdout, "%s %v -> %v\n\n", n.Name, n.Graph.Input.Shape, n.Graph.Output.Shape)
	if err := a.grid(rowGrid(n, rows, false), format); err != nil {
		return err
	}
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

// rowGrid puts the rows of side heads after the others, and marks them or, in a csv, adds a
// column.
func rowGrid(n *interp.Net, rows []graph.Row, csv bool) grid {
	g := grid{columns: []column{{"path", false}, {"kind", false}, {"output", false}, {"params", true}, {"MACs", true}, {"FLOPs", true}}}
	if csv {
		g.columns = append(g.columns, column{"side", false})
	}
	var sides [][]any
	for _, r := range rows {
		cells := []any{r.Path, r.Kind, r.Output, r.Params, r.MACs, r.FLOPs}
		switch {
		case csv:
			g.rows = append(g.rows, append(cells, r.Side))
		case r.Side:
			sides = append(sides, append([]any{sidePath(r)}, cells[1:]...))
		default:
			g.rows = append(g.rows, cells)
		}
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

// tensorGrid lists tensors, with a map by their names in its files.
func tensorGrid(list []paramsTensor, names string) grid {
	if names == "" {
		g := grid{columns: []column{{"name", false}, {"shape", false}, {"elements", true}, {"kind", false}}}
		for _, t := range list {
			g.rows = append(g.rows, []any{t.Name, dim.Shaped(t.Shape...), dim.Shaped(t.Shape...).Product(), t.Kind})
		}
		return g
	}
	g := grid{columns: []column{{"name", false}, {"shape", false}, {"here", false}, {"axes", false}, {"kind", false}}}
	for _, t := range list {
		axes := ""
		if t.Axes != nil {
			axes = strings.Join(strings.Fields(fmt.Sprint(t.Axes)), ", ")
		}
		if t.Flat != nil {
			axes += fmt.Sprintf(" of %dx%dx%d", t.Flat[0], t.Flat[1], t.Flat[2])
		}
		g.rows = append(g.rows, []any{t.Name, dim.Shaped(t.Shape...), t.Here, axes, t.Kind})
	}
	return g
}

// tensorsOf lists the tensors of a net, by its own names or those of a map.
func tensorsOf(n *interp.Net, names string) ([]paramsTensor, error) {
	list := []paramsTensor{}
	if names == "" {
		for _, p := range n.Graph.Params(true) {
			list = append(list, paramsTensor{Name: p.Path, Shape: p.Shape, Kind: tensorKind(p)})
		}
		return list, nil
	}
	tensors, err := n.Tensors(names)
	for _, t := range tensors {
		p := paramsTensor{Name: t.Name, Shape: t.Shape, Kind: tensorKind(t.Own), Here: t.Own.Path, Flat: t.Flat}
		if !slices.IsSorted(t.Axes) {
			p.Axes = t.Axes
		}
		list = append(list, p)
	}
	return list, err
}

func tensorKind(p graph.Param) string {
	if p.Running {
		return "statistic"
	}
	return "parameter"
}

func documentOf(n *interp.Net, rows []graph.Row) paramsDocument {
	d := paramsDocument{
		Schema: "cnnlang.params/v1", Net: n.Name, Input: n.Graph.Input.Shape, Output: n.Graph.Output.Shape,
		Params: integer(n.Main.Params), MACs: integer(n.Main.MACs), FLOPs: integer(n.Main.FLOPs),
		ParamsSide: integer(n.Sides.Params), MACsSide: integer(n.Sides.MACs), FLOPsSide: integer(n.Sides.FLOPs),
		Definitions: definitions, Rows: []paramsRow{},
	}
	for _, r := range rows {
		d.Rows = append(d.Rows, paramsRow{
			Path: r.Path, Kind: r.Kind, Depth: strings.Count(r.Path, ".") + 1,
			Params: integer(r.Params), MACs: integer(r.MACs), FLOPs: integer(r.FLOPs), Output: r.Output, Side: r.Side,
		})
	}
	return d
}

// String is the definitions below a table.
func (d countDefinitions) String() string {
	return "params  " + d.Params + "\n" +
		"MACs    " + d.MACs + "\n" +
		"FLOPs   " + strings.Replace(d.FLOPs, "2 per MAC, ", "2 per MAC,\n        ", 1)
}

func (d countDefinitions) list() string {
	return "- params: " + d.Params + "\n- MACs: " + d.MACs + "\n- FLOPs: " + d.FLOPs
}

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/graph"
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

// A paramsFlags is the flags of `cnnlang params`.
type paramsFlags struct {
	selection
	weights weightsSource
	depth   *option[int]
	tensors bool
	format  *option[string]
}

// params is `cnnlang params`.
func (a *app) params() *cobra.Command {
	f := &paramsFlags{depth: depthOption()}
	cmd := &cobra.Command{
		Use:   "params FILE|NAME...",
		Short: "Count parameters, MACs and FLOPs",
		Long: "params counts parameters and operations of a net by its blocks. At every depth the\n" +
			"rows sum to the totals. Side heads have rows and totals of their own. Of several nets\n" +
			"it prints the totals, a row for each.\n\n" +
			"With --tensors it lists every tensor that a file of weights must contain, including\n" +
			"running statistics and those of side heads, in JSON too; with --names as a map of the\n" +
			"net calls them in another publisher's files, with their shapes and axes there.\n\n" +
			"With --weights it compares a file with them.\n\n" + definitions.String(),
		Example: "  cnnlang params resnet50\n" +
			"  cnnlang params resnet50 densenet121 my.cnn\n" +
			"  cnnlang params resnet50 --depth 2 --shape 1x3x256x256\n" +
			"  cnnlang params my.cnn --set classes=10 --depth all -o csv\n" +
			"  cnnlang params resnet50 --tensors\n" +
			"  cnnlang params bninception --tensors --names cadene",
		Args:              arguments(1, -1, "the FILE or NAME of a net"),
		ValidArgsFunction: completeNets,
	}
	f.selection.flags(cmd)
	cmd.Flags().Var(f.depth, "depth", depthUsage)
	cmd.Flags().BoolVar(&f.tensors, "tensors", false, "list the tensors of the net")
	f.weights.flags(cmd)
	complete(cmd, "depth", fixed("1", "2", "3", "all"))
	f.format = formatFlag(cmd, tableFormats)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) > 1 {
			return a.paramsOfNets(f, args)
		}
		n, err := a.net(&f.selection, args[0], 0)
		if err != nil {
			return err
		}
		return a.paramsOf(f, n)
	}
	return cmd
}

// paramsOf shows one net.
func (a *app) paramsOf(f *paramsFlags, n *interp.Net) error {
	if f.weights.names.value != "" && !f.tensors && f.weights.weights.value == "" {
		return usage("--names is for --tensors and --weights").withHelp("add --tensors")
	}
	fitted, err := a.fit(n, &f.weights)
	if err != nil {
		return err
	}
	by := f.weights.names.value
	if fitted != nil {
		by = fitted.Names
	}
	var list []paramsTensor
	if f.tensors {
		if list, err = tensorsOf(n, by); err != nil {
			return err
		}
	}
	rows := n.Graph.Rows(f.depth.value)
	switch {
	case f.format.value == "json":
		d := documentOf(n, rows)
		if d.Tensors, d.Weights = list, fitted; f.tensors {
			d.Names = by
		}
		return a.json(d)
	case fitted != nil && f.format.value == tableFormats[0]:
		fmt.Fprintf(a.stdout, "%s\n\n", fitted)
	}
	switch {
	case f.tensors:
		return a.grid(tensorGrid(list, by), f.format.value)
	case f.format.value == "csv":
		return a.grid(rowNumbers(n, rows), f.format.value)
	}
	return a.paramsTable(n, rows, f.format.value)
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

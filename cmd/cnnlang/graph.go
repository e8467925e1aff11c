package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// graph is `cnnlang graph`.
func (a *app) graph() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "graph FILE|NAME [--block NAME]",
		Short: "Draw a net, or print every operation",
		Long: "graph prints every operation of a net, one per line: its number, path, arguments,\n" +
			"the shape of its result, the numbers of its inputs, and its tensors.\n\n" +
			"-o svg draws the net as its text has it: blocks are frames, branches lie side by side,\n" +
			"shortcuts are arcs, and equal neighbours are drawn once with their number. --depth says\n" +
			"how many frames within one another are opened; by default as many as fit a page.\n" +
			"--colour colours by a cost; for time the net is measured on this machine.\n" +
			"-o html writes a page that needs nothing else, in which frames open and close, steps are found, and\n" +
			"what is known of a step stands beside it with the lines of its text.\n" +
			"-o dot and -o mermaid write the same for Graphviz and Mermaid.\n\n" +
			"--block draws one block over unknown sizes, as its proof has them: what is made in some cases\n" +
			"alone is in a frame that says in which, a repeat is one iteration with its number. --set gives\n" +
			"values to its parameters. The block is of the file or of what it imports, or of the library.",
		Example: "  cnnlang graph resnet18\n" +
			"  cnnlang graph resnet50 -o svg > resnet50.svg\n" +
			"  cnnlang graph resnet50 -o html > resnet50.html\n" +
			"  cnnlang graph my.cnn -o svg --depth all --steps all > my.svg\n" +
			"  cnnlang graph my.cnn -o json\n" +
			"  cnnlang graph --block bottleneck resnet50 -o svg > bottleneck.svg\n" +
			"  cnnlang graph --block bottleneck --set se=16 --set groups=32",
	}
	var f drawFlags
	var s selection
	f.flags(cmd)
	format := formatFlag(cmd, graphFormats)
	s.flags(cmd)
	block := blockFlag(cmd, &s)
	cmd.Args, cmd.ValidArgsFunction = ofNetOrBlock(block, arguments(1, 1, "the FILE or NAME of a net")), completeNets
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if block.given {
			b, err := a.block(&s, block.value, args)
			if err != nil {
				return err
			}
			return a.graphBlock(b, &f, format.value)
		}
		n, err := a.net(&s, args[0], 0)
		if err != nil {
			return err
		}
		return a.graphOf(cmd.Context(), n, &f, format.value)
	}
	return cmd
}

func (a *app) graphOf(ctx context.Context, n *interp.Net, f *drawFlags, format string) error {
	if draws := slices.Contains(pictureFormats, format); draws {
		return a.draw(ctx, n, f, format)
	} else if err := f.needless(); err != nil {
		return err
	}
	switch format {
	case "json":
		return a.json(graphDocumentOf(n.Graph))
	case "text":
		return graph.Print(a.stdout, n.Graph)
	}
	return a.grid(graphGrid(n.Graph), format)
}

// graphGrid is the graph for spreadsheets and documents.
func graphGrid(g *graph.Graph) grid {
	table := grid{columns: []column{{"id", true}, {"path", false}, {"op", false}, {"shape", false}, {"inputs", false}, {"params", false}, {"side", false}}}
	for _, n := range g.Nodes {
		side := ""
		if n.Side != nil {
			side = n.Side.Name
		}
		var inputs, params []string
		for _, in := range n.In {
			inputs = append(inputs, fmt.Sprint(in.ID))
		}
		for _, p := range n.Params {
			params = append(params, p.Path)
		}
		table.rows = append(table.rows, []any{n.ID, n.Path, graph.Describe(n.Op), fmt.Sprint(n.Shape), strings.Join(inputs, " "), strings.Join(params, " "), side})
	}
	return table
}

// graphDocument is cnnlang.graph/v1: the operations in an order in which they can be
// computed, the input first.
type graphDocument struct {
	Schema string `json:"schema"`
	Net    string `json:"net"`
	Input  int    `json:"input"`
	Output int    `json:"output"`
	// Inputs and Outputs are all of them, where there are several of either or one has a name.
	Inputs  []graphEnd  `json:"inputs,omitempty"`
	Outputs []graphEnd  `json:"outputs,omitempty"`
	Sides   []graphSide `json:"sides"`
	Nodes   []graphNode `json:"nodes"`
}

// A graphEnd is an input or an output, and the node that holds its value.
type graphEnd struct {
	Name string `json:"name"`
	Node int    `json:"node"`
}

// A graphSide is a side head: the operation it ends with, or why it does not fit.
type graphSide struct {
	Name    string `json:"name"`
	Output  *int   `json:"output"`
	Problem string `json:"problem,omitempty"`
}

// A graphNode is an operation with all its arguments, including defaults.
type graphNode struct {
	ID        int            `json:"id"`
	Path      string         `json:"path"`
	Op        string         `json:"op"`
	Arguments map[string]any `json:"arguments"`
	Shape     []int          `json:"shape"`
	Inputs    []int          `json:"inputs"`
	Params    []graph.Param  `json:"params"`
	Side      string         `json:"side,omitempty"` // the head it belongs to
	File      string         `json:"file"`
	Line      int            `json:"line"`
	Column    int            `json:"column"`
}

func graphDocumentOf(g *graph.Graph) graphDocument {
	d := graphDocument{Schema: "cnnlang.graph/v1", Net: g.Name, Input: g.Input().ID, Output: g.Output().ID, Sides: []graphSide{}}
	if e := endsOf(g); e.Inputs != nil {
		for i, n := range g.Inputs {
			d.Inputs = append(d.Inputs, graphEnd{e.Inputs[i].Name, n.ID})
		}
		for i, o := range g.Outputs {
			d.Outputs = append(d.Outputs, graphEnd{e.Outputs[i].Name, o.Node.ID})
		}
	}
	for _, s := range g.Sides {
		side := graphSide{Name: s.Name}
		if s.Output != nil {
			side.Output = &s.Output.ID
		} else {
			side.Problem = s.Err.Error()
		}
		d.Sides = append(d.Sides, side)
	}
	for _, n := range g.Nodes {
		at := n.Origin.Start
		node := graphNode{
			ID: n.ID, Path: n.Path, Op: "input", Arguments: map[string]any{}, Shape: n.Shape, Inputs: []int{}, Params: []graph.Param{},
			File: at.Filename, Line: at.Line, Column: at.Column,
		}
		if n.Side != nil {
			node.Side = n.Side.Name
		}
		if n.Op != nil {
			node.Op = n.Op.Name()
			for _, argument := range graph.Arguments(n.Op) {
				node.Arguments[argument.Name] = argumentValue(argument.Value)
			}
		}
		for _, in := range n.In {
			node.Inputs = append(node.Inputs, in.ID)
		}
		node.Params = append(node.Params, n.Params...)
		d.Nodes = append(d.Nodes, node)
	}
	return d
}

// argumentValue is an argument in JSON: a number, [height, width], the name of a
// padding or [top, bottom, left, right], true or false, or a list of numbers.
func argumentValue(value any) any {
	switch v := value.(type) {
	case dim.Size:
		if n, ok := v.Int(); ok {
			return n
		}
		return v.Float()
	case dim.Pair:
		return []any{argumentValue(v.H), argumentValue(v.W)}
	case ops.Padding:
		if v.Mode != ops.Explicit {
			return v.String()
		}
		return []any{argumentValue(v.Top), argumentValue(v.Bottom), argumentValue(v.Left), argumentValue(v.Right)}
	case []dim.Size:
		list := []any{}
		for _, x := range v {
			list = append(list, argumentValue(x))
		}
		return list
	}
	return value
}

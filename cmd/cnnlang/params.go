package main

import (
	"cmp"
	"fmt"
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
	FLOPs: "floating point operations of everything for one image: 2 per MAC, 1 per added bias, 1 to 5 per " +
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
	Schema string `json:"schema"`
	Net    string `json:"net"`
	netEnds
	Params      *int             `json:"params"`
	ParamsSide  *int             `json:"params_side"`
	MACs        *int             `json:"macs"`
	MACsSide    *int             `json:"macs_side"`
	FLOPs       *int             `json:"flops"`
	FLOPsSide   *int             `json:"flops_side"`
	Uncounted   int              `json:"uncounted"` // operations whose counts are out of range
	Definitions countDefinitions `json:"definitions"`
	Rows        []paramsRow      `json:"rows"`
	Names       string           `json:"names,omitempty"` // the map that calls the tensors so
	Tensors     []paramsTensor   `json:"tensors,omitempty"`
	Weights     *fitted          `json:"weights,omitempty"`
	Memory      *memoryEntry     `json:"memory,omitempty"`
	Require     []boundEntry     `json:"require,omitempty"`
	Formulas    *interp.Formulas `json:"formulas,omitempty"`
	Facts       []factEntry      `json:"facts,omitempty"`
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
	Items  int    `json:"items,omitempty"` // of an each
	List   int    `json:"list,omitempty"`  // of a list of tensors

	Kernel       []*int   `json:"kernel,omitempty"` // of a row that is one operation with a window
	Stride       []*int   `json:"stride,omitempty"`
	Dilation     []*int   `json:"dilation,omitempty"`
	Groups       *int     `json:"groups,omitempty"`
	Activations  *int     `json:"activations"`
	Values       *int     `json:"value_bytes"`
	Weights      *int     `json:"weight_bytes"`
	Field        []int    `json:"field,omitempty"`
	FieldStride  []string `json:"field_stride,omitempty"` // whole numbers, or fractions
	FieldPadding *real    `json:"field_padding,omitempty"`
	Intensity    real     `json:"flops_per_byte"`
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
	columns *option[[]string]
	units   *option[string]
	tensors bool
	memory  bool
	formula bool
	against *option[string]
	block   *option[string]
	require *option[string]
	batch   *option[[]int]
	format  *option[string]
	performance

	planned map[*interp.Net]interp.Memory
	judged  map[*interp.Net][]boundEntry
	broken  []boundEntry // of all nets
}

// params is `cnnlang params`.
func (a *app) params() *cobra.Command {
	f := &paramsFlags{depth: depthOption(), units: choiceOf(unitNames...), against: &option[string]{what: "paper", parse: func(text string) (string, error) { return text, known(text, []string{"paper"}) }}, batch: batchOption(1), require: &option[string]{what: "CONDITIONS", parse: parseConditions}}
	f.columns = listOf("NAME", len(paramsColumns), func(text string) (string, error) { return text, known(text, columnNames()) }, usualColumns...)
	cmd := &cobra.Command{
		Use:   "params FILE|NAME...",
		Short: "Count parameters, MACs and FLOPs",
		Long: "params counts parameters and operations of a net by its blocks. At every depth the\n" +
			"rows sum to the totals. Side heads have rows and totals of their own. Of several nets\n" +
			"or a file with several it prints the totals, a row for each.\n\n" +
			"--memory says what a run takes, for so many images and threads: the weights as they are\n" +
			"packed, activations (all values that live at one time), scratch memory of the\n" +
			"algorithms, outputs and tables, besides what the program itself takes. No weights are read.\n\n" +
			"--formula writes parameters and MACs as formulas of the net's parameters and the sizes of\n" +
			"its input, as they are proved; --set puts values in place of parameters. With --block they are\n" +
			"those of one block of the file or of what it imports, or of the library.\n\n" +
			"--against paper compares the net with what it states of itself by `expect`, from its paper or its\n" +
			"authors' code, at any --shape and --set.\n\n" +
			"--require has exit code 1 if a condition does not hold, and shows the rows that cost most.\n" +
			"Conditions are those of `expect` in a file, with commas between them: of params, macs,\n" +
			"flops, activations (of convolutions and linear layers) and memory, for the main path, of\n" +
			"params_side, macs_side and flops_side, outputs, and shape(label). memory is the total of\n" +
			"--memory for these --threads; `expect` means one thread.\n\n" +
			"--columns chooses the columns, in any order:\n\n" + columnsHelp() + "\n" +
			"With --tensors it lists every tensor that a file of weights must contain, including\n" +
			"running statistics and those of side heads, in JSON too; with --names as a map of the\n" +
			"net calls them in another publisher's files, with their shapes and axes there.\n\n" +
			"With --weights it compares a file with them.\n\n" + strings.TrimSuffix(legend(columnsNamed(netColumns("exact")), false), "\n"),
		Example: "  cnnlang params resnet50\n" +
			"  cnnlang params resnet50 densenet121 my.cnn\n" +
			"  cnnlang params resnet50 --depth 2 --shape 1x3x256x256\n" +
			"  cnnlang params my.cnn --set classes=10 --depth all -o csv\n" +
			"  cnnlang params resnet50 --depth 2 --columns output,params,share,field,field_stride\n" +
			"  cnnlang params resnet50 --units timm\n" +
			"  cnnlang params resnet50 --memory --batch 8 --threads 4\n" +
			"  cnnlang params resnet50 --formula\n" +
			"  cnnlang params --formula --block bottleneck --set se=16\n" +
			"  cnnlang params resnet50 --against paper\n" +
			"  cnnlang params my.cnn --require 'params <= 30M, macs <= 600M, memory <= 100MiB'\n" +
			"  cnnlang params resnet50 --tensors\n" +
			"  cnnlang params bninception --tensors --names cadene",
		Args:              arguments(1, -1, "the FILE or NAME of a net"),
		ValidArgsFunction: completeNets,
	}
	f.flags(cmd)
	cmd.Args = ofNetOrBlock(f.block, cmd.Args)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runParams(cmd, f, args) }
	return cmd
}

// runParams is the command with its flags.
func (a *app) runParams(cmd *cobra.Command, f *paramsFlags, args []string) error {
	defer relaxGC()()
	if f.block.given {
		return a.formulasOfBlock(f, args)
	}
	if err := f.consistent(args); err != nil {
		return err
	}
	images := 0 // the net's own
	if f.batch.given {
		images = f.batch.value[0]
	}
	nets, err := a.countedNets(f, args, images)
	if err != nil {
		return err
	}
	if err := f.plan(cmd.Context(), nets); err != nil {
		return err
	}
	show := func() error { return a.paramsOfNets(f, nets) }
	if len(nets) == 1 {
		show = func() error { return a.paramsOf(f, nets[0]) }
	}
	return cmp.Or(show(), a.tellBroken(f.broken))
}

// flags adds the flags to the command.
func (f *paramsFlags) flags(cmd *cobra.Command) {
	f.selection.flags(cmd)
	f.block = blockFlag(cmd, &f.selection)
	cmd.Flags().Var(f.depth, "depth", depthUsage)
	cmd.Flags().BoolVar(&f.tensors, "tensors", false, "list the tensors of the net")
	cmd.Flags().Var(f.columns, "columns", "the columns of a net's rows, separated by commas, or all")
	cmd.Flags().Var(f.units, "units", "count exactly, in millions (M), in billions (G), or as timm's tables do: GMACs, and millions")
	complete(cmd, "columns", fixed(columnNames()...))
	complete(cmd, "units", fixed(unitNames...))
	cmd.Flags().BoolVar(&f.memory, "memory", false, "say what a run takes")
	cmd.Flags().BoolVar(&f.formula, "formula", false, "write parameters and MACs as formulas of the net's parameters and sizes")
	cmd.Flags().Var(f.against, "against", "compare the net with what it states of itself: paper")
	complete(cmd, "against", fixed("paper"))
	cmd.Flags().Var(f.require, "require", requireUsage)
	cmd.Flags().Var(f.batch, "batch", batchUsage)
	f.performance.flags(cmd, 1)
	f.weights.flags(cmd)
	complete(cmd, "depth", fixed("1", "2", "3", "all"))
	f.format = formatFlag(cmd, tableFormats)
}

// paramsOf shows one net.
func (a *app) paramsOf(f *paramsFlags, n *interp.Net) error {
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
		if f.against.given {
			d.Facts = factsIn(n)
		}
		if f.formula {
			formulas := n.Formulas()
			d.Formulas = &formulas
		}
		d.Memory, d.Require = f.memoryOf(n), f.judged[n]
		return a.json(d)
	case fitted != nil && f.format.value == tableFormats[0]:
		fmt.Fprintf(a.stdout, "%s\n\n", fitted)
	}
	switch {
	case f.formula:
		return a.formulas(f, n.Name, n.Formulas())
	case f.against.given:
		return a.facts(f, n)
	case f.memory:
		return a.grid(f.memoryGrid([]*interp.Net{n}), f.format.value)
	case f.tensors:
		return a.grid(tensorGrid(list, by), f.format.value)
	case f.format.value == "csv":
		return a.grid(rowNumbers(f, n, rows), f.format.value)
	}
	return a.paramsTable(f, n, rows)
}

func documentOf(n *interp.Net, rows []graph.Row) paramsDocument {
	d := paramsDocument{
		Schema: "cnnlang.params/v1", Net: n.Name, netEnds: endsOf(n.Graph),
		Params: integer(n.Main.Params), MACs: integer(n.Main.MACs), FLOPs: integer(n.Main.FLOPs),
		ParamsSide: integer(n.Sides.Params), MACsSide: integer(n.Sides.MACs), FLOPsSide: integer(n.Sides.FLOPs),
		Uncounted: n.Graph.Uncounted(), Definitions: definitions, Rows: []paramsRow{},
	}
	list, _, _ := factsOf(n, rows)
	for _, m := range list {
		d.Rows = append(d.Rows, countsOf(m))
	}
	return d
}

func countsOf(m *rowFacts) paramsRow {
	row := paramsRow{
		Path: m.Path, Kind: m.Kind, Depth: strings.Count(m.Path, ".") + 1,
		Params: integer(m.Params), MACs: integer(m.MACs), FLOPs: integer(m.FLOPs), Output: m.Output, Side: m.Side, Items: m.Items, List: m.List,
		Activations: integer(m.activations), Values: integer(m.bytes.Values), Weights: integer(m.bytes.Weights), Intensity: real(m.intensity()),
	}
	if w, ok := m.windows(); ok {
		pair := func(p dim.Pair) []*int { return []*int{integer(p.H), integer(p.W)} }
		row.Kernel, row.Stride, row.Dilation = pair(w.K), pair(w.Stride), pair(w.Dilation)
	}
	if groups, ok := m.groups().(dim.Size); ok {
		row.Groups = integer(groups)
	}
	if !m.seen() {
		return row
	}
	padding := real(m.padding())
	row.Field, row.FieldPadding = []int{m.fields[0].Size(), m.fields[1].Size()}, &padding
	if strides := m.strideNumbers(); strides[0] != "" && strides[1] != "" {
		row.FieldStride = []string{fmt.Sprint(strides[0]), fmt.Sprint(strides[1])}
	}
	return row
}

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// weightsDocument is cnnlang.weights/v1.
type weightsDocument struct {
	Schema  string       `json:"schema"`
	File    string       `json:"file"`
	Format  string       `json:"format"`
	Key     string       `json:"key,omitempty"`
	Beside  []string     `json:"beside,omitempty"`
	Notes   []string     `json:"notes,omitempty"`
	Totals  heldTotals   `json:"totals"`
	Tensors []heldTensor `json:"tensors"`
	Rows    []heldRow    `json:"rows,omitempty"`
}

// heldTotals are sums over tensors. NaN and Inf are nil where the numbers were not read.
type heldTotals struct {
	Tensors  int    `json:"tensors"`
	Elements int64  `json:"elements"`
	Bytes    int64  `json:"bytes"`
	NaN      *int64 `json:"nan,omitempty"`
	Inf      *int64 `json:"inf,omitempty"`
}

func (t *heldTotals) add(h heldTensor) {
	t.Tensors, t.Elements, t.Bytes = t.Tensors+1, t.Elements+h.Elements, t.Bytes+h.Bytes
	t.NaN, t.Inf = sum(t.NaN, h.NaN), sum(t.Inf, h.Inf)
}

func sum(a, b *int64) *int64 {
	if a == nil || b == nil {
		return b
	}
	total := *a + *b
	return &total
}

// A heldTensor is one tensor of a file.
type heldTensor struct {
	Name     string `json:"name"`
	DType    string `json:"dtype"`
	Shape    []int  `json:"shape"`
	Elements int64  `json:"elements"`
	Bytes    int64  `json:"bytes"`
	NaN      *int64 `json:"nan,omitempty"`
	Inf      *int64 `json:"inf,omitempty"`
}

// A heldRow is the tensors whose names begin alike.
type heldRow struct {
	Path   string   `json:"path"`
	DTypes []string `json:"dtypes"`
	heldTotals
}

// A weightsFlags is the flags of `cnnlang weights`.
type weightsFlags struct {
	key      *option[string]
	depth    *option[int]
	noValues bool
	format   *option[string]
}

// weights is `cnnlang weights`.
func (a *app) weights() *cobra.Command {
	f := &weightsFlags{key: textOf("PATH"), depth: depthOption()}
	cmd := &cobra.Command{
		Use:   "weights FILE",
		Short: "Look into a file of weights",
		Long: "weights lists what a file of weights holds, in any format that can be run: its\n" +
			"tensors with their shapes and types, how many numbers are NaN or infinite, and what\n" +
			"the file has beside them. --depth sums tensors up by their names. Nothing in the file\n" +
			"is executed.",
		Example: "  cnnlang weights resnet50.pth\n" +
			"  cnnlang weights checkpoint.pt --key ema --depth 2\n" +
			"  cnnlang weights large.safetensors --no-values -o json",
		Args: arguments(1, 1, "the FILE of weights"),
	}
	f.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if args[0] == "-" {
			return usage("weights reads a file, not a stream").withHelp("./- is a file of that name")
		}
		file, err := interp.WeightsFile(args[0]).At(f.key.value).Open()
		if err != nil {
			return err
		}
		defer file.Close()
		return a.listWeights(cmd.Context(), f, args[0], file)
	}
	return cmd
}

func (f *weightsFlags) flags(cmd *cobra.Command) {
	f.depth.value = graph.AllDepths
	flags := cmd.Flags()
	flags.Var(f.key, "key", "where in the file the tensors are, as in state_dict or models.0, in place of what is found")
	flags.Var(f.depth, "depth", depthUsage)
	flags.BoolVar(&f.noValues, "no-values", false, "do not read the numbers, nor count NaN and Inf")
	f.format = formatFlag(cmd, tableFormats)
	complete(cmd, "depth", fixed("1", "2", "3", "all"))
}

// listWeights prints what a file holds.
func (a *app) listWeights(ctx context.Context, f *weightsFlags, name string, file *interp.TensorFile) error {
	d, err := a.contentsOf(ctx, name, file, !f.noValues)
	if err != nil {
		return err
	}
	if f.depth.value != graph.AllDepths {
		d.Rows = rowsOf(d.Tensors, f.depth.value)
	}
	if f.format.value == "json" {
		return a.json(d)
	}
	if f.format.value == tableFormats[0] {
		fmt.Fprintf(a.stdout, "%s\n\n", d)
	}
	return a.grid(d.grid(f.format.value == "csv"), f.format.value)
}

// contentsOf describes a file, with counts of its numbers if they are to be read.
func (a *app) contentsOf(ctx context.Context, name string, file *interp.TensorFile, read bool) (weightsDocument, error) {
	about := file.About()
	d := weightsDocument{Schema: "cnnlang.weights/v1", File: name, Format: about.Format, Key: about.Key, Beside: about.Beside, Notes: about.Notes, Tensors: []heldTensor{}}
	bytes := int64(0)
	for _, t := range file.Tensors() {
		d.Tensors = append(d.Tensors, heldTensor{Name: t.Name, DType: t.DType, Shape: append([]int{}, t.Shape...), Elements: t.Elements, Bytes: t.Bytes})
		bytes += t.Bytes
	}
	if read {
		done := int64(0)
		err := file.Values(ctx, func(i int, v interp.NotFinite) {
			d.Tensors[i].NaN, d.Tensors[i].Inf = &v.NaN, &v.Inf
			if done += d.Tensors[i].Bytes; bytes > 256<<20 {
				a.progress("%s: %d of %d MiB read", name, done>>20, bytes>>20)
			}
		})
		a.progress("")
		if err != nil {
			return d, err
		}
	}
	for _, t := range d.Tensors {
		d.Totals.add(t)
	}
	return d, nil
}

// String is what comes before the table.
func (d weightsDocument) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", visibleName(d.File), d.Format)
	if d.Key != "" {
		fmt.Fprintf(&b, ", the tensors at %s", d.Key)
	}
	if len(d.Beside) > 0 {
		fmt.Fprintf(&b, "; beside them %s", strings.Join(d.Beside, ", "))
	}
	for _, note := range d.Notes {
		b.WriteString("\n" + note)
	}
	return diag.Visible(diag.Clip(b.String()))
}

// rowsOf sums tensors up by the first parts of their names, in the order of the file.
func rowsOf(tensors []heldTensor, depth int) []heldRow {
	var rows []*heldRow
	at := map[string]*heldRow{}
	for _, t := range tensors {
		path := beginning(t.Name, depth)
		row := at[path]
		if row == nil {
			row = &heldRow{Path: path}
			at[path] = row
			rows = append(rows, row)
		}
		row.add(t)
		if !slices.Contains(row.DTypes, t.DType) {
			row.DTypes = append(row.DTypes, t.DType)
		}
	}
	list := make([]heldRow, len(rows))
	for i, row := range rows {
		list[i] = *row
	}
	return list
}

// beginning is the first n parts of a name, which dots separate or, where it has none,
// slashes.
func beginning(name string, n int) string {
	separator := byte('.')
	if !strings.Contains(name, ".") {
		separator = '/'
	}
	for i := range len(name) {
		if name[i] == separator {
			if n--; n == 0 {
				return name[:i]
			}
		}
	}
	return name
}

// grid lists the tensors, or the rows where there are any.
func (d weightsDocument) grid(csv bool) grid {
	name := visibleName
	if csv {
		name = func(s string) string { return s }
	}
	counts := []column{{"elements", true}, {"bytes", true}}
	read := d.Totals.NaN != nil
	if read {
		counts = append(counts, column{"NaN", true}, column{"Inf", true})
	}
	numbers := func(elements, bytes int64, nan, inf *int64) []any {
		cells := []any{dim.Int(int(elements)), dim.Int(int(bytes))}
		if read {
			cells = append(cells, dim.Int(int(*nan)), dim.Int(int(*inf)))
		}
		return cells
	}
	g := grid{columns: append(columnsOf("name", "shape", "type"), counts...)}
	for _, t := range d.Tensors {
		if d.Rows == nil {
			g.rows = append(g.rows, append([]any{name(t.Name), tensor.Shape(t.Shape), t.DType}, numbers(t.Elements, t.Bytes, t.NaN, t.Inf)...))
		}
	}
	total := []any{"total", len(d.Tensors), ""}
	if d.Rows != nil {
		g.columns = append([]column{{"path", false}, {"tensors", true}, {"types", false}}, counts...)
	}
	for _, r := range d.Rows {
		g.rows = append(g.rows, append([]any{name(r.Path), dim.Int(r.Tensors), strings.Join(r.DTypes, " ")}, numbers(r.Elements, r.Bytes, r.NaN, r.Inf)...))
	}
	g.totals = [][]any{append(total, numbers(d.Totals.Elements, d.Totals.Bytes, d.Totals.NaN, d.Totals.Inf)...)}
	return g
}

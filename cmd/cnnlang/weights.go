package main

import (
	"context"
	"fmt"
	"io"
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
	Tensors []heldTensor `json:"tensors,omitzero"`
	Rows    []heldRow    `json:"rows,omitempty"`
	// Candidates are there with --against, Written with --output.
	Candidates []candidate     `json:"candidates,omitempty"`
	Written    *writtenWeights `json:"written,omitempty"`
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
	Axes     string `json:"axes,omitempty"`
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
	selection
	weightsSource
	depth    *option[int]
	noValues bool
	against  *option[string]
	justMap  bool
	output   *option[string]
	dtype    *option[string]
	skeleton bool
	format   *option[string]
}

// weights is `cnnlang weights`.
func (a *app) weights() *cobra.Command {
	f := &weightsFlags{depth: depthOption(), against: textOf("NET|all"), output: textOf("FILE")}
	cmd := &cobra.Command{
		Use:   "weights FILE",
		Short: "Look into a file of weights, say what it fits, convert it",
		Long: "weights lists what a file of weights holds, in any format that can be run: its\n" +
			"tensors with their shapes and types, how many numbers are NaN or infinite, and what\n" +
			"the file has beside them. --depth sums tensors up by their names. Nothing in the file\n" +
			"is executed.\n\n" +
			"--against says which net the file fits, the nearest first: one of the library or of a\n" +
			"file of yours, which may declare several, or with `all` any of the library. If only\n" +
			"names differ it prints a map of names to put into the net, --map all of it, and if\n" +
			"only a size does, the --set to use.\n\n" +
			"--output writes the tensors as a safetensors file, each with its name, type and bits;\n" +
			"--rename changes names and --dtype rounds. With --against NET the file has what the\n" +
			"net needs, by the net's names and in its order of axes, whatever the source's are, and\n" +
			"holds the net: `cnnlang run` needs nothing beside it.\n\n" +
			"--skeleton writes a .cnn text whose tensors have the names and shapes of the file's.\n" +
			"What shapes cannot say, such as strides, pools and branches, is left to you; comments\n" +
			"say where it guesses.",
		Example: "  cnnlang weights resnet50.pth\n" +
			"  cnnlang weights checkpoint.pt --key ema --depth 2\n" +
			"  cnnlang weights large.safetensors --no-values -o json\n" +
			"  cnnlang weights unknown.pth --against all\n" +
			"  cnnlang weights mine.pth --against my.cnn --net small\n" +
			"  cnnlang weights mine.pth --against my.cnn --map\n" +
			"  cnnlang weights resnet50.pth --output resnet50.safetensors --dtype f16\n" +
			"  cnnlang weights xception.h5 --against xception_keras --output xception.safetensors\n" +
			"  cnnlang weights unknown.pth --skeleton >mine.cnn",
		Args: arguments(1, 1, "the FILE of weights"),
	}
	f.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := f.consistent(args[0]); err != nil {
			return err
		}
		defer leanGC()()
		f.weightsSource.weights = &option[string]{value: args[0]}
		if err := f.check(); err != nil {
			return err
		}
		file, err := f.file().Open()
		if err != nil {
			return err
		}
		defer file.Close()
		if f.skeleton {
			text, err := file.Skeleton()
			if err == nil {
				_, err = io.WriteString(a.stdout, text)
			}
			return err
		}
		d, err := a.contentsOf(cmd.Context(), args[0], file, !f.noValues && !f.against.given && !f.output.given)
		switch {
		case err != nil:
			return err
		case f.output.given:
			return a.convertWeights(cmd.Context(), f, d, file)
		case f.against.given:
			return a.compareWeights(cmd.Context(), f, d, file)
		}
		return a.listWeights(f, d)
	}
	return cmd
}

func (f *weightsFlags) flags(cmd *cobra.Command) {
	f.depth.value, f.of = graph.AllDepths, f.against
	flags := cmd.Flags()
	flags.Var(f.depth, "depth", depthUsage)
	flags.BoolVar(&f.noValues, "no-values", false, "do not read the numbers, nor count NaN and Inf")
	flags.Var(f.against, "against", "say which net the file fits: one of the library, those of a .cnn file, or all of the library")
	flags.BoolVar(&f.justMap, "map", false, "with --against, print only the map of names that a net needs, all of it")
	f.selection.flags(cmd)
	f.readingFlags(cmd)
	flags.Var(f.output, "output", "write the tensors as a safetensors file")
	f.dtype = dtypeFlag(cmd)
	flags.BoolVar(&f.skeleton, "skeleton", false, "write a .cnn text with the tensors of the file")
	f.format = formatFlag(cmd, tableFormats)
	complete(cmd, "depth", fixed("1", "2", "3", "all"))
	complete(cmd, "against", func(cmd *cobra.Command, args []string, given string) ([]cobra.Completion, cobra.ShellCompDirective) {
		names, directive := completeNets(cmd, args, given)
		return append(names, everything), directive
	})
}

// dtypeFlag adds --dtype to a command.
func dtypeFlag(cmd *cobra.Command) *option[string] {
	dtype := &option[string]{what: "NAME", parse: func(text string) (string, error) { return text, known(text, interp.DTypes()) }}
	cmd.Flags().Var(dtype, "dtype", strings.Join(interp.DTypes(), ", ")+": round floats to this type in --output")
	complete(cmd, "dtype", fixed(interp.DTypes()...))
	return dtype
}

// consistent checks flags that exclude or need each other.
func (f *weightsFlags) consistent(file string) error {
	listing := f.depth.given || f.noValues
	switch {
	case file == "":
		return usage("want a FILE of weights, got an empty name")
	case f.output.given && otherSuffix(f.output.value) != "":
		return usage("--output writes safetensors, and %s is the ending of another kind of file", otherSuffix(f.output.value)).withHelp("name it with .safetensors at its end")
	case file == "-":
		return usage("weights reads a file, not a stream").withHelp("./- is a file of that name")
	case f.justMap && (!f.against.given || f.output.given || f.format.given):
		return usage("--map is for --against, and prints a map and nothing else")
	case f.skeleton && (listing || f.format.given || f.output.given || f.against.given || f.renames.given):
		return usage("--skeleton prints a .cnn text and nothing else").withHelp("leave out all other flags but --key")
	case f.dtype.given && !f.output.given:
		return usage("--dtype is for --output").withHelp("name a file to write, as in `--output w.safetensors`")
	case (f.names.given || f.layout.given || f.selection.net.given || f.set.given || f.shape.given) && !f.against.given:
		return usage("--names, --layout, --net, --set and --shape are for --against").withHelp("name a net, as in `--against resnet50`")
	case f.renames.given && !f.against.given && !f.output.given:
		return usage("--rename is for --against and --output")
	case f.depth.given && (f.output.given || f.against.given):
		return usage("--depth is for the list of tensors, which --against and --output do not print")
	case f.noValues && f.output.given:
		return usage("--output copies the numbers, and --no-values reads none").withHelp("leave out --no-values")
	case f.output.given && f.against.value == everything:
		return usage("--output is for one net").withHelp("`cnnlang weights %s --against all` says which", file)
	}
	return nil
}

// endings are those of kinds of files that this program or others know.
var endings = []string{".safetensors", ".cnn", ".pth", ".pt", ".th", ".bin", ".ckpt", ".pkl", ".tar", ".zip", ".h5", ".hdf5", ".keras", ".onnx", ".pb", ".tflite", ".npz", ".npy",
	".caffemodel", ".prototxt", ".json", ".weights", ".gguf", ".png", ".jpg", ".txt", ".md", ".go", ".py"}

// otherSuffix is the ending of a name that would be taken for another kind of file than
// safetensors; "" for none.
func otherSuffix(name string) string { return otherEnding(name, []string{".safetensors"}) }

// listWeights prints what a file holds.
func (a *app) listWeights(f *weightsFlags, d weightsDocument) error {
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

// shownFrom is the size of a file whose reading or writing shows progress.
const shownFrom = 256 << 20

// contentsOf describes a file, with counts of its numbers if they are to be read.
func (a *app) contentsOf(ctx context.Context, name string, file *interp.TensorFile, read bool) (weightsDocument, error) {
	about := file.About()
	d := weightsDocument{Schema: "cnnlang.weights/v1", File: name, Format: about.Format, Key: about.Key, Beside: about.Beside, Notes: notesOf(about), Tensors: []heldTensor{}}
	bytes := int64(0)
	for _, t := range file.Tensors() {
		d.Tensors = append(d.Tensors, heldTensor{Name: t.Name, DType: t.DType, Shape: append([]int{}, t.Shape...), Axes: t.Axes, Elements: t.Elements, Bytes: t.Bytes})
		bytes += t.Bytes
	}
	if read {
		done := int64(0)
		err := file.Values(ctx, func(i int, v interp.NotFinite) {
			d.Tensors[i].NaN, d.Tensors[i].Inf = &v.NaN, &v.Inf
			if done += d.Tensors[i].Bytes; bytes >= shownFrom {
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

// notesOf are the notes about a file, with one on the names of classes that it has.
func notesOf(about interp.AboutWeights) []string {
	names := about.Classes.Names
	if len(names) == 0 {
		return about.Notes
	}
	return append(slices.Clone(about.Notes), fmt.Sprintf("has names of classes in `%s`: %d, from %s to %s", about.Classes.Key, len(names), names[0], names[len(names)-1]))
}

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
)

// An exportFlags is the flags of `cnnlang export`.
type exportFlags struct {
	selection
	weightsSource
	seed        *option[uint64]
	to          *option[string]
	output      *option[string]
	outputNames *option[string]
	dtype       *option[string]
	side        *option[[]string]
	external    bool
	foldBN      bool
	noSource    bool
	format      *option[string]
}

// An exportTarget is a form in which a net can leave, with what is for it alone.
type exportTarget struct {
	name    string
	endings []string // of its files, the usual one first
	flags   []string // that it has and not every target
	write   func(*app, context.Context, *exportFlags, *interp.Net, *exportDocument) error
}

// exportTargets are the values of --to.
func exportTargets() []exportTarget {
	weights := []string{"weights", "names", "key", "rename", "layout", "seed", "output-names"}
	return []exportTarget{
		{"onnx", []string{".onnx"}, slices.Concat(weights, []string{"side", "external", "fold-bn", "no-source"}), (*app).exportONNX},
		{"torch", []string{".py"}, nil, (*app).exportTorch},
		{"safetensors", []string{".safetensors"}, slices.Concat(weights, []string{"dtype", "no-source"}), (*app).exportSafetensors},
	}
}

// exportDocument is cnnlang.export/v1.
type exportDocument struct {
	Schema string         `json:"schema"`
	Net    string         `json:"net"`
	To     string         `json:"to"`
	Files  []exportedFile `json:"files"`
	Notes  []string       `json:"notes,omitempty"`

	said string // for people: what was written into the first file
}

// An exportedFile is a file that was written.
type exportedFile struct {
	File  string `json:"file"`
	Bytes int64  `json:"bytes"`
}

// export is `cnnlang export`.
func (a *app) export() *cobra.Command {
	f := &exportFlags{}
	cmd := &cobra.Command{
		Use:   "export FILE|NAME --to TARGET --output FILE",
		Short: "Write a net or its weights for other programs",
		Long: "export writes a net for other programs. --to says in which form:\n\n" +
			"  onnx         the net with its weights, opset 17, batch of any size, named as its\n" +
			"               text names steps and weights; --side adds side heads as outputs,\n" +
			"               --fold-bn folds batch normalisations, --external puts weights beside it\n" +
			"  torch        a Python file for PyTorch, its blocks as classes, without weights: they\n" +
			"               load by their names\n" +
			"  safetensors  the weights, with the text of the net beside them unless --no-source or\n" +
			"               --output-names: such a file runs by itself; --dtype rounds them\n\n" +
			"--output-names calls tensors as one of the net's maps does, in place of its own names.\n" +
			"Weights come from a file in any format that can be run, by default the one that\n" +
			"`cnnlang get` has downloaded, or from a seed. Operations that the form lacks are named\n" +
			"all at once. A file that is written appears whole or not at all. docs/export.md says\n" +
			"more.",
		Example: "  cnnlang export resnet50 --to onnx --output resnet50.onnx\n" +
			"  cnnlang export resnet50 --to torch --output resnet50.py\n" +
			"  cnnlang export googlenet --to onnx --weights g.pth --side all --fold-bn --output g.onnx\n" +
			"  cnnlang export resnet50 --to safetensors --weights resnet50.pth --output resnet50.safetensors\n" +
			"  cnnlang export my.cnn --to safetensors --weights random --seed 7 --dtype f16 --output my.safetensors",
		Args:              arguments(1, 1, "the FILE or NAME of a net"),
		ValidArgsFunction: completeNets,
	}
	f.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		target, err := f.target(cmd)
		if err != nil {
			return err
		}
		defer leanGC()()
		n, err := a.net(&f.selection, args[0], 0)
		if err != nil {
			return err
		}
		if target.has("weights") {
			if err := a.adoptForExport(f, n, args[0]); err != nil {
				return err
			}
		}
		if err := f.spares(n); err != nil {
			return err
		}
		d := &exportDocument{Schema: "cnnlang.export/v1", Net: n.Name, To: f.to.value}
		if err := target.write(a, cmd.Context(), f, n, d); err != nil {
			return err
		}
		for _, note := range d.Notes {
			a.tell("note", note)
		}
		if f.format.value == "json" {
			return a.json(d)
		}
		_, err = fmt.Fprintln(a.stdout, d)
		return err
	}
	return cmd
}

func (f *exportFlags) flags(cmd *cobra.Command) {
	f.selection.flags(cmd)
	f.weightsSource.flags(cmd)
	flags := cmd.Flags()
	f.seed = &option[uint64]{what: "N", parse: parseSeed}
	flags.Var(f.seed, "seed", seedUsage)
	var names []string
	for _, t := range exportTargets() {
		names = append(names, t.name)
	}
	f.to = &option[string]{what: "NAME", parse: func(text string) (string, error) { return text, known(text, names) }}
	flags.Var(f.to, "to", "in which form: "+strings.Join(names, ", "))
	complete(cmd, "to", fixed(names...))
	f.output = textOf("FILE")
	flags.Var(f.output, "output", "the file to write")
	f.outputNames = textOf("NAME")
	flags.Var(f.outputNames, "output-names", "call the tensors that are written as this map of the net does, such as keras")
	complete(cmd, "output-names", completeNames)
	f.dtype = dtypeFlag(cmd)
	f.side = listOf("NAMES|all", 1<<10, func(text string) (string, error) { return text, nil })
	flags.Var(f.side, "side", "side heads that become further outputs of --to onnx, or all")
	flags.BoolVar(&f.external, "external", false, "put the weights of --to onnx into a file beside it, as is done anyway above 1.75 GiB")
	flags.BoolVar(&f.foldBN, "fold-bn", false, "make batch normalisations part of the layers before them")
	flags.BoolVar(&f.noSource, "no-source", false, "leave the text of the net out of the file")
	complete(cmd, "side", f.completeSides)
	f.format = formatFlag(cmd, textFormats)
}

func (t exportTarget) has(flag string) bool { return slices.Contains(t.flags, flag) }

// target is what --to names, if the other flags go with it.
func (f *exportFlags) target(cmd *cobra.Command) (exportTarget, error) {
	if !f.to.given {
		return exportTarget{}, usage("--to is missing").withHelp("say in which form, as in `--to %s`", exportTargets()[0].name)
	}
	if !f.output.given {
		return exportTarget{}, usage("--output is missing").withHelp("name the file to write, as in `--output %s`", "net"+f.named().endings[0])
	}
	t := f.named()
	for _, other := range exportTargets() {
		for _, flag := range other.flags {
			if cmd.Flags().Changed(flag) && !t.has(flag) {
				return t, usage("--%s is not for --to %s", flag, t.name)
			}
		}
	}
	if ending := otherEnding(f.output.value, t.endings); ending != "" {
		return t, usage("--to %s writes %s, and %s is the ending of another kind of file", t.name, t.name, ending).withHelp("name it with %s at its end", t.endings[0])
	}
	if f.seed.given && !f.generated() {
		return t, usage("--seed is for generated weights").withHelp("as in `--weights random --seed 7`")
	}
	if err := f.weightsSource.named(); err != nil {
		return t, err
	}
	return t, f.check()
}

func (f *exportFlags) named() exportTarget {
	all := exportTargets()
	return all[slices.IndexFunc(all, func(t exportTarget) bool { return t.name == f.to.value })]
}

// adoptForExport takes the weights that come with the net or have been downloaded, if --weights names none, and the
// preparation that the net's meta has for the file.
func (a *app) adoptForExport(f *exportFlags, n *interp.Net, argument string) error {
	if f.weights.value != "" {
		a.recognise(n, &f.weightsSource, nil)
		return nil
	}
	c, err := a.weightsFor(&f.weightsSource, n, argument, "cnnlang export "+shellQuoted(argument)+" --to "+f.to.value+" --weights FILE --output "+shellQuoted(f.output.value))
	if err == nil {
		n.PrepareFor(c)
	}
	return err
}

// source is where the weights come from.
func (f *exportFlags) source() interp.Weights {
	if f.generated() {
		return interp.RandomWeights(f.seed.value).Named(f.names.value)
	}
	return f.file()
}

// spares checks that no file of the net or the weights would be overwritten.
func (f *exportFlags) spares(n *interp.Net) error {
	return f.sparesFiles(append(n.Files(), f.weights.value), f.output.value)
}

// sparesFiles checks that none of these files would be overwritten by any of those.
func (f *exportFlags) sparesFiles(read []string, written ...string) error {
	for _, path := range written {
		target, err := os.Stat(path)
		if err != nil {
			continue
		}
		for _, name := range read {
			if file, err := os.Stat(name); err == nil && os.SameFile(file, target) {
				return usage("%s is a file that is read, and would be overwritten", visibleName(path)).withHelp("name another file with --output")
			}
		}
	}
	return nil
}

// String is for people.
func (d *exportDocument) String() string {
	var lines []string
	for i, file := range d.Files {
		line := fmt.Sprintf("%s: %s", visibleName(file.File), counted(file.Bytes, "byte"))
		if i == 0 {
			line += ", " + d.said
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// wrote adds a file to the document.
func (d *exportDocument) wrote(file string) error {
	info, err := os.Stat(file)
	if err == nil {
		d.Files = append(d.Files, exportedFile{file, info.Size()})
	}
	return err
}

// exportSafetensors writes the weights, with the text of the net beside them.
func (a *app) exportSafetensors(ctx context.Context, f *exportFlags, n *interp.Net, d *exportDocument) error {
	a.writing.Lock()
	defer a.writing.Unlock()
	done, err := f.source().Write(ctx, f.output.value, interp.Rewrite{DType: f.dtype.value, Net: n, Names: f.outputNames.value, Carry: !f.noSource, Progress: a.writtenSoFar(f.output.value)})
	a.progress("")
	if err != nil {
		return err
	}
	d.Notes = done.Notes
	w := writtenWeights{Tensors: done.Tensors, DType: f.dtype.value, Overflowed: done.Overflowed, rounded: done.Rounded}
	d.said = counted(int64(w.Tensors), "tensor") + w.rounding()
	return d.wrote(f.output.value)
}

// otherEnding is the ending of a name that other programs, or this one, would take for another
// kind of file than those with these endings; "" for none.
func otherEnding(name string, own []string) string {
	suffix := strings.ToLower(filepath.Ext(name))
	if slices.Contains(own, suffix) || !slices.Contains(endings, suffix) {
		return ""
	}
	return suffix
}

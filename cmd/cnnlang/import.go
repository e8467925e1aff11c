package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp/importer"
	"cnnlang/lang/parse"
)

// An importFlags is the flags of `cnnlang import`.
type importFlags struct {
	output     *option[[]target]
	flat       bool
	stop       *option[[]string]
	noWeights  bool
	noExternal bool
	shape      *option[[]shapeFor]
	name       *option[string]
	force      bool
	format     *option[string]
}

// importDocument is cnnlang.import/v1.
type importDocument struct {
	Schema  string         `json:"schema"`
	File    string         `json:"file"`
	Format  string         `json:"format"`
	Net     string         `json:"net"`
	Inputs  []importedEnd  `json:"inputs"`
	Outputs []importedEnd  `json:"outputs"`
	Params  *int           `json:"params"`
	MACs    *int           `json:"macs"`
	Nodes   int            `json:"nodes"`
	Lines   int            `json:"lines"`
	Tensors int            `json:"tensors"`
	Files   []exportedFile `json:"files,omitempty"`
	Notes   []string       `json:"notes,omitempty"`
	Text    string         `json:"text,omitempty"` // where no file has it
}

// An importedEnd is an input or output of a net.
type importedEnd struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
}

// The values of --output of `cnnlang import` beside the text, which has no name.
const (
	weightsOutput = "weights"
	namesOutput   = "names"
)

// import_ is `cnnlang import`.
func (a *app) import_() *cobra.Command {
	f := &importFlags{}
	cmd := &cobra.Command{
		Use:   "import FILE [WEIGHTS]",
		Short: "Make readable text of a network in another program's file",
		Long: "import reads a network from a file of another program, and writes it as a .cnn text:\n" +
			"blocks, repeats and branches in place of a list of operations, with the names that the\n" +
			"file has for its weights. The text is read back, and its graph compared with the file's\n" +
			"operation by operation, before it is given.\n\n" +
			"FILE is " + importer.Formats() + ".\n" +
			"WEIGHTS is the file with the numbers, of formats that keep them apart.\n\n" +
			"--output writes the text, --output weights=FILE the weights as safetensors, called as\n" +
			"the text calls them and with the text beside them, and --output names=FILE what the\n" +
			"file calls each of them, as JSON. Without --output the text is printed. What is there\n" +
			"already is left as it is, unless --force is given. Operations that the language lacks\n" +
			"are named all at once; --stop-before ends the net before some of its nodes, as before\n" +
			"a detector's post-processing. docs/import.md says more.",
		Example: "  cnnlang import model.h5\n" +
			"  cnnlang import model.onnx --flat\n" +
			"  cnnlang import net.prototxt net.caffemodel --output net.cnn --output weights=net.safetensors\n" +
			"  cnnlang import model.json --output net.cnn --output weights=net.safetensors",
		Args: arguments(1, 2, "the FILE of a network, and perhaps one of WEIGHTS"),
	}
	f.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := f.consistent(args); err != nil {
			return err
		}
		defer leanGC()()
		return a.importNet(cmd.Context(), f, args)
	}
	return cmd
}

func (f *importFlags) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.output = targetsOption()
	flags.Var(f.output, "output", "write the text, with weights= the weights, with names= what the file calls them; may be repeated")
	flags.BoolVar(&f.flat, "flat", false, "write every operation on a line of its own, without blocks and repeats")
	f.stop = manyOf("NODE", func(text string) (string, error) {
		if text == "" {
			return "", errors.New("want the name of a node")
		}
		return text, nil
	})
	flags.Var(f.stop, "stop-before", "end the net before this node of the file; may be repeated")
	flags.BoolVar(&f.noWeights, "no-weights", false, "read the network alone, which may have no numbers")
	flags.BoolVar(&f.noExternal, "no-external", false, "read no numbers from files beside the one that is named")
	f.shape = shapesOption()
	flags.Var(f.shape, "shape", "shape of the input, as in 2x3x224x224, or by NAME of one of several inputs; may be repeated")
	f.name = onceOf(&option[string]{what: "NAME", parse: parseWord})
	flags.Var(f.name, "name", "what to call the net")
	flags.BoolVar(&f.force, "force", false, "write over files that are there")
	f.format = formatFlag(cmd, textFormats)
}

var netName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// parseWord wants a name that can be declared.
func parseWord(text string) (string, error) {
	if !netName.MatchString(text) || slices.Contains(parse.Keywords, text) {
		return "", errors.New("want a word of letters, digits and _ that is not reserved")
	}
	return text, nil
}

// consistent checks the arguments and flags before anything is read.
func (f *importFlags) consistent(args []string) error {
	for _, argument := range args {
		if argument == "-" {
			return usage("import reads a file, not a stream").withHelp("./- is a file of that name")
		}
	}
	kinds := map[string]string{"": ".cnn", weightsOutput: ".safetensors", namesOutput: ".json"}
	given := map[string]bool{}
	for i, t := range f.output.value {
		ending, known := kinds[t.name]
		switch {
		case !known:
			return usage("--output %s= is not what an import has", t.name).withHelp("there are the text, as in `--output net.cnn`, %s= and %s=", weightsOutput, namesOutput)
		case given[t.name]:
			return usage("--output is given twice for the text").withHelp("name weights as in `--output %s=net.safetensors`", weightsOutput)
		case otherEnding(t.file, []string{ending}) != "":
			return usage("%s is the ending of another kind of file than is written there", otherEnding(t.file, []string{ending})).withHelp("name it with %s at its end", ending)
		case t.name == weightsOutput && f.noWeights:
			return usage("--no-weights reads none, and --output %s= writes them", weightsOutput)
		case slices.ContainsFunc(f.output.value[:i], func(o target) bool { return sameFile(o.file, t.file) }):
			return usage("%s is to be two files", t.file).withHelp("name another file for one of them")
		}
		given[t.name] = true
	}
	return nil
}

// importNet reads the net, and writes what is asked for.
func (a *app) importNet(ctx context.Context, f *importFlags, args []string) error {
	o := importer.Options{Net: f.name.value, Flat: f.flat, Stop: f.stop.value, NoWeights: f.noWeights, NoExternal: f.noExternal, Shapes: map[string][]int{}}
	for _, s := range f.shape.value {
		o.Shapes[s.name] = s.shape
	}
	if len(args) > 1 {
		o.Weights = args[1]
	}
	if err := f.free(); err != nil {
		return err
	}
	net, err := importer.Open(args[0], o)
	if err != nil {
		return err
	}
	defer net.Close()
	d := importDocumentOf(args[0], net)
	for _, t := range f.output.value {
		if err := new(exportFlags).sparesFiles(net.Files(), t.file); err != nil {
			return err
		}
	}
	if err := a.writeImport(ctx, f, net, d); err != nil {
		return err
	}
	for _, note := range d.Notes {
		a.tell("note", note)
	}
	if f.format.value == "json" {
		return a.json(d)
	}
	if d.Text != "" {
		_, err = io.WriteString(a.stdout, d.Text)
		return err
	}
	_, err = fmt.Fprintln(a.stdout, d)
	return err
}

func importDocumentOf(file string, i *importer.Imported) *importDocument {
	n := i.Net
	d := &importDocument{Schema: "cnnlang.import/v1", File: file, Format: i.Format, Net: n.Name, Params: integer(n.Main.Params), MACs: integer(n.Main.MACs),
		Nodes: i.Operations, Lines: strings.Count(i.Text, "\n"), Tensors: len(i.Names()), Notes: i.Notes, Text: i.Text}
	for _, in := range n.Graph.Inputs {
		d.Inputs = append(d.Inputs, importedEnd{in.Path, in.Shape})
	}
	for _, out := range n.Graph.Outputs {
		d.Outputs = append(d.Outputs, importedEnd{out.Name, out.Node.Shape})
	}
	return d
}

// free checks that no file is there already, unless --force is given.
func (f *importFlags) free() error {
	for _, t := range f.output.value {
		if _, err := os.Lstat(t.file); err == nil && !f.force {
			return &takenError{t.file, "is there already, and is left as it is; --force writes over it"}
		}
	}
	return nil
}

// writeImport writes the files that are asked for: the weights before the text, so that no text is
// there without them.
func (a *app) writeImport(ctx context.Context, f *importFlags, net *importer.Imported, d *importDocument) error {
	a.writing.Lock()
	defer a.writing.Unlock()
	files := map[string]string{}
	for _, t := range f.output.value {
		files[t.name] = t.file
	}
	write := func(name string, content func(file string) error) error {
		file, asked := files[name]
		if !asked {
			return nil
		}
		if err := content(file); err != nil {
			return err
		}
		info, err := os.Stat(file)
		if err == nil {
			d.Files = append(d.Files, exportedFile{file, info.Size()})
		}
		return err
	}
	err := write(weightsOutput, func(file string) error {
		done, err := net.WriteWeights(ctx, file, a.writtenSoFar(file))
		a.progress("")
		if done.NotFinite > 0 {
			d.Notes = append(d.Notes, fmt.Sprintf("%s of the weights are NaN or infinite, the first in %s", counted(done.NotFinite, "number"), visibleName(done.In)))
		}
		return err
	})
	if err == nil {
		err = write(namesOutput, func(file string) error { return writeNames(file, net) })
	}
	if err == nil {
		err = write("", func(file string) error { d.Text = ""; return writeWhole(file, []byte(net.Text)) })
	}
	if err == nil && d.Text == "" && files[weightsOutput] == "" && d.Tensors > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("the weights are not written; `--output %s=FILE` writes them", weightsOutput))
	}
	return err
}

// namesDocument is cnnlang.names/v1.
type namesDocument struct {
	Schema string             `json:"schema"`
	Names  []importer.Renamed `json:"names"`
}

// writeNames writes what the file calls the tensors.
func writeNames(file string, net *importer.Imported) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(namesDocument{"cnnlang.names/v1", append([]importer.Renamed{}, net.Names()...)}); err != nil {
		return err
	}
	return writeWhole(file, text.Bytes())
}

// String is for people.
func (d *importDocument) String() string {
	var lines []string
	for _, file := range d.Files {
		lines = append(lines, fmt.Sprintf("%s: %s", visibleName(file.File), counted(file.Bytes, "byte")))
	}
	return strings.Join(append(lines, fmt.Sprintf("%s: %s, %s, %s", d.Net, d.Format, counted(int64(d.Nodes), "operation"), counted(int64(d.Lines), "line"))), "\n")
}

// importHelp is what to do about a text that is not the network of its file, "" for any other error.
func importHelp(err error) string {
	if is[*importer.MismatchError](err) {
		return "--flat writes every operation on a line of its own; please report this with the file"
	}
	return ""
}

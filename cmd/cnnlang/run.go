package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/rows"
)

// A runFlags is the flags of `cnnlang run`.
type runFlags struct {
	selection
	origin
	performance
	sources
	batch  *option[[]int]
	input  *option[[]inputOf]
	scale  *option[float32]
	output *option[[]target]
	shown  []string // outputs that --output names without a file
	as     *option[interp.OutputKind]
	rng    *option[[]float64]
	top    *option[int]
	format *option[string]
}

// run is `cnnlang run`.
func (a *app) run() *cobra.Command {
	f := &runFlags{
		batch:  batchOption(1),
		input:  inputsOption(),
		output: targetsOption(),
		as:     kindOption(),
		rng:    &option[[]float64]{what: "LOW,HIGH", parse: parseRange, write: func(list []float64) string { return joined(list, ",") }},
		scale:  &option[float32]{value: 1, what: "S", parse: parseScale},
		top:    numberOf(5, 1, 1<<20),
	}
	cmd := &cobra.Command{
		Use:   "run FILE|NAME [IMAGE|FOLDER...]",
		Short: "Run a net on images or arrays",
		Long:  runHelp, Example: runExamples,
		Args:              arguments(1, -1, "the FILE or NAME of a net"),
		ValidArgsFunction: completeNetAndImages,
	}
	f.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if args[0] != "-" {
			if err := interp.Known(args[0]); err != nil {
				return err
			}
		}
		if err := f.streams(args); err != nil {
			return err
		}
		if err := separated(cmd, args[1:]); err != nil {
			return err
		}
		if err := f.consistent(args[1:]); err != nil {
			return err
		}
		if err := f.spares(args); err != nil {
			return err
		}
		if err := f.arraysAlone(); err != nil {
			return err
		}
		f.selection.as = f.as.value
		defer a.tellSideways(&f.selection)
		if err := f.sources.ready(args[1:]); err != nil {
			return err
		}
		if f.many(args[1:]) {
			return a.runMany(cmd.Context(), f, args[0], args[1:])
		}
		return a.runNet(cmd.Context(), f, args[0], args[1:])
	}
	return cmd
}

func (f *runFlags) flags(cmd *cobra.Command) {
	f.selection.flags(cmd)
	f.selection.pictures(cmd)
	f.selection.classes(cmd)
	f.origin.flags(cmd)
	f.performance.flags(cmd, 1)
	f.sources.flags(cmd)
	flags := cmd.Flags()
	flags.Var(f.batch, "batch", batchUsage)
	flags.Var(f.input, "input", "an array, an image or a generated input, by NAME of the net's inputs where it has several; may be repeated")
	flags.Var(f.scale, "scale", "largest magnitude of a generated input")
	flags.Var(f.output, "output", "write the output, or by NAME one of several, a side head or the value at a path, as a NumPy array, or if FILE ends in .png as a picture; {name} in it is the image's name; may be repeated")
	flags.Var(f.as, "as", "what the output is, in place of what the net's text tells: "+kindNames())
	complete(cmd, "as", fixed(strings.Split(kindNames(), ", ")...))
	flags.Var(f.rng, "range", "the values that are black and full brightness in an output that is written as a picture, as in -1,1")
	flags.Var(f.top, "top", "how many classes to show")
	f.format = formatFlag(cmd, []string{"text", "json", "csv", "jsonl"})
}

func completeNetAndImages(cmd *cobra.Command, args []string, given string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return []cobra.Completion{"png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff"}, cobra.ShellCompDirectiveFilterFileExt
	}
	return completeNets(cmd, args, given)
}

// streams checks that standard input is one thing.
func (f *runFlags) streams(args []string) error {
	var names []string
	for i, argument := range args {
		if argument == "-" {
			names = append(names, []string{"the net", "an image"}[min(i, 1)])
		}
	}
	if f.list.value == "-" {
		names = append(names, "--list")
	}
	if len(names) > 1 {
		return usage("%s and %s are both standard input", names[0], names[1]).withHelp("name a file in place of one of them")
	}
	return nil
}

// many reports whether results go out image by image: those of several, of a folder or a list,
// in formats of lines, or in batches. The result of one image is one document.
func (f *runFlags) many(args []string) bool {
	return f.sources.several(args) || f.manySets() || len(args) == 1 && (f.batch.given || f.format.value == "csv" || f.format.value == "jsonl")
}

// consistent checks flags that exclude or need each other.
func (f *runFlags) consistent(args []string) error {
	if f.list.given || len(args) > 0 {
		return f.consistentImages(args)
	}
	if f.manySets() {
		return f.consistentSets()
	}
	switch {
	case len(f.input.value) == 0:
		return usage("there is no input").
			withHelp("name images after the net, an array with `--input x.npy`, or generate one with `--input random`; of several inputs each by its name, `--input NAME=FILE`")
	case f.scale.given && !slices.ContainsFunc(f.input.value, inputOf.isRandom):
		return usage("--scale is for a generated input").withHelp("add `--input random`")
	case f.format.value == "csv" || f.format.value == "jsonl":
		return usage("-o %s is for images, and the input is none", f.format.value).withHelp("text and json are for arrays, too")
	}
	if only := f.input.value[0]; only.name == "" && only.isMany() {
		return usage("%s is many images, and --input is one array, image or generated", only.file).
			withHelp("name them after the net, or for one of several inputs by its name: `--input NAME=%s`", only.file)
	}
	pictures := slices.ContainsFunc(f.input.value, inputOf.isPicture)
	for _, flag := range []struct {
		name  string
		given bool
	}{{"prepare", f.prepare.given && !pictures}, {"exif", f.exif.given && !pictures}, {"batch", f.batch.given}, {"recursive", f.recursive}, {"resume-after", f.resumeAfter.given}} {
		if flag.given {
			return usage("--%s is for images, and the input is none", flag.name).withHelp("leave it out, or name images after the net")
		}
	}
	return f.apart()
}

// consistentImages is consistent for images.
func (f *runFlags) consistentImages(args []string) error {
	switch {
	case len(f.input.value) > 0:
		return usage("got images and --input, want one of them")
	case f.many(args):
		return f.consistentMany()
	case f.scale.given:
		return notGenerated()
	}
	return f.apart()
}

// consistentMany is consistent for many images.
func (f *runFlags) consistentMany() error {
	switch {
	case f.scale.given:
		return notGenerated()
	case f.shape.value != nil && f.batch.given:
		return usage("got --shape and --batch, want one of them").withHelp("the first size of --shape is the batch")
	case f.onePicture() != "":
		return usage("%s is one picture, and there may be many", f.onePicture()).withHelp("write one for each image, as in `--output 'out/{name}.png'`")
	case f.format.value == "json":
		return usage("-o json is one document, for one image").withHelp("-o jsonl writes a line for each image")
	}
	return f.apart()
}

func notGenerated() error {
	return usage("--scale is for a generated input").withHelp("images are scaled by `--prepare 'picture(scale=255)'`")
}

// onePicture is a file of --output that is a picture, whatever the image is called, "" for none.
func (f *runFlags) onePicture() string {
	for _, t := range f.output.value {
		if t.isPicture() && !t.perImage() {
			return t.file
		}
	}
	return ""
}

// oneArray is a file of --output that has a row for each image, "" for none.
func (f *runFlags) oneArray() string {
	for _, t := range f.output.value {
		if !t.perImage() {
			return t.file
		}
	}
	return ""
}

// model builds the net, and refuses to write over what it is made of.
func (a *app) model(ctx context.Context, f *runFlags, n *interp.Net, opts interp.Options) (*interp.Model, error) {
	m, err := a.build(ctx, &f.origin, n, opts)
	if err != nil {
		return nil, err
	}
	a.labelled(m.Labels)
	return m, f.sparesModel(m)
}

// runNet opens what is named, computes, writes and prints.
func (a *app) runNet(ctx context.Context, f *runFlags, argument string, images []string) error {
	start := time.Now()
	limit := interp.UsableMemory(f.maxMemory.value, f.maxMemory.given)
	collect(limit, 0)
	arrays, err := f.arrays(images)
	if err != nil {
		return err
	}
	n, err := a.net(&f.selection, argument, len(images))
	f.blame(err, arrays)
	if err != nil {
		return err
	}
	if err := f.choose(n); err != nil {
		return err
	}
	if err := a.adopt(f, n, argument, images); err != nil {
		return err
	}
	drawings, err := f.drawings(n)
	if err != nil {
		return err
	}
	if err := f.singles(n.Graph.Images(), imageNames(images)); err != nil {
		return err
	}
	opts := interp.Options{
		Values: f.values(), Precision: f.precision.value[0], Threads: f.threads.value[0],
		MaxMemory: limit, Weights: f.origin.source(),
	}
	x, err := f.inputs(ctx, a.stdin, images, n, opts)
	if err != nil {
		return err
	}
	opts.Held = x.held
	model, err := a.model(ctx, f, n, opts)
	if err != nil {
		return err
	}
	session := model.NewSession(opts.Threads)
	defer session.Close()
	m := model.Memory(session.Threads())
	collect(limit, m.Weights+m.Activations+m.Scratch)
	d := runDocument{
		Schema: "cnnlang.run/v2", Net: n.Name, ends: endsText(n.Graph), runInputs: x.document(n.Graph), Weights: f.origin.document(model.Fit),
		Threads: session.Threads(), Precision: f.precision.String(),
	}
	d.Seconds.Prepare = time.Since(start).Seconds()
	a.doing("%s: computing", n.Name)
	start = time.Now()
	if err := session.Run(ctx, x.tensors...); err != nil {
		return err
	}
	d.Seconds.Run = time.Since(start).Seconds()
	name(drawings, model)
	if d.Files, err = a.writeValues(ctx, f, n, session, drawings, imageNames(images)); err != nil {
		return err
	}
	d.Outputs = rows.OutputsOf(n, session.Output(), session.Value, f.shown)
	d.Results = resultsOf(model, session.Output(), imageNames(images), f.top.value)
	if n.Classifies() || n.Kind() == interp.MaskOutput {
		d.Labels = model.Labels.From
	}
	return a.show(f, d, drawings)
}

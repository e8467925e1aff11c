package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/ops"
)

// mostThreads bounds --threads: each thread has memory of its own.
const mostThreads = 1024

// A runFlags is what `cnnlang run` is asked for.
type runFlags struct {
	selection
	origin
	input      textFlag
	scale      scaleFlag
	scaleGiven bool
	output     textFlag
	sides, at  targetsFlag
	threads    numberFlag
	precision  precisionFlag
	top        numberFlag
	format     *choice
}

// run is `cnnlang run`.
func (a *app) run() *cobra.Command {
	f := &runFlags{
		input:   textFlag{what: "FILE.npy|random"},
		output:  textFlag{what: "FILE.npy"},
		scale:   1,
		sides:   targetsFlag{what: "NAME"},
		at:      targetsFlag{what: "PATH"},
		threads: numberFlag{0, 0, mostThreads},
		top:     numberFlag{5, 1, 1 << 20},
	}
	cmd := &cobra.Command{
		Use:   "run FILE|NAME [IMAGE...]",
		Short: "Run a net on images or arrays",
		Long: "run computes a net's output for JPEG or PNG images, prepared as the net's meta\n" +
			"says, several of them as one batch; for an array from a .npy file; or for a\n" +
			"generated input. For an output [N, C] it shows the highest classes with their\n" +
			"softmax. Files get the net's own output as float32.\n\n" +
			"Weights come from a .safetensors file or, to try a net out, from a seed.",
		Example: "  cnnlang run resnet50 cat.jpg dog.png --weights resnet50.safetensors\n" +
			"  cnnlang run resnet50 cat.jpg --weights random\n" +
			"  cnnlang run my.cnn --weights random --seed 7 --input random --shape 2x3x64x64\n" +
			"  cnnlang run my.cnn --weights my.safetensors --input x.npy --output y.npy\n" +
			"  cnnlang run googlenet cat.jpg --weights g.safetensors --side aux1=aux1.npy --at conv1=conv1.npy",
		Args:              arguments(1, -1, "the FILE or NAME of a net"),
		ValidArgsFunction: completeRun,
	}
	f.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f.scaleGiven = cmd.Flags().Changed("scale")
		if err := interp.Known(args[0]); err != nil {
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
		return a.runNet(cmd.Context(), f, args[0], args[1:])
	}
	return cmd
}

func (f *runFlags) flags(cmd *cobra.Command) {
	f.selection.flags(cmd)
	flags := cmd.Flags()
	f.origin.flags(cmd)
	flags.Var(&f.input, "input", "an array, or a generated input, instead of images")
	flags.Var(&f.scale, "scale", "largest magnitude of a generated input")
	flags.Var(&f.output, "output", "where to write the output")
	flags.Var(&f.sides, "side", "write the output of a side head; may be repeated")
	flags.Var(&f.at, "at", "write the value of a step, by its path; may be repeated")
	flags.Var(&f.threads, "threads", "threads to run on, 0 for one for each core")
	flags.Var(&f.precision, "precision", "what values between steps are rounded to: "+strings.Join(ops.Precisions(), " or "))
	flags.Var(&f.top, "top", "how many classes to show")
	f.format = formatFlag(cmd, "text", "json")
}

func completeRun(cmd *cobra.Command, args []string, given string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return []cobra.Completion{"png", "jpg", "jpeg"}, cobra.ShellCompDirectiveFilterFileExt
	}
	return completeNets(cmd, args, given)
}

// consistent checks what the flags say together.
func (f *runFlags) consistent(images []string) error {
	generated := f.input.value == "random"
	switch {
	case f.weights.value == "":
		return usage("--weights is missing").
			withHelp("name a file, as in `--weights w.safetensors`, or try the net out with generated weights: `--weights random`")
	case len(images) > 0 && f.input.value != "":
		return usage("got images and --input, want one of them")
	case len(images) == 0 && f.input.value == "":
		return usage("there is no input").
			withHelp("name images after the net, an array with `--input x.npy`, or generate one with `--input random`")
	case f.scaleGiven && !generated:
		return usage("--scale is for a generated input").withHelp("add `--input random`")
	}
	files := map[string]string{}
	for _, t := range f.targets() {
		if other, taken := files[t.file]; taken {
			return usage("%s and %s would both be written to %s", other, t.name, t.file)
		}
		files[t.file] = t.name
	}
	return nil
}

// spares checks that nothing is written over what is read.
func (f *runFlags) spares(args []string) error {
	read := map[string]string{"the weights": f.weights.value, "the input": f.input.value, "the algorithms": f.tune.value}
	if interp.IsFile(args[0]) {
		read["the net"] = args[0]
	}
	for _, image := range args[1:] {
		read["the image "+image] = image
	}
	for _, t := range f.targets() {
		target, err := os.Stat(t.file)
		if err != nil {
			continue
		}
		for what, file := range read {
			if source, err := os.Stat(file); err == nil && os.SameFile(source, target) {
				return usage("%s would be written over %s, %s", t.name, what, t.file).withHelp("name another file")
			}
		}
	}
	return nil
}

// targets is everything to be written.
func (f *runFlags) targets() []target {
	var all []target
	if f.output.value != "" {
		all = append(all, target{"the output", f.output.value})
	}
	return append(append(all, f.sides.list...), f.at.list...)
}

// A runResult is what a run gave, before it is shown.
type runResult struct {
	net           *interp.Net
	session       *interp.Session
	images        []string
	written       []writtenValue
	threads       int
	prepared, ran time.Duration
}

// runNet opens everything that is named, computes, writes and shows.
func (a *app) runNet(ctx context.Context, f *runFlags, argument string, images []string) error {
	start := time.Now()
	limit := f.memory()
	collect(limit, 0)
	in, err := f.supply(images)
	if err != nil {
		return err
	}
	n, err := a.netFor(f, argument, in)
	if err != nil {
		return err
	}
	opts := interp.Options{
		Sides: f.sides.names(), At: f.at.names(), Precision: f.precision.Precision,
		Threads: f.threads.value, MaxMemory: limit, Held: 4 * int64(n.Graph.Input.Shape.Elements()),
	}
	x, passing, err := in.tensor(ctx, f, n, opts)
	if err != nil {
		return err
	}
	opts.Held = held(opts.Held, passing)
	model, err := a.build(ctx, &f.origin, n, opts)
	if err != nil {
		return err
	}
	session := model.NewSession(f.threads.value)
	defer session.Close()
	m := model.Plan.Memory(session.Threads())
	collect(limit, m.Weights+m.Activations+m.Scratch)
	r := &runResult{net: n, session: session, images: images, threads: session.Threads(), prepared: time.Since(start)}
	start = time.Now()
	if err := session.Run(ctx, x); err != nil {
		return err
	}
	r.ran = time.Since(start)
	if err := a.writeValues(ctx, f, r); err != nil {
		return err
	}
	return a.show(f, r)
}

// netFor makes the net at the size of its input: the one asked for, or that of
// the array, or the net's own, for as many images as there are.
func (a *app) netFor(f *runFlags, argument string, in supply) (*interp.Net, error) {
	p, o, err := a.open(&f.selection, argument)
	if err != nil {
		return nil, err
	}
	if f.shape == nil {
		f.shape = shapeFlag(in.shape)
	}
	n, err := a.instantiate(&f.selection, p, o)
	var found *problems
	if in.shape != nil && errors.As(err, &found) {
		found.blame(f.input.value, in.shape)
	}
	if err != nil || f.shape != nil || in.count <= 1 {
		return n, err
	}
	f.shape = append(shapeFlag{in.count}, n.Graph.Input.Shape[1:]...)
	return a.instantiate(&f.selection, p, o)
}

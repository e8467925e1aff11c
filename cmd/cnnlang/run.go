package main

import (
	"context"
	"os"
	"time"

	"github.com/spf13/cobra"

	"cnnlang/interp"
)

// A runFlags is the flags of `cnnlang run`.
type runFlags struct {
	selection
	origin
	performance
	input  *option[string]
	scale  *option[float32]
	output *option[[]target]
	top    *option[int]
	format *option[string]
}

// run is `cnnlang run`.
func (a *app) run() *cobra.Command {
	f := &runFlags{
		input:  textOf("FILE.npy|random"),
		output: targetsOption(),
		scale:  &option[float32]{value: 1, what: "S", parse: parseScale},
		top:    numberOf(5, 1, 1<<20),
	}
	cmd := &cobra.Command{
		Use:   "run FILE|NAME [IMAGE...]",
		Short: "Run a net on images or arrays",
		Long: "run computes a net's output for JPEG or PNG images, which its meta says how to\n" +
			"prepare unless --prepare does; for an array from a .npy file; or for a generated\n" +
			"input. Several images are computed as one batch. For an output [N, C] it prints the\n" +
			"highest classes with their softmax, by name if the meta has `classes`. Files get\n" +
			"the output itself, in float32. Weights come from a file of safetensors, PyTorch, Keras,\n" +
			"TensorFlow.js, ONNX, Caffe, NumPy or Darknet, by default the one that `cnnlang get`\n" +
			"has downloaded, or, to try a net out, from a seed. For a file with the name of one\n" +
			"that is published, images are prepared as its meta says of that one.\n\n" +
			"--precision bf16 computes in bfloat16, on processors with AVX512-BF16 or AMX, in\n" +
			"less memory and, except for small nets, less time. f32fast multiplies float32 with\n" +
			"16 bits of precision, on processors with AMX. docs/precision.md has the errors.",
		Example: "  cnnlang run resnet50 cat.jpg dog.png\n" +
			"  cnnlang run resnet50 cat.jpg --weights resnet50.safetensors\n" +
			"  cnnlang run resnet50 cat.jpg --weights random\n" +
			"  cnnlang run resnet50 cat.jpg --weights w.safetensors --prepare 'imagenet(fit=\"pad\")'\n" +
			"  cnnlang run my.cnn --weights random --seed 7 --input random --shape 2x3x64x64\n" +
			"  cnnlang run my.cnn --weights my.safetensors --input x.npy --output y.npy\n" +
			"  cnnlang run googlenet cat.jpg --weights g.safetensors --output aux1=aux1.npy --output conv1=conv1.npy",
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
	f.selection.pictures(cmd)
	f.origin.flags(cmd)
	f.performance.flags(cmd, 1)
	flags := cmd.Flags()
	flags.Var(f.input, "input", "an array, or a generated input, instead of images")
	flags.Var(f.scale, "scale", "largest magnitude of a generated input")
	flags.Var(f.output, "output", "write the output, or by NAME a side head or the value at a path; may be repeated")
	flags.Var(f.top, "top", "how many classes to show")
	f.format = formatFlag(cmd, textFormats)
}

func completeNetAndImages(cmd *cobra.Command, args []string, given string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return []cobra.Completion{"png", "jpg", "jpeg"}, cobra.ShellCompDirectiveFilterFileExt
	}
	return completeNets(cmd, args, given)
}

// consistent checks flags that exclude or need each other.
func (f *runFlags) consistent(images []string) error {
	generated := f.input.value == "random"
	switch {
	case len(images) > 0 && f.input.value != "":
		return usage("got images and --input, want one of them")
	case len(images) == 0 && f.input.value == "":
		return usage("there is no input").
			withHelp("name images after the net, an array with `--input x.npy`, or generate one with `--input random`")
	case f.scale.given && len(images) > 0:
		return usage("--scale is for a generated input").withHelp("images are scaled by `--prepare 'picture(scale=255)'`")
	case f.scale.given && !generated:
		return usage("--scale is for a generated input").withHelp("add `--input random`")
	case f.prepare.given && len(images) == 0:
		return usage("--prepare is for images, and the input is none").withHelp("leave it out, or name images after the net")
	}
	files := map[string]target{}
	for _, t := range f.output.value {
		if other, taken := files[t.file]; taken {
			return usage("%v and %v would both be written to %s", other, t, t.file)
		}
		files[t.file] = t
	}
	return nil
}

// spares checks that no file that is read would be overwritten.
func (f *runFlags) spares(args []string) error {
	read := map[string]string{"the weights": f.weights.value, "the input": f.input.value, "the algorithms": f.tune.value}
	if isFile(args[0]) {
		read["the net"] = args[0]
	}
	for _, image := range args[1:] {
		read["the image "+image] = image
	}
	for _, t := range f.output.value {
		target, err := os.Stat(t.file)
		if err != nil {
			continue
		}
		for what, file := range read {
			if source, err := os.Stat(file); err == nil && os.SameFile(source, target) {
				return usage("%v would be written over %s, %s", t, what, t.file).withHelp("name another file")
			}
		}
	}
	return nil
}

// runNet opens what is named, computes, writes and prints.
func (a *app) runNet(ctx context.Context, f *runFlags, argument string, images []string) error {
	start := time.Now()
	limit := interp.UsableMemory(f.maxMemory.value, f.maxMemory.given)
	collect(limit, 0)
	array, err := f.shapeOf(images)
	if err != nil {
		return err
	}
	n, err := a.net(&f.selection, argument, len(images))
	if array != nil {
		blame(err, f.input.value, array)
	}
	if err != nil {
		return err
	}
	if err := a.adopt(f, n, argument, images); err != nil {
		return err
	}
	opts := interp.Options{
		Values: f.values(), Precision: f.precision.value[0], Threads: f.threads.value[0],
		MaxMemory: limit, Weights: f.origin.source(),
	}
	x, held, err := f.tensor(ctx, images, n, opts)
	if err != nil {
		return err
	}
	opts.Held = held
	model, err := a.build(ctx, &f.origin, n, opts)
	if err != nil {
		return err
	}
	session := model.NewSession(opts.Threads)
	defer session.Close()
	m := model.Memory(session.Threads())
	collect(limit, m.Weights+m.Activations+m.Scratch)
	d := runDocument{
		Schema: "cnnlang.run/v2", Net: n.Name, Input: x.Shape, Weights: f.origin.document(model.Fit),
		Threads: session.Threads(), Precision: f.precision.String(),
	}
	d.Seconds.Prepare = time.Since(start).Seconds()
	start = time.Now()
	if err := session.Run(ctx, x); err != nil {
		return err
	}
	d.Seconds.Run = time.Since(start).Seconds()
	if d.Files, err = a.writeValues(ctx, f, n, session); err != nil {
		return err
	}
	d.Output = summarize(session.Output())
	if n.Classifies() {
		d.Results = classesOf(n, session.Output(), images, f.top.value)
	}
	return a.show(f, d)
}

package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// mostMeasured limits the numbers of threads, batches or precisions of one command.
const mostMeasured = 32

// A benchFlags is the flags of `cnnlang bench`.
type benchFlags struct {
	selection
	origin
	performance
	batch   *option[[]int]
	time    *option[time.Duration]
	profile bool
	worker  bool
	nets    []string
	images  []string
	format  *option[string]
}

// bench is `cnnlang bench`.
func (a *app) bench() *cobra.Command {
	f := &benchFlags{
		batch: batchOption(mostMeasured),
		time:  measuringTime(),
	}
	cmd := &cobra.Command{
		Use:   "bench FILE|NAME... [IMAGE...]",
		Short: "Measure how fast nets run",
		Long: fmt.Sprintf("bench runs a net on a generated input repeatedly, and prints the median time of a\n"+
			"run with its quartiles, images per second, GFLOP/s (2 FLOPs for each MAC that\n"+
			"`cnnlang params` counts), and the share of the float32 peak of so many threads,\n"+
			"which is measured too. That can exceed 100 %%: Winograd's algorithm needs fewer\n"+
			"multiply-adds than are counted, and bfloat16 does more at a time.\n\n"+
			"Each combination is measured for --time, and at least %d times.\n\n"+
			"Of several nets each is measured, one after another. -o csv has a line for each\n"+
			"combination, which begins with the columns of timm's tables: those of the model, its\n"+
			"samples per second, step time in ms, batch, image size, GMACs, millions of\n"+
			"activations and millions of parameters.\n\n"+
			"With images, of the formats that `cnnlang run` reads, it runs the net on them, again\n"+
			"and again if they do not fill the batch, and prints how long it takes to read and to\n"+
			"prepare them, too.\n\n"+
			"With --profile it prints the time of every step, its algorithm, and the bytes of\n"+
			"its inputs, result and parameters. In a run each thread takes the early steps of a\n"+
			"batch for an image of its own; here all images are measured one after another, on\n"+
			"all threads.\n\n"+
			"With --worker it measures on demand, for a program that compares it with others:\n"+
			"bench/README.md has the protocol.", interp.LeastRuns),
		Example: "  cnnlang bench resnet50\n" +
			"  cnnlang bench resnet50 --threads 1,2 --batch 1,8\n" +
			"  cnnlang bench resnet50 mobilenet_v2 my.cnn -o csv\n" +
			"  cnnlang bench resnet50 cat.jpg dog.jpg\n" +
			"  cnnlang bench my.cnn --set classes=10 --weights my.safetensors -o json\n" +
			"  cnnlang bench resnet50 --threads 1 --profile",
		Args:              arguments(1, -1, "the FILE or NAME of a net"),
		ValidArgsFunction: completeNetAndImages,
	}
	f.selection.flags(cmd)
	f.selection.pictures(cmd)
	f.origin.flags(cmd)
	f.origin.weights.value = "random"
	f.performance.flags(cmd, mostMeasured)
	flags := cmd.Flags()
	flags.Var(f.batch, "batch", batchUsage)
	flags.Var(f.time, "time", measuringUsage)
	flags.BoolVar(&f.profile, "profile", false, "measure every step")
	flags.BoolVar(&f.worker, "worker", false, "measure on demand, by commands on standard input")
	f.format = formatFlag(cmd, tableFormats)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		for i, n := range f.threads.value {
			if n == 0 {
				f.threads.value[i] = task.Threads()
			}
		}
		if f.split(args); len(f.images) > 0 && !f.batch.given {
			f.batch.value = []int{len(f.images)}
		}
		if err := separated(cmd, f.images); err != nil {
			return err
		}
		if err := f.consistent(); err != nil {
			return err
		}
		defer a.tellSideways(&f.selection)
		if f.worker {
			return a.benchWorker(cmd.Context(), f, f.nets[0])
		}
		return a.benchNets(cmd.Context(), f)
	}
	return cmd
}

const measuringUsage = "how long to measure each combination, such as 500ms or 10s"

// measuringTime is how long each combination is measured.
func measuringTime() *option[time.Duration] {
	return &option[time.Duration]{value: 2 * time.Second, what: "TIME", parse: parseDuration}
}

// split tells nets from images: nets come first, and are files with the text of one or the library's where
// there is no file of that name.
func (f *benchFlags) split(args []string) {
	n := 1
	for n < len(args) && (hasText(args[n]) || isNet(args[n])) {
		n++
	}
	f.nets, f.images = args[:n], args[n:]
}

// hasText reports whether a file is named as one with the text of a net.
func hasText(argument string) bool {
	return strings.HasSuffix(argument, ".cnn") || interp.HoldsNet(argument)
}

// isNet reports whether an argument is the name of a net, and not of a file.
func isNet(argument string) bool {
	_, err := os.Stat(argument)
	return err != nil && !isFile(argument) && interp.Known(argument) == nil
}

// consistent checks flags that exclude each other.
func (f *benchFlags) consistent() error {
	net := slices.IndexFunc(f.images, func(image string) bool { return hasText(image) || isNet(image) })
	switch several := len(f.nets) > 1; {
	case net >= 0:
		return usage("the net %s comes behind the image %s", f.images[net], f.images[0]).withHelp("name nets first, then images")
	case several && f.worker:
		return usage("a worker measures one net, and got %d", len(f.nets))
	case several && (!f.generated() || f.origin.tune.value != "" || f.selection.net.given):
		return usage("--weights, --tune and --net are for one net, and got %d", len(f.nets)).withHelp("leave them out, or measure each net by itself")
	case f.shape.value != nil && f.batch.given:
		return usage("got --shape and --batch, want one of them").withHelp("the first size of --shape is the batch")
	case f.origin.tune.value != "" && len(f.batch.value) > 1:
		return usage("got --tune and several batches: its file is for one").withHelp("measure each batch with a file of its own")
	case f.worker && f.profile:
		return usage("got --worker and --profile, want one of them")
	case f.prepare.given && len(f.images) == 0:
		return usage("--prepare is for images, and the input is generated").withHelp("leave it out, or name images after the net")
	case f.exif.given && len(f.images) == 0:
		return usage("--exif is for images, and the input is generated").withHelp("leave it out, or name images after the net")
	case slices.Contains(f.images, "-"):
		return usage("- is standard input, which can be read once, and images are read again and again").withHelp("name a file")
	case f.worker && len(f.images) > 0:
		return usage("got --worker and images: the input of a worker is its own")
	case len(f.images) > 0 && len(f.images) > slices.Min(f.sizes()):
		return usage("got %d images for a batch of %d", len(f.images), slices.Min(f.sizes())).withHelp("leave out some of them, or measure a larger batch with `--batch %d`", len(f.images))
	case f.worker && (len(f.threads.value) > 1 || len(f.batch.value) > 1 || len(f.precision.value) > 1):
		return usage("a worker measures one number of threads, one batch and one precision")
	}
	return nil
}

// sizes are the batches to measure.
func (f *benchFlags) sizes() []int {
	if f.shape.value != nil {
		return f.shape.value[0].shape[:1]
	}
	return f.batch.value
}

// benchNets measures every combination and shows them.
func (a *app) benchNets(ctx context.Context, f *benchFlags) error {
	for _, name := range f.nets {
		if name != "-" {
			if err := interp.Known(name); err != nil {
				return err
			}
		}
	}
	peaks := map[int]float64{}
	for _, threads := range f.threads.value {
		peaks[threads] = exec.Peak(threads, peakTime)
	}
	d := benchDocument{Schema: "cnnlang.bench/v1", Weights: f.origin.document(interp.Fit{})}
	for _, name := range f.nets {
		if err := a.benchNet(ctx, f, name, peaks, &d); err != nil {
			return err
		}
	}
	a.progress("")
	return a.showBench(f, d)
}

// benchNet adds what is measured of one net.
func (a *app) benchNet(ctx context.Context, f *benchFlags, argument string, peaks map[int]float64, d *benchDocument) error {
	for _, batch := range f.batch.value {
		for _, precision := range f.precision.value {
			n, err := a.net(&f.selection, argument, batch)
			if err != nil {
				return err
			}
			if own, ok := n.Own(); ok && !f.weights.given && len(f.nets) == 1 {
				f.weights.value = own.Path()
			}
			a.recognise(n, &f.weightsSource, f.images)
			input, err := a.benchInput(ctx, f, n)
			if err != nil {
				return err
			}
			model, err := a.benchModel(ctx, f, n, input.held, precision)
			if err != nil {
				return err
			}
			if d.Weights = f.origin.document(model.Fit); d.Net == "" {
				d.Net = n.Name
			}
			for _, threads := range f.threads.value {
				a.progress("%s: batch %d, %v, threads %d", n.Name, n.Graph.Input().Shape[0], precision, threads)
				r, err := f.measure(ctx, n, model, input.tensors, threads)
				if err != nil {
					return err
				}
				r.Prepare = milliseconds(input.prepare)
				r.Precision, r.PeakGFLOPS = precision.String(), real(peaks[threads]/1e9)
				d.Results = append(d.Results, r)
			}
		}
	}
	return nil
}

// peakTime is how long the peak of the processor is measured.
const peakTime = 100 * time.Millisecond

// A benchInput is the inputs of a net, what they hold of the memory that may be used, and how
// long images took to be read and prepared.
type benchInput struct {
	tensors []tensor.Tensor
	held    int64
	prepare time.Duration
}

// benchInput makes the input of a net.
func (a *app) benchInput(ctx context.Context, f *benchFlags, n *interp.Net) (in benchInput, err error) {
	opts := interp.Options{MaxMemory: interp.UsableMemory(f.maxMemory.value, f.maxMemory.given)}
	if len(f.images) == 0 {
		in.tensors, in.held, err = n.RandomInputs(ctx, opts, f.seed.value, 1)
		return in, err
	}
	if names := n.InputNames(); len(names) > 1 {
		return in, usage("%s has %d inputs, %s, and bench prepares images for one", n.Name, len(names), some(names)).
			withHelp("leave the images out: all inputs are generated then")
	}
	paths := make([]string, n.Graph.Input().Shape[0])
	for i := range paths {
		paths[i] = f.images[i%len(f.images)]
	}
	a.progress("%s: preparing %d images", n.Name, len(paths))
	batch, held, t, err := n.MeasureImages(ctx, opts, f.time.value, paths...)
	in.tensors, in.held, in.prepare = []tensor.Tensor{batch}, held, t.Median
	if err == nil && f.format.value != "json" {
		a.tellPrepared(n)
	}
	return in, err
}

// benchModel packs the weights of a net.
func (a *app) benchModel(ctx context.Context, f *benchFlags, n *interp.Net, held int64, precision layout.Precision) (*interp.Model, error) {
	return a.build(ctx, &f.origin, n, interp.Options{
		Precision: precision, Threads: f.threads.value[0], Weights: f.origin.source(),
		MaxMemory: interp.UsableMemory(f.maxMemory.value, f.maxMemory.given), Held: held,
	})
}

// measure measures a model on this many threads.
func (f *benchFlags) measure(ctx context.Context, n *interp.Net, model *interp.Model, inputs []tensor.Tensor, threads int) (r benchResult, err error) {
	session := model.NewSession(threads)
	defer session.Close()
	t, err := session.Measure(ctx, f.time.value, inputs...)
	if err != nil {
		return r, err
	}
	images := float64(n.Graph.Images())
	r = benchResult{
		Net: n.Name, Input: inputs[0].Shape, Inputs: endsOf(n.Graph).Inputs, Threads: threads, MACs: integer(n.Main.MACs), Activations: n.Activations(), Params: integer(n.Main.Params), Runs: t.Runs,
		First: milliseconds(t.First), Best: milliseconds(t.Best), P25: milliseconds(t.P25), Median: milliseconds(t.Median), P75: milliseconds(t.P75),
		ImagesPerSecond: real(images / t.Median.Seconds()), GFLOPS: rate(n.Main.MACs.Float()*images, t.Median),
		Memory: model.Memory(threads).Total(),
	}
	if !f.profile {
		return r, nil
	}
	steps, err := session.MeasureSteps(ctx, f.time.value, inputs...)
	for _, s := range steps {
		r.Steps = append(r.Steps, benchStep{s.Path, s.Op, s.Shape, s.Algorithm, milliseconds(s.Least), milliseconds(s.Took), int64(s.MACs), s.Bytes, rate(s.MACs, s.Took)})
	}
	return r, err
}

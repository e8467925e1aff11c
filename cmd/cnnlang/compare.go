package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/ops/tensor"
)

// A compareFlags is the flags of `cnnlang compare`.
type compareFlags struct {
	selection
	performance
	x, y    *option[string]
	batch   *option[[]int]
	time    *option[time.Duration]
	bench   bool
	library bool
	format  *option[string]
}

// compare is `cnnlang compare`.
func (a *app) compare() *cobra.Command {
	f := &compareFlags{batch: batchOption(1), time: measuringTime()}
	cmd := &cobra.Command{
		Use:   "compare [FILE|NAME...]",
		Short: "Compare nets by size, work, memory and accuracy",
		Long: "compare shows what nets take and how accurate they are, and which are on the Pareto\n" +
			"front: those that no other beats by one of two quantities without losing by the\n" +
			"other. It compares all nets of each file that is named; without arguments, or with\n" +
			"--library besides those, the nets of the library.\n\n" +
			"--x and --y choose the two quantities:\n\n" + quantitiesHelp() + "\n" +
			"y is top1 where any of the nets has it, and params otherwise; x is macs, or latency with\n" +
			"--bench. Rows are in the order of x.\n\n" +
			"Accuracy is what the publisher of a net's usual weights says, by `top1` of `checkpoint` in\n" +
			"its meta, of the net as it is: it is not known with other sizes or arguments.\n\n" +
			"--bench measures each net with generated weights on this machine, one after another.\n\n" +
			"-o svg draws the nets as balls over the two quantities, with the front as a line.",
		Example: "  cnnlang compare -o svg > nets.svg\n" +
			"  cnnlang compare resnet50 densenet121 my.cnn\n" +
			"  cnnlang compare my.cnn --library --y params -o svg > mine.svg\n" +
			"  cnnlang compare ResNet50_Weights.IMAGENET1K_V1 ResNet50_Weights.IMAGENET1K_V2\n" +
			"  cnnlang compare resnet18 mobilenet_v2 --bench --threads 1 -o csv",
		Args:              arguments(0, -1, ""),
		ValidArgsFunction: completeNets,
	}
	f.selection.flags(cmd)
	flags := cmd.Flags()
	f.x, f.y = quantityOption(), quantityOption()
	flags.Var(f.x, "x", "the first quantity: "+quantityNames())
	flags.Var(f.y, "y", "the second quantity: "+quantityNames())
	complete(cmd, "x", fixed(namesOfQuantities()...))
	complete(cmd, "y", fixed(namesOfQuantities()...))
	flags.BoolVar(&f.bench, "bench", false, "measure how long a run takes on this machine")
	flags.BoolVar(&f.library, "library", false, "compare the nets of the library too")
	flags.Var(f.batch, "batch", batchUsage)
	flags.Var(f.time, "time", measuringUsage)
	f.performance.flags(cmd, 1)
	f.format = formatFlag(cmd, compareFormats)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := f.consistent(args); err != nil {
			return err
		}
		c, err := a.comparison(cmd.Context(), f, args)
		if err != nil {
			return err
		}
		switch f.format.value {
		case "json":
			return a.json(c.document(f))
		case "svg":
			return a.compareChart(c, f)
		}
		return a.compareTable(c, f)
	}
	return cmd
}

// consistent checks flags that exclude each other.
func (f *compareFlags) consistent(args []string) error {
	switch twice := slices.Index(args, "-"); {
	case f.format.value == "svg" && isTerminal(os.Stdout):
		return usage("a picture would go to the terminal").withHelp("write it to a file: `cnnlang compare … -o svg > nets.svg`")
	case f.x.value != "" && f.x.value == f.y.value:
		return usage("--x and --y are both %s", f.x.value).withHelp("choose two quantities")
	case (f.x.value == latency || f.y.value == latency) && !f.bench:
		return usage("latency is not measured").withHelp("add --bench")
	case f.time.given && !f.bench:
		return usage("--time is for --bench").withHelp("add --bench, or leave it out")
	case f.shape.value != nil && f.batch.given:
		return usage("got --shape and --batch, want one of them").withHelp("the first size of --shape is the batch")
	case f.net.given && (len(args) != 1 || f.library):
		return usage("--net is for one file").withHelp("leave it out, or name that file alone")
	case twice >= 0 && slices.Contains(args[twice+1:], "-"):
		return usage("- is standard input, which can be read once, and two arguments are -").withHelp("name a file in place of one of them")
	}
	return knownISA()
}

// A comparison is nets with what is known of them, and the quantities they are compared by.
type comparison struct {
	nets   []*compared
	x, y   *quantity
	tested string // the images that accuracy is of, "" for none
}

// A compared is a net that is compared.
type compared struct {
	*interp.Net
	label    string // by which it differs from the others
	argument string
	memory   interp.Memory // the zero value if it is not asked for
	latency  interp.Timing
	accuracy interp.Checkpoint // the file whose accuracy is known
	front    bool
}

// comparison makes and measures the nets.
func (a *app) comparison(ctx context.Context, f *compareFlags, args []string) (*comparison, error) {
	named := len(args)
	if named == 0 || f.library {
		args = append(slices.Clone(args), interp.Library()...)
	}
	c, known := &comparison{}, map[string]bool{}
	for i, argument := range args {
		if known[argument] {
			if i < named {
				a.tell("note", fmt.Sprintf("%s is named twice, and compared once", visible(argument)))
			}
			continue
		}
		known[argument] = true
		if err := a.addCompared(c, f, argument); err != nil {
			return nil, err
		}
	}
	c.name()
	c.choose(f)
	for _, n := range c.nets {
		if err := a.measureCompared(ctx, c, f, n); err != nil {
			return nil, err
		}
	}
	a.progress("")
	c.rank()
	return c, nil
}

// addCompared adds the nets of an argument: all of a file's, or the one that is named.
func (a *app) addCompared(c *comparison, f *compareFlags, argument string) error {
	opts, err := f.options()
	if err != nil {
		return err
	}
	opts.Batch = 0 // the net's own
	if f.batch.given {
		opts.Batch = f.batch.value[0]
	}
	if opts.Net != "" && !isFile(argument) {
		return usage("--net is for a file that declares several nets, and %s is a net of the library", argument).withHelp("leave it out")
	}
	p, err := a.program(argument)
	if err != nil {
		return err
	}
	names := []string{opts.Net}
	if stands := p.Stands(); opts.Net == "" && len(stands) > 0 { // otherwise the error says that there is none
		names = stands
	}
	for _, name := range names {
		opts.Net = name
		n, err := p.Net(opts)
		if err != nil {
			return err
		}
		if p.Elsewhere != "" {
			a.tell("note", elsewhereNote(p.Elsewhere, n))
		}
		if len(n.Warnings) > 0 {
			a.diagnostics(n.Warnings, n.File)
		}
		one := &compared{Net: n, argument: argument, label: n.Name}
		one.accuracy, _ = n.Tested()
		c.nets = append(c.nets, one)
	}
	return nil
}

// name makes labels differ: nets of one name are told from each other by what the command line calls them.
func (c *comparison) name() {
	times := map[string]int{}
	for _, n := range c.nets {
		times[n.Name]++
	}
	for _, n := range c.nets {
		switch {
		case times[n.Name] == 1 || n.argument == n.Name:
		case isFile(n.argument):
			n.label = n.Name + " (" + cmp.Or(map[string]string{"-": stdinName}[n.argument], n.argument) + ")"
		default:
			n.label = n.argument
		}
		n.label = visibleName(n.label)
	}
}

// choose decides by which quantities nets are compared, where the flags do not say it.
func (c *comparison) choose(f *compareFlags) {
	times := map[string]int{}
	for _, n := range c.nets {
		if t := n.accuracy.Tested; t != "" {
			if times[t]++; times[t] > times[c.tested] {
				c.tested = t
			}
		}
	}
	x, y := f.x.value, f.y.value
	usual := []string{"macs", "params"}
	if f.bench {
		usual = []string{latency, "macs"}
	}
	if x == "" && y == usual[0] {
		x = usual[1]
	}
	x = cmp.Or(x, usual[0])
	if y == "" && c.tested != "" && x != "top1" {
		y = "top1"
	}
	if y == "" && x == "params" {
		y = "macs"
	}
	c.x, c.y = quantityOf(x), quantityOf(cmp.Or(y, "params"))
}

// measureCompared finds out what running a net takes, as far as it is shown.
func (a *app) measureCompared(ctx context.Context, c *comparison, f *compareFlags, n *compared) (err error) {
	opts := interp.Options{Threads: f.threads.value[0], Precision: f.precision.value[0], Weights: interp.RandomWeights(0)}
	if f.format.value != "svg" || c.x.name == "memory" || c.y.name == "memory" {
		a.progress("%s: planning", n.label)
		if n.memory, err = n.Memory(ctx, opts); err != nil {
			return err
		}
	}
	if !f.bench {
		return nil
	}
	a.progress("%s: measuring", n.label)
	return measured(ctx, n.Net, opts, func(s *interp.Session, inputs []tensor.Tensor) (err error) {
		n.latency, err = s.Measure(ctx, f.time.value, inputs...)
		return err
	})
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/train"
	"cnnlang/ops/exec"
)

// A trainFlags is the flags of `cnnlang train`.
type trainFlags struct {
	selection
	weightsSource
	dataFlags
	recipeFlags
	performance
	target    *option[string]
	maxMemory *option[int64]
	output    *option[string]
	features  *option[string]
	log       *option[string]
	curves    *option[string]
	onNaN     *option[string]
	findRate  bool
	resume    bool
	quiet     bool
	format    *option[string]
}

// train is `cnnlang train`.
func (a *app) train() *cobra.Command {
	f := &trainFlags{
		output: textOf("FILE"), features: textOf("FILE"), log: textOf("FILE"), target: textOf("FOLDER"), curves: writtenAs(".svg"),
		onNaN:     choiceOf(string(train.Stop), string(train.Skip), string(train.Backoff)),
		maxMemory: &option[int64]{what: "SIZE", parse: parseBytes},
	}
	cmd := &cobra.Command{
		Use:   "train FILE|NAME",
		Short: "Train a net on pictures of yours",
		Long:  trainHelp, Example: trainExamples,
		Args:              arguments(0, 1, "the FILE or NAME of a net"),
		ValidArgsFunction: completeNets,
	}
	f.selection.flags(cmd)
	f.selection.pictures(cmd)
	f.weightsSource.flags(cmd)
	f.dataFlags.flags(cmd)
	f.recipeFlags.flags(cmd)
	f.performance.flags(cmd, 1)
	cmd.Flags().Var(f.target, "target", "a folder of the pictures that the net shall make of those of --data, under the same names; then there are no classes")
	completeFolders(cmd, "target")
	flags := cmd.Flags()
	flags.Var(f.maxMemory, "max-memory", memoryUsage)
	flags.Var(f.output, "output", "the file of safetensors for the weights, beside which FILE.state has all there is to go on with")
	flags.Var(f.features, "features", "a file for what the parts of the net compute that do not learn, for the next training: it is read if it exists, otherwise written")
	flags.Var(f.log, "log", "a file to write what happens to, a line of JSON for each event, which the verb curves reads")
	flags.Var(f.curves, "curves", "a picture of losses, top-1 and the rate, in SVG, drawn anew after each epoch")
	flags.Var(f.onNaN, "on-nan", "what to do about a step whose loss or gradients are no numbers: stop, skip the batch, or skip it and halve the rate (backoff), at most five times in a row")
	complete(cmd, "on-nan", fixed(string(train.Stop), string(train.Skip), string(train.Backoff)))
	flags.BoolVar(&f.findRate, "find-lr", false, "train for 100 steps at rates from 1e-6 to 10, print one that is likely to be good, and end; --curves draws the loss over them")
	flags.BoolVar(&f.resume, "resume", false, "go on with the training of --output, as it was asked for; --epochs may be more")
	flags.BoolVar(&f.quiet, "quiet", false, "print the last epoch alone")
	f.format = formatFlag(cmd, []string{"text", "jsonl"})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		defer a.tellSideways(&f.selection)
		if f.showRecipe {
			return a.showRecipe(f, args)
		}
		return a.trainNet(cmd, f, args)
	}
	return cmd
}

// named is the net that the arguments name.
func (f *trainFlags) named(args []string) (string, error) {
	if len(args) == 0 {
		return "", usage("the FILE or NAME of a net is missing").withHelp("cnnlang train FILE|NAME --data FOLDER --output FILE")
	}
	if args[0] == "-" {
		return args[0], nil
	}
	return args[0], interp.Known(args[0])
}

// showRecipe prints the recipe and ends.
func (a *app) showRecipe(f *trainFlags, args []string) error {
	argument, err := f.named(args)
	if err != nil {
		return err
	}
	n, err := a.net(&f.selection, argument, 0)
	if err != nil {
		return err
	}
	_, own := begins(n, argument)
	r, err := n.Recipe(f.recipe(f.weights.given || own))
	if err != nil {
		return err
	}
	if f.lr.given {
		r.Optimizer.LR = f.lr.value
	}
	_, err = a.stdout.WriteString(r.Text())
	return err
}

// trainNet trains.
func (a *app) trainNet(cmd *cobra.Command, f *trainFlags, args []string) error {
	ctx := cmd.Context()
	if !f.output.given && !f.findRate {
		return usage("--output is missing").withHelp("name the file for the weights, as in `--output flowers.safetensors`")
	}
	asked := &request{Flags: map[string][]string{}}
	if f.resume {
		var err error
		if asked, args, err = f.restore(cmd, args); err != nil {
			return err
		}
		a.afterInterrupt(f.goesOn())
	}
	argument, err := f.named(args)
	if err != nil {
		return err
	}
	if f.findRate && (f.resume || f.output.given || f.log.given) {
		return usage("--find-lr ends before anything is written").withHelp("leave out --output, --resume and --log")
	}
	if err := f.spares(argument); err != nil {
		return err
	}
	restore, _ := collectAt(25) // most of the heap are tensors, without pointers: to look at it takes little time
	defer restore()
	limit := interp.UsableMemory(f.maxMemory.value, f.maxMemory.given)
	job, err := a.job(f, argument, limit)
	if err != nil {
		return err
	}
	if err := asked.take(cmd, argument); err != nil {
		return err
	}
	o, err := job.Prepare(ctx)
	a.progress("")
	if err != nil {
		return err
	}
	a.tellData(o.Data)
	if f.findRate {
		return a.findRate(ctx, f, o)
	}
	v := &trainView{app: a, flags: f, argument: argument, options: o}
	o.Features, o.Keep = f.features.value, limit/4
	o.Asked, o.Writing, o.Stepped, o.OnNaN = asked.text(), &a.writing, v.stepped, train.OnNaN(f.onNaN.value)
	t, err := train.New(*o)
	if err != nil {
		return err
	}
	defer t.Close()
	if why := t.IdleViews(); why != "" {
		a.tell("note", fmt.Sprintf("views = %d changes nothing: %s", o.Recipe.Views, why))
	}
	if f.resume {
		if err := t.Resume(train.StateOf(f.output.value)); err != nil {
			return err
		}
		if from := t.Moved(); from != "" {
			here, _ := exec.ISA() // is known here
			a.tell("warning", fmt.Sprintf("the training was saved by kernels for %s and goes on by those for %s: the last digits of what is learned will not be those of one that stays there", from, here))
		}
	}
	return v.run(ctx, t)
}

// goesOn is how a training goes on that was interrupted.
func (f *trainFlags) goesOn() string {
	return "`cnnlang train --output " + shellQuoted(f.output.value) + " --resume` goes on"
}

// begins are the weights that a training goes on from where --weights names none: those of the file that holds the
// net. Those that come with the program are asked for by their name; without it a net of the library begins with nothing.
func begins(n *interp.Net, argument string) (interp.Weights, bool) {
	own, ok := n.Own()
	return own, ok && interp.HoldsNet(argument)
}

// job is what the flags ask for.
func (a *app) job(f *trainFlags, argument string, limit int64) (train.Job, error) {
	j := train.Job{Path: f.data.value, Recipe: f.recipe(f.weights.given), Rate: f.lr.value}
	if err := f.weightsSource.check(); err != nil {
		return j, err
	}
	if f.generated() {
		return j, usage("--weights random is for a run").withHelp("leave --weights out: tensors that no file gives are drawn as the recipe says")
	}
	if err := knownISA(); err != nil {
		return j, err
	}
	var err error
	if j.Data, err = f.dataFlags.options(limit); err != nil {
		return j, err
	}
	if j.Net, err = f.selection.options(); err != nil {
		return j, err
	}
	var n *interp.Net
	if j.Program, n, err = a.netOf(&f.selection, argument, 0); err != nil {
		return j, err
	}
	j.Net.Threads, j.Net.Precision, j.Net.MaxMemory = f.threads.value[0], f.precision.value[0], limit
	j.Data.Threads, j.Data.Target = j.Net.Threads, f.target.value
	if f.weights.given {
		j.Net.Weights = f.file()
	} else if own, ok := begins(n, argument); ok {
		j.Net.Weights, j.Recipe.Weights = own, true
	}
	if f.resume {
		j.State = train.StateOf(f.output.value)
	}
	collect(limit, 0)
	c := counter{app: a, name: n.Name + ": reading pictures"}
	j.Data.Progress = func(done, all int) { c.total = all; c.show(done) }
	return j, nil
}

package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/train"
	"cnnlang/interp/train/dataset"
	"cnnlang/interp/train/metrics"
)

// An evalFlags is the flags of `cnnlang eval`.
type evalFlags struct {
	selection
	origin
	performance
	dataFlags
	part      *option[string]
	batch     *option[[]int]
	worst     *option[int]
	confusion *option[string]
	require   *option[string]
	format    *option[string]
}

// eval is `cnnlang eval`.
func (a *app) eval() *cobra.Command {
	f := &evalFlags{
		part: choiceOf("", "val", "train", "all"), batch: batchOption(1), worst: numberOf(10, 0, 10_000),
		confusion: writtenAs(".csv"), require: &option[string]{what: "CONDITIONS", parse: parseConditions},
	}
	f.batch.value = []int{16}
	cmd := &cobra.Command{
		Use:   "eval FILE|NAME --data FOLDER",
		Short: "Say how good a net is on pictures whose classes are known",
		Long:  evalHelp, Example: evalExamples,
		Args:              arguments(1, 1, "the FILE or NAME of a net"),
		ValidArgsFunction: completeNets,
	}
	f.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if args[0] != "-" {
			if err := interp.Known(args[0]); err != nil {
				return err
			}
		}
		if err := f.consistent(); err != nil {
			return err
		}
		if err := f.spares(args[0]); err != nil {
			return err
		}
		defer a.tellSideways(&f.selection)
		return a.evalNet(cmd.Context(), f, args[0])
	}
	return cmd
}

func (f *evalFlags) flags(cmd *cobra.Command) {
	f.selection.flags(cmd)
	f.selection.pictures(cmd)
	f.origin.flags(cmd)
	f.performance.flags(cmd, 1)
	f.dataFlags.flags(cmd)
	flags := cmd.Flags()
	f.split.value = 0
	flags.Lookup("split").DefValue = ""
	f.part.parse = func(text string) (string, error) { return text, known(text, []string{"val", "train", "all"}) }
	flags.Var(f.part, "part", "where there are pictures to learn from and others to check with, which of them: val (the default), train or all")
	complete(cmd, "part", fixed("val", "train", "all"))
	flags.Var(f.batch, "batch", batchUsage)
	flags.Var(f.worst, "worst", "how many pictures with the largest losses to list")
	flags.Var(f.confusion, "confusion", "write the confusion matrix as a csv, a row for each right class, a column for each that the net says")
	flags.Var(f.require, "require", requireUsage)
	f.format = formatFlag(cmd, []string{"text", "json", "csv"})
}

// consistent checks flags that exclude or need each other.
func (f *evalFlags) consistent() error {
	switch {
	case f.shape.value != nil && f.batch.given:
		return usage("got --shape and --batch, want one of them").withHelp("the first size of --shape is the batch")
	case f.part.value == "all" && f.split.value > 0:
		return usage("--part all is all pictures, and --split a share of them").withHelp("leave one of them out")
	case !f.require.given:
		return nil
	}
	return (&evalDocument{}).judge(f)
}

// spares checks that the matrix is written over nothing that is read.
func (f *evalFlags) spares(argument string) error {
	if !f.confusion.given {
		return nil
	}
	for _, read := range []string{argument, f.weights.value, f.dataFlags.classes.value, f.tune.value} {
		if read != "" && sameFile(f.confusion.value, read) {
			return usage("the confusion matrix would be written over %s", read).withHelp("name another file with --confusion")
		}
	}
	return nil
}

// evalNet evaluates a net and shows how good it is.
func (a *app) evalNet(ctx context.Context, f *evalFlags, argument string) error {
	start := time.Now()
	limit := interp.UsableMemory(f.maxMemory.value, f.maxMemory.given)
	collect(limit, 0)
	o, err := f.dataFlags.options(limit)
	if err != nil {
		return err
	}
	model, err := a.evalModel(ctx, f, argument, limit, o.Classes)
	if err != nil {
		return err
	}
	defer model.Close()
	folders := &folderNames{net: model.Net.Name, data: f.data.value, outputs: model.Net.Graph.Output().Shape[1], names: model.Labels.Names}
	data, set, err := a.evalData(ctx, f, model.Net, folders, o)
	if err != nil {
		return err
	}
	a.tellData(data)
	if f.split.value == 0 && !f.part.given && !f.val.given && data.Part == "" && interp.HoldsNet(argument) {
		a.tell("note", "all pictures of "+visibleName(f.data.value)+" are taken, those too that "+visibleName(argument)+" may have learned from; --split 0.15 takes those that `cnnlang train` checks with as usual")
	}
	if folders.note != "" {
		a.tell("note", folders.note)
	}
	d := &evalDocument{
		Schema: "cnnlang.eval/v1", Net: model.Net.Name, ends: endsText(model.Net.Graph), Input: model.Net.Graph.Input().Shape,
		Data: f.data.value, Part: string(data.Part), LeftOut: len(data.Bad), Weights: f.origin.document(model.Fit), Precision: f.precision.String(),
	}
	if f.split.value > 0 {
		d.Part = cmp.Or(f.part.value, "val")
	}
	d.Seconds.Prepare = time.Since(start).Seconds()
	start = time.Now()
	progress := counter{app: a, name: model.Net.Name + ": computing", total: set.Len(), began: start}
	report, err := train.Evaluate(ctx, model, set, train.Evaluation{Threads: f.threads.value[0], Worst: f.worst.value, Progress: progress.show})
	a.progress("")
	if err != nil {
		return err
	}
	d.Seconds.Run = time.Since(start).Seconds()
	d.fill(report, folders.shown(data.Classes), set)
	return a.showEval(f, d, report)
}

// evalModel is the net with its weights, whose outputs have these names if they are not nil.
func (a *app) evalModel(ctx context.Context, f *evalFlags, argument string, limit int64, names []string) (*interp.Model, error) {
	if names != nil {
		f.selection.labels = f.dataFlags.classes
	}
	n, err := a.net(&f.selection, argument, f.batch.value[0])
	if err != nil {
		return nil, err
	}
	if k := len(n.Graph.Inputs); k > 1 {
		return nil, &interp.InputError{Net: n.Name, Problem: fmt.Sprintf("%s has %d inputs, and eval gives a net one picture", n.Name, k)}
	}
	if err := n.TakesPictures(); err != nil {
		return nil, err
	}
	if k := len(n.Graph.Outputs); k > 1 {
		return nil, &interp.InputError{Net: n.Name, Problem: fmt.Sprintf("%s has %d outputs, and eval is for one, scores of classes", n.Name, k)}
	}
	if out := n.Graph.Output().Shape; n.Kind() != interp.ClassesOutput {
		return nil, &interp.InputError{Net: n.Name, Problem: "eval is for scores of classes, and the output " + out.String() + " of " + n.Name + " is " + string(n.Kind())}
	}
	if f.weights.value != "" {
		a.recognise(n, &f.weightsSource, []string{f.data.value})
	} else {
		run := "cnnlang eval " + shellQuoted(argument) + " --data " + shellQuoted(f.data.value) + " --weights FILE"
		c, err := a.weightsFor(&f.weightsSource, n, argument, run)
		if err != nil {
			return nil, err
		}
		a.prepareFor(n, c, []string{f.data.value})
	}
	m, err := a.build(ctx, &f.origin, n, interp.Options{
		Precision: f.precision.value[0], Threads: f.threads.value[0], MaxMemory: limit, Weights: f.origin.source(),
	})
	if err == nil {
		a.labelled(m.Labels)
		a.tellPrepared(n)
	}
	return m, err
}

// evalData reads the pictures, and finds those that are asked for.
func (a *app) evalData(ctx context.Context, f *evalFlags, n *interp.Net, folders *folderNames, o dataset.Options) (*dataset.Data, *dataset.Set, error) {
	o.Input, o.Prepare = n.Graph.Input().Shape[1:], n.Preprocess()
	o.Threads = f.threads.value[0]
	o.Whole, o.Part, o.Named = f.split.value == 0, dataset.Part(f.part.value), folders.classes
	o.Classes = nil
	c := counter{app: a, name: n.Name + ": reading pictures", began: time.Now()}
	o.Progress = func(done, all int) { c.total = all; c.show(done) }
	data, err := dataset.Open(ctx, f.data.value, o)
	a.progress("")
	if err != nil {
		return nil, nil, err
	}
	if f.split.value > 0 && f.part.value == string(dataset.TrainPart) {
		return data, data.Train, nil
	}
	return data, data.Val, nil
}

// showEval writes what there is to be written and judges the conditions.
func (a *app) showEval(f *evalFlags, d *evalDocument, r *metrics.Report) error {
	if f.confusion.given {
		if err := a.writeConfusion(f.confusion.value, d, r); err != nil {
			return err
		}
	}
	if err := d.judge(f); err != nil {
		return err
	}
	var err error
	switch f.format.value {
	case "json":
		err = a.json(d)
	case "csv":
		err = a.grid(d.classGrid(true), "csv")
	default:
		err = a.evalText(d, r)
	}
	if err != nil {
		return err
	}
	code := exitFine
	for _, e := range d.Require {
		if !e.Holds {
			a.message(d.Net+": `"+visible(e.Bound)+"` does not hold"+e.is(), "")
			code = exitProblems
		}
	}
	return failed(code)
}

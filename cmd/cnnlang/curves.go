package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp/atomicfile"
	"cnnlang/interp/train/curves"
	"cnnlang/interp/train/events"
)

// A curvesFlags is the flags of `cnnlang curves`.
type curvesFlags struct {
	output *option[string]
	format *option[string]
}

// maxLogs is how many logs are drawn at most.
const maxLogs = 64

// curves is `cnnlang curves`.
func (a *app) curves() *cobra.Command {
	f := &curvesFlags{output: writtenAs(".svg")}
	cmd := &cobra.Command{
		Use:   "curves LOG...",
		Short: "Compare trainings by their logs, and draw them",
		Long: "curves shows what trainings have come to, by their logs, which have a line for each event,\n" +
			"a row for each: the loss of training in the last epoch, and the loss and the top-1 of\n" +
			"validation, in per cent, in the best. A training may still be going on.\n\n" +
			"--output draws the losses, top-1 and the learning rate over epochs, in SVG: a colour\n" +
			"for each training, dashed for training, solid for validation.",
		Example: "  cnnlang curves run.jsonl\n" +
			"  cnnlang curves sgd.jsonl adamw.jsonl --output curves.svg\n" +
			"  cnnlang curves *.jsonl -o csv",
		Args: arguments(1, -1, "the LOG of a training"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return []cobra.Completion{"jsonl"}, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	cmd.Flags().Var(f.output, "output", "the picture to write, in SVG")
	f.format = formatFlag(cmd, tableFormats)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		args, err := a.logs(f, args)
		if err != nil {
			return err
		}
		d := &curvesDocument{Schema: "cnnlang.curves/v1", Output: f.output.value}
		for _, file := range args {
			if err := d.read(cmd.Context(), file); err != nil {
				return err
			}
		}
		for _, r := range d.Runs {
			if r.Cut {
				a.tell("note", visibleName(r.Log)+" ends in the middle of a line, which is passed over")
			}
		}
		if f.output.given {
			if err := a.drawCurves(d, f.output.value); err != nil {
				return err
			}
		}
		if f.format.value == "json" {
			return a.json(d)
		}
		return a.grid(d.grid(f.format.value == "csv"), f.format.value)
	}
	return cmd
}

// logs are the arguments, each once, none of which is the output.
func (a *app) logs(f *curvesFlags, args []string) (logs []string, err error) {
	target, none := os.Stat(f.output.value)
	for _, file := range args {
		info, missing := os.Stat(file)
		switch {
		case slices.Contains(logs, file):
			a.tell("note", visibleName(file)+" is named twice, and shown once")
			continue
		case none == nil && missing == nil && os.SameFile(info, target):
			return nil, usage("the picture would be written over the log, %s", file).withHelp("name another file")
		}
		logs = append(logs, file)
	}
	if len(logs) > maxLogs {
		return nil, usage("got %d logs, want at most %d", len(logs), maxLogs).withHelp("compare some of them at a time")
	}
	return logs, nil
}

// read takes in a log.
func (d *curvesDocument) read(ctx context.Context, file string) error {
	log, err := events.ReadFile(ctx, file)
	if err != nil {
		return err
	}
	d.Runs = append(d.Runs, summaryOf(file, log))
	d.drawn = append(d.drawn, curves.Of(log, file))
	return nil
}

// drawCurves writes the picture.
func (a *app) drawCurves(d *curvesDocument, file string) error {
	if !slices.ContainsFunc(d.drawn, func(r curves.Run) bool { return !r.Empty() }) {
		return usage("there is nothing to draw yet: no step has ended").withHelp("try again after the first epoch, or leave --output out")
	}
	shortenNames(d.drawn)
	a.writing.Lock()
	defer a.writing.Unlock()
	return unwritten(file, atomicfile.Write(file, func(w io.Writer) error { return curves.SVG(w, d.title(), d.drawn) }))
}

// title names what was trained.
func (d *curvesDocument) title() string {
	nets := map[string]bool{}
	for _, r := range d.Runs {
		nets[r.Net] = true
	}
	switch {
	case len(d.Runs) == 1:
		return "Training of " + d.Runs[0].Net
	case len(nets) == 1:
		return fmt.Sprintf("%d trainings of %s", len(d.Runs), d.Runs[0].Net)
	}
	return fmt.Sprintf("%d trainings", len(d.Runs))
}

// shortenNames calls runs by the names of their files alone, without the ending, if that tells them apart.
func shortenNames(runs []curves.Run) {
	used := map[string]bool{}
	var names []string
	for _, r := range runs {
		name := strings.TrimSuffix(filepath.Base(r.Name), ".jsonl")
		if name == "" || used[name] {
			return
		}
		used[name] = true
		names = append(names, name)
	}
	for i := range runs {
		runs[i].Name = names[i]
	}
}

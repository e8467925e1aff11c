package main

import (
	"context"

	"github.com/spf13/cobra"

	"cnnlang/interp/draw"
)

// diff is `cnnlang diff`.
func (a *app) diff() *cobra.Command {
	s := selection{net: textOf("NAME")}
	nets := netsOfSides()
	var git, all bool
	cmd := &cobra.Command{
		Use:   "diff FILE|NAME FILE|NAME",
		Short: "Say how two nets differ",
		Long: "diff compares the structure of two nets: what was added, removed or changed in which\n" +
			"block, what that costs, and which weights of the first the second can load. Values are the\n" +
			"memory of what all operations give, as `params --columns values` has it; memory of a run is that of\n" +
			"`params --memory --threads 1`. Equal neighbours count as one, so that a deeper stage is a line. What follows from a change, as the\n" +
			"shapes behind it, is summed up unless --all asks for it. Of files with several nets those\n" +
			"of one name are compared, or those that --net names: once, in each; twice, in the first and in the\n" +
			"second. The exit code is 1 if they differ.\n\n" +
			"-o html writes a page with both pictures side by side, in which what differs is coloured and open, and\n" +
			"pointing at a change shows both its places; -o svg writes the pictures alone.\n\n" +
			"--git is for git, which then shows changes of .cnn files so, and exits with 0:\n\n" +
			"  git config diff.cnnlang.command 'cnnlang diff --git'\n" +
			"  echo '*.cnn diff=cnnlang' >> .gitattributes\n\n" +
			"git diff --no-ext-diff shows the text, and git log -p and git show need --ext-diff to show changes so. A\n" +
			"version with mistakes is shown as text. What a version imports is read as it is in the working tree.",
		Example: "  cnnlang diff resnet50 resnet101\n" +
			"  cnnlang diff resnet50 seresnext50_32x4d -o html > diff.html\n" +
			"  cnnlang diff old.cnn new.cnn --net small\n" +
			"  cnnlang diff my.cnn my.cnn --net small --net large\n" +
			"  cnnlang diff resnet50 my.cnn -o md",
		Args:              bothNets,
		ValidArgsFunction: completeNets,
	}
	cmd.Flags().Var(nets, "net", netUsage)
	s.sizes(cmd)
	cmd.Flags().BoolVar(&git, "git", false, "take the arguments that git gives a diff driver, and exit with 0")
	cmd.Flags().BoolVar(&all, "all", false, "show every operation that changed, not only what made it change")
	depth := depthOfPictures(draw.Told, "what differs")
	cmd.Flags().Var(depth, "depth", depthUsage)
	complete(cmd, "depth", fixed("0", "1", "2", "all"))
	format := formatFlag(cmd, diffFormats)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		defer relaxGC()() // and within a limit, which two large nets would pass
		if git {
			return a.gitDiff(cmd.Context(), sideOptions{&s, nets.value}, args, diffFormat{name: format.value, all: all})
		}
		if depth.given && format.value != "html" && format.value != "svg" {
			return usage("--depth is for pictures").withHelp("add -o html")
		}
		if len(args) > 2 {
			return usage("%q is one argument too many", args[2])
		}
		if args[0] == "-" && args[1] == "-" {
			return usage("both nets are -, and standard input can be read once").withHelp("write one of them to a file")
		}
		d, err := a.sidesOf(sideOptions{&s, nets.value}, args)
		if err != nil {
			return err
		}
		f := diffFormat{name: format.value, all: all, depth: depth.value}
		if err := a.writeDiff(cmd.Context(), d, f); err != nil || !d.differs() {
			return err
		}
		return failed(exitProblems)
	}
	return cmd
}

// writeDiff writes differences in any format.
func (a *app) writeDiff(ctx context.Context, d *netDiffs, f diffFormat) error {
	switch f.name {
	case "json":
		doc, err := d.document(ctx)
		if err != nil {
			return err
		}
		return a.json(doc)
	case "html", "svg":
		return a.drawDiff(ctx, d, f)
	}
	return a.showDiff(ctx, d, f)
}

// bothNets wants what diff compares.
func bothNets(cmd *cobra.Command, args []string) error {
	what := "the FILE or NAME of both nets"
	if len(args) == 1 {
		what = "the FILE or NAME of the second net"
	}
	return arguments(2, -1, what)(cmd, args)
}

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/compare"
)

// diff is `cnnlang diff`.
func (a *app) diff() *cobra.Command {
	var s selection
	var git, all bool
	cmd := &cobra.Command{
		Use:   "diff FILE|NAME FILE|NAME",
		Short: "Say how two nets differ",
		Long: "diff compares the structure of two nets: what was added, removed or changed in which\n" +
			"block, what that costs, and which weights of the first the second can load. Equal\n" +
			"neighbours count as one, so that a deeper stage is a line. What follows from a change, as the\n" +
			"shapes behind it, is summed up unless --all asks for it. Of files with several nets those\n" +
			"of one name are compared, or the one that --net names. The exit code is 1 if they differ.\n\n" +
			"--git is for git, which then shows changes of .cnn files so, and exits with 0:\n\n" +
			"  git config diff.cnnlang.command 'cnnlang diff --git'\n" +
			"  echo '*.cnn diff=cnnlang' >> .gitattributes",
		Example: "  cnnlang diff resnet50 resnet101\n" +
			"  cnnlang diff old.cnn new.cnn --net small\n" +
			"  cnnlang diff resnet50 my.cnn -o md",
		Args:              arguments(2, -1, "two nets"),
		ValidArgsFunction: completeNets,
	}
	s.flags(cmd)
	cmd.Flags().BoolVar(&git, "git", false, "take the arguments that git gives a diff driver, and exit with 0")
	cmd.Flags().BoolVar(&all, "all", false, "show every operation that changed, not only what made it change")
	format := formatFlag(cmd, diffFormats)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if git {
			return a.gitDiff(&s, args)
		}
		if len(args) > 2 {
			return usage("%q is one argument too many", args[2])
		}
		if args[0] == "-" && args[1] == "-" {
			return usage("both nets are -, and standard input can be read once").withHelp("write one of them to a file")
		}
		before, err := a.side(&s, args[0])
		if err != nil {
			return err
		}
		after, err := a.side(&s, args[1])
		if err != nil {
			return err
		}
		d := a.compareSides(before, after)
		switch format.value {
		case "json":
			err = a.json(d.document())
		default:
			f := diffFormat{table: "table", indent: "  ", all: all}
			if format.value == "md" {
				f.table, f.indent = "md", "&emsp;"
			}
			err = a.showDiff(d, f)
		}
		if err == nil && d.differs() {
			return failed(exitProblems)
		}
		return err
	}
	return cmd
}

// A side is what one argument of diff stands for: nets by their names, in order.
type side struct {
	argument string
	nets     []*interp.Net
}

// side makes the nets of an argument: all of a file's that can be made, or the one that is named.
func (a *app) side(s *selection, argument string) (*side, error) {
	opts, err := s.options()
	if err != nil {
		return nil, err
	}
	p, err := a.program(argument)
	if err != nil {
		return nil, err
	}
	names := []string{opts.Net}
	if opts.Net == "" && isFile(argument) {
		names = names[:0]
		for _, o := range p.Main.Nets() {
			names = append(names, o.Name)
		}
	}
	if !isFile(argument) {
		names = []string{""}
	}
	list := &side{argument: argument}
	for _, name := range names {
		one := opts
		one.Net = name
		if !isFile(argument) {
			one.Net = ""
		}
		n, err := p.Net(one)
		if err != nil {
			return nil, err
		}
		list.nets = append(list.nets, n)
	}
	if len(list.nets) == 0 {
		_, err := p.Net(opts) // which says that there is no net
		return list, err
	}
	return list, nil
}

// netDiffs are the differences of the nets of two sides.
type netDiffs struct {
	before, after *side
	pairs         []*compare.Diff
	gone, added   []string // nets of one side alone
}

// compareSides compares nets of one name, or the only two.
func (a *app) compareSides(before, after *side) *netDiffs {
	d := &netDiffs{before: before, after: after}
	if len(before.nets) == 1 && len(after.nets) == 1 {
		d.pairs = append(d.pairs, diffOf(before.nets[0], after.nets[0]))
		return d
	}
	named := func(list []*interp.Net, name string) *interp.Net {
		if i := slices.IndexFunc(list, func(n *interp.Net) bool { return n.Name == name }); i >= 0 {
			return list[i]
		}
		return nil
	}
	for _, n := range before.nets {
		if m := named(after.nets, n.Name); m != nil {
			d.pairs = append(d.pairs, diffOf(n, m))
		} else {
			d.gone = append(d.gone, n.Name)
		}
	}
	for _, n := range after.nets {
		if named(before.nets, n.Name) == nil {
			d.added = append(d.added, n.Name)
		}
	}
	return d
}

func diffOf(a, b *interp.Net) *compare.Diff {
	return compare.Nets(compare.Net{Graph: a.Graph, Outline: a.Outline()}, compare.Net{Graph: b.Graph, Outline: b.Outline()})
}

func (d *netDiffs) differs() bool {
	return len(d.gone)+len(d.added) > 0 || slices.ContainsFunc(d.pairs, func(p *compare.Diff) bool { return !p.Empty() })
}

// gitDiff is what git calls for a changed file: path, old file, old hash, old mode, new file, new
// hash, new mode, and for a renamed file its new path and what git says of it. A version that cannot be read as nets is
// told, and is no failure.
func (a *app) gitDiff(s *selection, args []string) error {
	if len(args) != 7 && len(args) != 9 {
		return usage("--git got %d arguments, want the 7 or 9 that git gives a diff driver", len(args)).
			withHelp("`git config diff.cnnlang.command 'cnnlang diff --git'` lets git call it")
	}
	fmt.Fprintf(a.stdout, "cnnlang diff %s\n", visibleName(args[0]))
	var sides [2]*side
	for i, file := range []string{args[1], args[4]} {
		if file == "/dev/null" {
			sides[i] = &side{argument: file}
			continue
		}
		one, err := a.versionOf(s, file)
		if err != nil {
			fmt.Fprintf(a.stdout, "the %s version has mistakes: %s\n", [...]string{"old", "new"}[i], firstLine(err))
			return nil
		}
		sides[i] = one
	}
	return a.showDiff(a.compareSides(sides[0], sides[1]), diffFormat{table: "table", indent: "  "})
}

// versionOf reads a file that git has written, whatever it is called.
func (a *app) versionOf(s *selection, file string) (*side, error) {
	if !strings.ContainsRune(file, '/') {
		file = "./" + file
	}
	return a.side(s, file)
}

func firstLine(err error) string {
	text, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return visibleName(text)
}

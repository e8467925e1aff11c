package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// checkDocument is cnnlang.check/v2: the diagnostics, and the nets without a mistake of their
// own.
type checkDocument struct {
	diag.Report
	Nets []checkedNet `json:"nets"`
	// Contracts are there with --contracts.
	Contracts []interp.Contract `json:"contracts,omitempty"`
	// Fixed are the files that --fix has changed; the rest is about their new text.
	Fixed []fixedFile `json:"fixed,omitempty"`
	// Errors are about arguments that could not be checked at all.
	Errors []errorEntry `json:"errors,omitempty"`
}

type checkedNet struct {
	File string `json:"file"`
	Net  string `json:"net"`
	netEnds
	Params *int `json:"params"`
	MACs   *int `json:"macs"`
	// Unchecked is how many facts were not checked, since they are about the default size
	// and arguments.
	Unchecked int `json:"unchecked,omitempty"`
	// Weights are there with --weights, for a file that fits.
	Weights *fitted `json:"weights,omitempty"`
	// Misfit is there for one that does not.
	Misfit *errorEntry `json:"misfit,omitempty"`
}

// fitted says how a file of weights fits a net.
type fitted struct {
	File    string   `json:"file"`
	Names   string   `json:"names,omitempty"` // the map of the net, absent for its own names
	Tensors int      `json:"tensors"`         // of the main path
	Sides   []string `json:"sides,omitempty"` // side heads that the file has
	Notes   []string `json:"notes,omitempty"` // how it is read
	// Differences are settings that the file says otherwise than the net.
	Differences []interp.Difference `json:"differences,omitempty"`
}

// String is for people.
func (f *fitted) String() string {
	text := fmt.Sprintf("%s has all %d tensors of the net", visibleName(f.File), f.Tensors)
	if len(f.Sides) > 0 {
		text += " and of " + strings.Join(f.Sides, ", ")
	}
	if f.Names != "" {
		return text + ", by `names " + f.Names + "`"
	}
	return text + ", by its own names"
}

// check is `cnnlang check`.
func (a *app) check() *cobra.Command {
	var s selection
	cmd := &cobra.Command{
		Use:   "check FILE|FOLDER|NAME...",
		Short: "Look for mistakes in .cnn files",
		Long: "check reads .cnn files with their imports and computes all shapes of every net that\n" +
			"needs no arguments, at its default input size. It then tries to prove every block\n" +
			"and net for all parameter values and input sizes, and reports those for which it\n" +
			"finds a counterexample. It reports all mistakes in a file, each with its place,\n" +
			"except those that may follow from another, and prints a line for each correct net.\n" +
			"A folder stands for all .cnn files in it and below.\n\n" +
			"For a mistake it tries small edits and shows those after which the whole program has\n" +
			"no mistake. --fix makes the first of them: it replaces the file and prints what\n" +
			"changed, or for standard input, -, writes the new text to standard output. A file\n" +
			"with a mistake that no such edit cures is not changed.\n\n" +
			"With --weights it compares the names and shapes of a file of weights with the net's,\n" +
			"by its own names or those of one of its maps; --names chooses the map.\n\n" +
			"Warnings, whose codes begin with W, are about what is allowed but seldom meant; they\n" +
			"do not change the exit code. `cnnlang explain` explains every code. -o short prints a\n" +
			"line for each diagnostic, -o sarif a SARIF 2.1.0 log for code hosts and editors.",
		Example: "  cnnlang check my.cnn\n" +
			"  cnnlang check my.cnn --net small --set classes=10 --shape 1x3x64x64\n" +
			"  cnnlang check .\n" +
			"  cnnlang check --contracts my.cnn\n" +
			"  cnnlang check my.cnn --weights my.safetensors\n" +
			"  cnnlang check --fix my.cnn\n" +
			"  cnnlang check -o json *.cnn",
		Args:              arguments(1, -1, "the FILE, FOLDER or NAME to check"),
		ValidArgsFunction: completeNets,
	}
	s.flags(cmd)
	var weights weightsSource
	weights.flags(cmd)
	format := formatFlag(cmd, append(slices.Clone(textFormats), "short", "sarif"))
	contracts := cmd.Flags().Bool("contracts", false, "print what is proved about each block: its signature, its requirements, its parameters as a formula")
	fix := cmd.Flags().Bool("fix", false, "make the first edit that is offered for each mistake, and write the file")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		defer relaxGC()()
		options, err := s.options()
		if err != nil {
			return err
		}
		if err := cmp.Or(weights.named(), weights.check()); err != nil {
			return err
		}
		c := checker{app: a, weights: &weights, options: options, text: format.value == "text", contracts: *contracts, nets: []checkedNet{}}
		c.workspace.Thorough = *fix
		c.expand(args)
		if n := len(c.arguments); weights.weights.value != "" && n > 1 {
			return usage("--weights is for one net, and there are %d files to check", n)
		}
		if err := c.fixable(c.arguments); err != nil {
			return err
		}
		for _, argument := range c.arguments {
			if argument != "-" {
				c.workspace.Open(argument)
			}
		}
		for _, argument := range c.arguments {
			c.argument(cmd.Context(), argument)
		}
		if err := c.document(format.value); err != nil {
			return err
		}
		return failed(c.code)
	}
	return cmd
}

// A checker checks the arguments one by one. Its exit code is the highest of theirs.
type checker struct {
	*app
	workspace interp.Workspace // which is thorough where repairs are to be written
	options   interp.Options
	text      bool
	list      diag.List
	nets      []checkedNet
	contracts bool // whether to show what is proved
	proved    []interp.Contract
	fixed     []fixedFile
	errors    []errorEntry
	arguments []string
	weights   *weightsSource // a file to compare with the net
	code      int
}

// expand replaces folders by their files.
func (c *checker) expand(args []string) {
	for _, argument := range args {
		if !isFolder(argument) {
			c.arguments = append(c.arguments, argument)
			continue
		}
		files, problems := inFolder(argument)
		for _, err := range problems {
			c.failed(err)
		}
		c.arguments = append(c.arguments, files...)
	}
}

// failed reports an argument that could not be checked.
func (c *checker) failed(err error) {
	c.code = max(c.code, c.report(err))
	c.errors = append(c.errors, entryOf(err))
}

func (c *checker) argument(ctx context.Context, argument string) {
	if argument == "-" {
		argument = stdinName
		if err := c.workspace.Read(argument, c.stdin); err != nil {
			c.failed(err)
			return
		}
	}
	found, err := c.workspace.Check(ctx, argument, c.options)
	if err == nil && c.workspace.Thorough {
		found, err = c.repaired(ctx, found, argument)
	}
	if err != nil {
		c.failed(err)
		return
	}
	c.show(found)
}

// document writes all that was found in one of the formats for programs.
func (c *checker) document(format string) error {
	switch format {
	case "json":
		return c.json(checkDocument{diag.NewReport(c.list), c.nets, c.proved, c.fixed, c.errors})
	case "short":
		return diag.FprintShort(c.stdout, c.list)
	case "sarif":
		return diag.FprintSARIF(c.stdout, c.list, versionOf().Version)
	}
	return nil
}

// show prints what was found.
func (c *checker) show(found *interp.Checked) {
	p, list := found.Program, found.Problems
	c.list.AddAll(list)
	if list.HasErrors() {
		c.code = max(c.code, exitOf(list))
	}
	if c.text && len(list) > 0 {
		c.diagnostics(list, found.File)
	}
	if c.workspace.Thorough && p.Main.Name() == stdinName {
		return // standard output is the repaired text
	}
	if n := len(found.Nets); c.weights.weights.value != "" && n != 1 && !list.HasErrors() {
		c.failed(usage("--weights is for one net, and %s has %d that could be compared", p.Main.Name(), n).
			withHelp("choose one with --net"))
		return
	}
	for _, n := range found.Nets {
		c.net(p, n)
	}
	if len(found.Nets) == 0 && !list.HasErrors() && c.text {
		fmt.Fprintf(c.stdout, "%s: the text has no mistakes; %s\n", visibleName(p.Main.Name()), whyNoNet(p))
	}
	if c.contracts {
		for _, contract := range found.Contracts() {
			c.contract(contract)
		}
	}
}

// whyNoNet says why no net of a file was checked.
func whyNoNet(p *interp.Program) string {
	switch len(p.Main.Nets()) {
	case 0:
		return "it declares no net whose shapes could be checked"
	case 1:
		return "its net needs arguments: give them with --set"
	}
	return "its nets need arguments: choose one with --net and give them with --set"
}

// net prints a line about a net without errors.
func (c *checker) net(p *interp.Program, n *interp.Net) {
	g := n.Graph
	file := ""
	if len(c.arguments) > 1 && p.Named == "" {
		file = visibleName(p.Main.Name()) + ": "
	}
	if c.text {
		fmt.Fprintf(c.stdout, "%s%s: %s -> %s, %s parameters, %s MACs\n",
			file, n.Name, g.InputText(), g.OutputText(), grouped(n.Main.Params), grouped(n.Main.MACs))
		if facts := n.Unchecked; facts.String() != "" {
			fmt.Fprintf(c.stdout, "%s%s: not checked, as they are about the default size and arguments: %s\n", file, n.Name, facts)
		}
	}
	checked := checkedNet{
		File: p.Main.Name(), Net: n.Name, netEnds: endsOf(g),
		Params: integer(n.Main.Params), MACs: integer(n.Main.MACs), Unchecked: n.Unchecked.Expect + n.Unchecked.Is,
	}
	if !c.list.HasErrors() { // those come first
		c.compare(n, &checked)
	}
	if checked.Weights != nil && c.text {
		fmt.Fprintf(c.stdout, "%s%s: %s\n", file, n.Name, checked.Weights)
	}
	c.nets = append(c.nets, checked)
}

// compare compares a net with the file of weights. That this does not fit is about the net;
// other errors are about the argument.
func (c *checker) compare(n *interp.Net, checked *checkedNet) {
	weights := *c.weights
	if own, ok := n.Own(); ok && weights.weights.value == "" {
		weights.weights = &option[string]{value: own.Path()}
	}
	fitted, err := c.fit(n, &weights)
	switch {
	case err == nil:
		checked.Weights = fitted
	case exitCode(err) == exitProblems:
		c.code = max(c.code, c.report(err))
		entry := entryOf(err)
		checked.Misfit = &entry
	default:
		c.failed(err)
	}
}

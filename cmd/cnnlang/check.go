package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// checkDocument is cnnlang.check/v1: the diagnostics, and the nets that were
// made without any error.
type checkDocument struct {
	diag.Report
	Nets []checkedNet `json:"nets"`
}

type checkedNet struct {
	File   string `json:"file"`
	Net    string `json:"net"`
	Input  []int  `json:"input"`
	Output []int  `json:"output"`
	Params *int   `json:"params"`
	MACs   *int   `json:"macs"`
}

// check is `cnnlang check`.
func (a *app) check() *cobra.Command {
	var s selection
	cmd := &cobra.Command{
		Use:   "check FILE|NAME...",
		Short: "Look for mistakes in .cnn files",
		Long: "check reads .cnn files, follows their imports and makes every net that needs no\n" +
			"arguments at its default input size. It reports all mistakes it finds, each with\n" +
			"the place in the text, and says a line about each net that has none.",
		Example: "  cnnlang check my.cnn\n" +
			"  cnnlang check my.cnn --net small --set classes=10 --shape 1x3x64x64\n" +
			"  cnnlang check -o json *.cnn",
		Args:              arguments(1, -1, "the FILE or NAME to check"),
		ValidArgsFunction: completeNets,
	}
	s.flags(cmd)
	format := formatFlag(cmd, "text", "json")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if err := s.readSettings(); err != nil {
			return err
		}
		c := checker{app: a, selection: &s, text: format.value == "text"}
		for _, argument := range args {
			c.argument(argument)
		}
		if !c.text {
			if err := a.json(checkDocument{diag.NewReport(c.list), c.nets}); err != nil {
				return err
			}
		}
		if c.code != exitFine {
			return &failures{c.code}
		}
		return nil
	}
	return cmd
}

// A checker goes through the arguments. Its exit code is the highest of theirs.
type checker struct {
	*app
	selection *selection
	text      bool
	list      diag.List
	nets      []checkedNet
	code      int
}

func (c *checker) argument(argument string) {
	p, err := interp.Open(argument, c.stdin)
	if err != nil {
		c.code = max(c.code, c.report(err))
		return
	}
	nets, list, err := p.Check(c.selection.net.value, c.selection.options())
	if err != nil {
		c.code = max(c.code, c.report(err))
		return
	}
	found := &problems{list, c.selection.files(p)}
	c.list.AddAll(list)
	if list.HasErrors() {
		c.code = max(c.code, found.exitCode())
	}
	if c.text && len(list) > 0 {
		c.diagnostics(found)
	}
	for _, n := range nets {
		c.net(p, n)
	}
	if len(nets) == 0 && !list.HasErrors() && c.text {
		fmt.Fprintf(c.stdout, "%s: the text has no mistakes; %s\n", p.Main.Name(), whyNoNet(p))
	}
}

// whyNoNet says why nothing was made of a file.
func whyNoNet(p *interp.Program) string {
	if len(p.Main.Nets()) == 0 {
		return "it declares no net whose shapes could be checked"
	}
	return "its nets need arguments: choose one with --net and give them with --set"
}

// net says that a net is sound, and what it is.
func (c *checker) net(p *interp.Program, n *interp.Net) {
	g := n.Graph
	if c.text {
		fmt.Fprintf(c.stdout, "%s: %v -> %v, %s parameters, %s MACs\n",
			n.Name, g.Input.Shape, g.Output.Shape, grouped(n.Main.Params), grouped(n.Main.MACs))
	}
	c.nets = append(c.nets, checkedNet{
		File: p.Main.Name(), Net: n.Name, Input: g.Input.Shape, Output: g.Output.Shape,
		Params: integer(n.Main.Params), MACs: integer(n.Main.MACs),
	})
}

package main

import (
	"github.com/spf13/cobra"

	"cnnlang/interp"
)

// listDocument is cnnlang.list/v1.
type listDocument struct {
	Schema string      `json:"schema"`
	Nets   []listedNet `json:"nets"`
}

type listedNet struct {
	Name   string `json:"name"`
	Paper  string `json:"paper"`
	Source string `json:"source"` // the implementation that the net follows
	// Weights are the files that are published, the usual one first.
	Weights []publishedFile `json:"weights"`
	Prepare string          `json:"prepare,omitempty"` // how images are, where a file does not say otherwise
	File    string          `json:"file"`
	netEnds
	Params *int `json:"params"`
	MACs   *int `json:"macs"`
	net    *interp.Net
}

// list is `cnnlang list`.
func (a *app) list() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the nets of the library",
		Long: "list shows every net of the library with its paper, its parameters and its MACs for\n" +
			"one image at its default input size. `cnnlang doc NAME` explains one. --weights lists\n" +
			"the files of trained weights that are published instead, which of them are there, as they\n" +
			"come with the program or `cnnlang get` has downloaded them, and how images are\n" +
			"prepared for them.",
		Example: "  cnnlang list\n  cnnlang list -o csv\n  cnnlang list --weights",
		Args:    arguments(0, 0, ""),
	}
	weights := false
	cmd.Flags().BoolVar(&weights, "weights", false, "list the files of trained weights that are published")
	format := formatFlag(cmd, tableFormats)
	cmd.RunE = func(*cobra.Command, []string) error {
		document := listDocument{Schema: "cnnlang.list/v1"}
		for _, name := range interp.Library() {
			n, err := a.listed(name)
			if err != nil {
				return err
			}
			if weights {
				n.Weights = downloaded(n.Weights)
			}
			document.Nets = append(document.Nets, n)
		}
		switch {
		case format.value == "json":
			return a.json(document)
		case weights:
			return a.grid(weightsGrid(document.Nets), format.value)
		}
		return a.grid(listGrid(document.Nets), format.value)
	}
	return cmd
}

func (a *app) listed(name string) (listedNet, error) {
	p, err := interp.Open(name)
	if err != nil {
		return listedNet{}, err
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		return listedNet{}, err
	}
	return listedNet{
		Name: name, Paper: n.Meta.Paper, Source: n.Meta.Source, Weights: published(n), Prepare: interp.PictureText(n.Meta.Prepare), File: p.Main.Name(),
		netEnds: endsOf(n.Graph), Params: integer(n.Main.Params), MACs: integer(n.Main.MACs), net: n,
	}, nil
}

func listGrid(nets []listedNet) grid {
	g := grid{columns: []column{{"net", false}, {"input", false}, {"params", true}, {"MACs", true}, {"paper", false}}}
	for _, n := range nets {
		g.rows = append(g.rows, []any{n.Name, n.net.Graph.InputText(), n.net.Main.Params, n.net.Main.MACs, n.Paper})
	}
	return g
}

package main

import (
	"github.com/spf13/cobra"

	"cnnlang/interp/graph"
)

// graph is `cnnlang graph`.
func (a *app) graph() *cobra.Command {
	var s selection
	cmd := &cobra.Command{
		Use:   "graph FILE|NAME",
		Short: "Print every operation of a net",
		Long: "graph prints a net as it is computed, one line for each operation: its number,\n" +
			"path, arguments, result shape, the numbers of its inputs and its tensors.",
		Example:           "  cnnlang graph resnet18",
		Args:              arguments(1, 1, "the FILE or NAME of a net"),
		ValidArgsFunction: completeNets,
	}
	s.flags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		n, err := a.netOf(&s, args[0])
		if err != nil {
			return err
		}
		return graph.Print(a.stdout, n.Graph)
	}
	return cmd
}

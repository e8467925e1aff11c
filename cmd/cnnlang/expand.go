package main

import (
	"io"

	"github.com/spf13/cobra"
)

// expand is `cnnlang expand`.
func (a *app) expand() *cobra.Command {
	var s selection
	cmd := &cobra.Command{
		Use:   "expand FILE|NAME",
		Short: "Write a net out, one operation per line",
		Long: "expand writes a net as a .cnn text without blocks, repeats and parameters: every\n" +
			"operation on a line of its own with the shape of its result, and with labels that\n" +
			"keep the names of weights. The text is a program like any other.",
		Example: "  cnnlang expand resnet18\n" +
			"  cnnlang expand my.cnn --set classes=10 --shape 1x3x64x64 >flat.cnn",
		Args:              arguments(1, 1, "the FILE or NAME of a net"),
		ValidArgsFunction: completeNets,
	}
	s.flags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		n, err := a.net(&s, args[0], 0)
		if err != nil {
			return err
		}
		text, err := n.Expand()
		if err != nil {
			return err
		}
		_, err = io.WriteString(a.stdout, text)
		return err
	}
	return cmd
}

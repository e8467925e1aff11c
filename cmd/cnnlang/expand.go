package main

import (
	"io"

	"github.com/spf13/cobra"

	"cnnlang/interp"
)

// expand is `cnnlang expand`.
func (a *app) expand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "expand FILE|NAME",
		Short: "Write a net out, one operation per line",
		Long: "expand writes a net as a .cnn text without blocks, repeats and parameters: every\n" +
			"operation on a line of its own with the shape of its result, and with labels that\n" +
			"keep the names of weights. The text is a program like any other.",
		Example: "  cnnlang expand resnet18\n" +
			"  cnnlang expand my.cnn --set classes=10 --shape 1x3x64x64 >flat.cnn",
	}
	return a.ofNet(cmd, func(n *interp.Net) error {
		text, err := n.Expand()
		if err != nil {
			return err
		}
		_, err = io.WriteString(a.stdout, text)
		return err
	})
}

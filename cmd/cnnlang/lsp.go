package main

import (
	"errors"

	"github.com/spf13/cobra"

	"cnnlang/cmd/cnnlang/internal/lsp"
)

// lsp is `cnnlang lsp`.
func (a *app) lsp() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Answer an editor by the Language Server Protocol",
		Long: "lsp is the language server: an editor starts it and talks with it through its standard input and\n" +
			"output. It shows mistakes as one types, with repairs; the shape that each line gives; what a name\n" +
			"means, and where else it stands; and what can be written at a place.\n" +
			"editors/README.md says how to set up editors.",
		Example: "  cnnlang lsp",
		Args:    arguments(0, 0, ""),
	}
	cmd.Flags().Bool("stdio", true, "talk through standard input and output, which is the only way; some editors say so")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		err := lsp.Serve(cmd.Context(), a.stdin, a.stdout, versionOf().Version, a.stderr)
		if errors.Is(err, lsp.ErrNoShutdown) && cmd.Context().Err() == nil {
			return err
		}
		return nil
	}
	return cmd
}

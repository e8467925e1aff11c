package main

import (
	"bufio"

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
		err := lsp.Serve(cmd.Context(), a.stdin, prompt{a.stdout}, versionOf().Version, a.stderr)
		if err != nil && cmd.Context().Err() != nil {
			return cmd.Context().Err()
		}
		return err
	}
	return cmd
}

// prompt writes at once what is written to it.
type prompt struct{ w *bufio.Writer }

func (p prompt) Write(b []byte) (n int, err error) {
	if n, err = p.w.Write(b); err != nil {
		return n, err
	}
	return n, p.w.Flush()
}

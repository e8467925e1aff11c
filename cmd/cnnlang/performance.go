package main

import (
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/ops"
)

// mostThreads bounds --threads: each thread has memory of its own.
const mostThreads = 1024

// A performance is the flags that say how fast and how exact a net is to run: one of each,
// or several to measure.
type performance struct {
	threads   *option[[]int]
	precision *option[[]ops.Precision]
}

// flags adds the flags to a command, which takes up to so many values of each.
func (p *performance) flags(cmd *cobra.Command, most int) {
	p.threads = listOf("N", most, numberFrom(0, mostThreads), 0)
	p.precision = listOf("NAME", most, parsePrecision, ops.F32)
	cmd.Flags().Var(p.threads, "threads", "threads to run on, 0 for one for each core; bench takes several, as 1,2")
	cmd.Flags().Var(p.precision, "precision", "what values between steps are rounded to: "+strings.Join(ops.Precisions(), ", ")+"; bench takes several")
	complete(cmd, "precision", ops.Precisions())
}

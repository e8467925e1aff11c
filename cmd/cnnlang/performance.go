package main

import (
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
)

// mostThreads bounds --threads: each thread has memory of its own.
const mostThreads = 1024

// A performance is the flags that decide how fast and how exact a net runs.
type performance struct {
	threads   *option[[]int]
	precision *option[[]layout.Precision]
}

// flags adds the flags to a command, which accepts up to so many values of each.
func (p *performance) flags(cmd *cobra.Command, most int) {
	p.threads = threadsFlag(cmd, most)
	p.precision = listOf("NAME", most, parsePrecision, layout.F32)
	cmd.Flags().Var(p.precision, "precision", strings.Join(layout.Precisions(), ", ")+": how values between steps are rounded; the verb bench accepts several")
	complete(cmd, "precision", fixed(layout.Precisions()...))
}

// threadsFlag adds --threads to a command, which accepts up to so many values.
func threadsFlag(cmd *cobra.Command, most int) *option[[]int] {
	threads := listOf("N", most, numberFrom(0, mostThreads), 0)
	cmd.Flags().Var(threads, "threads", "threads to run on, 0 for one per core; the verb bench accepts several, as in 1,2")
	return threads
}

const batchUsage = "images in a batch; the verb bench accepts several, as in 1,8"

// batchOption is up to so many numbers of images.
func batchOption(most int) *option[[]int] { return listOf("N", most, numberFrom(1, 1<<16), 1) }

// knownISA says what is wrong with CNNLANG_ISA, before anything is planned or measured with other kernels than
// those that are asked for.
func knownISA() error {
	if _, err := exec.ISA(); err != nil {
		return usage("%s", plain(err))
	}
	return nil
}

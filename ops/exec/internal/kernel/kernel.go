// Package kernel is the innermost loops: no allocation, no tensors, no choice.
// A kernel is found by its family in a table; README.md has the grammar of the
// names and the contract of each family.
package kernel

import "cnnlang/ops/exec/internal/cpu"

// isa is the set whose kernels the functions of this package use.
var isa, _ = cpu.Selected()

// ISA names it.
func ISA() string { return string(isa) }

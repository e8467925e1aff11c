// Package kernel is the innermost loops: no allocation, no tensors, no choice. README.md
// has the grammar of the names and the contract of each family.
package kernel

import "cnnlang/ops/cpu"

// isa is the instruction set of the kernels.
var isa, _ = cpu.Selected()

// ISA names it.
func ISA() string { return string(isa) }

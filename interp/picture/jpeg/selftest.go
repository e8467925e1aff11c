package jpeg

import "cnnlang/interp/picture/jpeg/internal/kernel"

// SelfTest compares the kernels that are used with those in plain Go. Its error says which give
// other results.
func SelfTest() error { return kernel.SelfTest() }

// Kernels is the instruction set of the kernels.
func Kernels() string { return kernel.ISA }

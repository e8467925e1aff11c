package exec

import "cnnlang/ops/cpu"

// ISA names the instruction set of the kernels. Its error says what is wrong with the
// environment variable CNNLANG_ISA, for a program to show before it runs anything; the
// kernels are then the generic ones.
func ISA() (string, error) {
	isa, err := cpu.Selected()
	return string(isa), err
}

package conv_test

import (
	"os"
	"testing"

	"cnnlang/ops/exec"
	"cnnlang/ops/optest"
)

// No test's run allocates, in any algorithm and layout, on any number of threads.
func TestMain(m *testing.M) { os.Exit(optest.Exit(m)) }

// Helpers to write the cases.
var (
	conv, linear             = optest.Conv, optest.Linear
	pair, pads, pad          = optest.Pair, optest.Pads, optest.Pad
	stride, dilation, groups = optest.Stride, optest.Dilation, optest.Groups
	padded, mode, unbiased   = optest.Padded, optest.Mode, optest.Unbiased
	epilogued                = optest.Epilogued
)

const eps = optest.Eps

// hasBlocks reports whether the selected instruction set has blocked kernels of float32.
func hasBlocks() bool {
	isa, _ := exec.ISA()
	return isa != "generic"
}

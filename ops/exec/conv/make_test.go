package conv_test

import (
	"os"
	"testing"

	"cnnlang/ops/exec"
	"cnnlang/ops/optest"
)

// Whatever a test computes, in any algorithm and layout, on any number of threads, that
// allocates nothing.
func TestMain(m *testing.M) { os.Exit(optest.Exit(m)) }

// What the cases are made of.
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

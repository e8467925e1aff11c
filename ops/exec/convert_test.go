package exec_test

import (
	"slices"
	"testing"

	"cnnlang/ops/exec"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// Every layout to every other and back, separate and inside larger values.
func TestConversion(t *testing.T) {
	x := optest.Rand(1, 2, 21, 5, 6)
	layouts := []layout.Layout{{}, {Block: 1, HaloH: 1, HaloW: 2}, {Block: 16}, {Block: 16, HaloH: 2, HaloW: 1}, {Block: 16, HaloH: 3}}
	for _, from := range layouts {
		for _, to := range layouts {
			converts(t, from, to, x)
		}
	}
}

// Likewise for bfloat16.
func TestConversionBF16(t *testing.T) {
	x := optest.RoundedBF16(optest.Rand(1, 2, 45, 5, 6))
	image := optest.RoundedBF16(optest.Rand(1, 2, 3, 5, 6))
	lines := []layout.Layout{{}, {Block: 16}, {Block: 16, HaloH: 2, HaloW: 1}, {Block: 32, Element: layout.BFloat16}, {Block: 32, Element: layout.BFloat16, HaloH: 1, HaloW: 2}}
	for _, from := range lines {
		for _, to := range lines {
			converts(t, from, to, x)
		}
	}
	for _, from := range slices.Concat(lines, []layout.Layout{{Block: 1, HaloH: 1}}) {
		converts(t, from, layout.Layout{Block: 4, Element: layout.BFloat16, HaloH: 3, HaloW: 5}, image)
	}
}

func converts(t *testing.T, from, to layout.Layout, x tensor.Tensor) {
	t.Helper()
	a := exec.Conversion()
	a.In, a.Out = []layout.Layout{from}, to
	w := optest.NewWay(a, []tensor.Tensor{x}, nil, x.Shape)
	if !optest.Same(w.Run(t, 2).Data, x.Data) {
		t.Errorf("%v: other values", w)
	}
	if !optest.Same(w.RunNested(t).Data, x.Data) {
		t.Errorf("%v: other values in larger ones", w)
	}
}

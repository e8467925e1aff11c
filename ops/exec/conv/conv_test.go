package conv_test

import (
	"math"
	"slices"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/exec"
	run "cnnlang/ops/exec/conv"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// bound is the error of sums as long as the convolution's. Winograd's algorithm, whose
// transforms lose some bits, has four times as much.
func bound(op ops.Op, in []tensor.Tensor) func(w *optest.Way) float64 {
	sum := optest.SumBound(optest.Products(op, in))
	return func(w *optest.Way) float64 {
		switch {
		case w.Name == "winograd":
			return 4 * (sum + 32*eps)
		case w.IsBlocked():
			return sum + 32*eps
		}
		return sum
	}
}

// matches compares a convolution with its reference, by every algorithm that fits it.
func matches(t *testing.T, c convCase) {
	t.Helper()
	x := optest.Rand(1, c.in[:]...)
	optest.Matches(t, c.op, bound(c.op, []tensor.Tensor{x}), x)
}

func TestConvMatchesReference(t *testing.T) {
	for _, c := range slices.Concat(blockedConvs, convCases) {
		t.Run(describe(c.op, c.in), func(t *testing.T) { matches(t, c) })
	}
}

// These cases reach every row of the table.
func TestEveryAlgorithmHasACase(t *testing.T) {
	reached := map[string]int{}
	for i, c := range slices.Concat(blockedConvs, convCases) {
		for _, w := range optest.Ways(t, c.op, []tensor.Tensor{tensor.New(c.in[:]...)}, nil) {
			reached[w.Name]++
		}
		if i < len(blockedConvs) && hasBlocks() && !best(t, c).Leads {
			t.Errorf("%s is not blocked", describe(c.op, c.in))
		}
	}
	for _, name := range run.Names() {
		if reached[name] == 0 {
			t.Errorf("no case of %s", name)
		}
	}
	if n := reached["bf16"] + reached["bf16 depthwise"]; n < len(blockedConvs) {
		t.Errorf("only %d convolutions work on bfloat16", n)
	}
	if reached["split"] < 10 {
		t.Errorf("only %d convolutions are split", reached["split"])
	}
}

// best is the algorithm that is taken for float32.
func best(t *testing.T, c convCase) task.Algorithm {
	t.Helper()
	x := tensor.New(c.in[:]...)
	return exec.Algorithms(c.op, []tensor.Shape{x.Shape}, optest.Shape(t, c.op, x), layout.F32)[0]
}

func TestLinearIsSplit(t *testing.T) {
	op, x := linear(64), []tensor.Tensor{optest.Rand(1, 2, 40, 5, 7)}
	ways := optest.Matches(t, op, bound(op, x), x...)
	if !slices.ContainsFunc(ways, func(w *optest.Way) bool { return w.Name == "split" }) {
		t.Errorf("not split: %v", ways)
	}
}

// A sum of 4608 products, as in the last stages of ResNet and VGG, is exact to well under
// 1e-5 of its size, by Winograd's algorithm with three times the error (TestWinogradError).
func TestLongSums(t *testing.T) {
	x := []tensor.Tensor{optest.Rand(1, 1, 512, 7, 7)}
	op := conv(64, pair(3, 3), padded(pad(1)))
	params := optest.Params(op, 2, x...)
	want := ref.Run(op, x, params)
	for _, w := range optest.Ways(t, op, x, params) {
		if w.Precision != layout.F32 {
			continue
		}
		got := w.Run(t, 1)
		var scale, worst float64
		for i, v := range want.Data {
			scale = max(scale, math.Abs(float64(v)))
			worst = max(worst, math.Abs(float64(got.Data[i]-v)))
		}
		bound := 1e-6 * scale
		if w.Name == "winograd" {
			bound *= 3
		}
		if worst > bound {
			t.Errorf("%v: off by %.3g of the largest output", w, worst/scale)
		}
	}
}

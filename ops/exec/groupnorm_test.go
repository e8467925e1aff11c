package exec_test

import (
	"math"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// Numbers far from 0, each channel elsewhere, lose nothing by their mean: it is subtracted before
// anything is squared, and kept beyond float32. What remains is the rounding of up to 64 sums of
// squares, of which the root halves the effect, of the factor, the bias and the result.
func TestNormsFarFromZero(t *testing.T) {
	for _, op := range []ops.Op{groupNorm(8, true, true), groupNorm(1, false, false), instanceNorm(true, true)} {
		x := optest.Rand(1, 2, 40, 70, 5)
		for i := range x.Data {
			x.Data[i] += 10_000 + float32(i/(70*5)%3)
		}
		params := optest.Params(op, 2, x)
		want, largest := ref.Run(op, []tensor.Tensor{x}, params), 0.0
		for _, v := range want.Data {
			largest = max(largest, math.Abs(float64(v)))
		}
		for _, w := range optest.Ways(t, op, []tensor.Tensor{x}, params) {
			if w.Out.Element == layout.Float32 { // bfloat16 has no such numbers
				optest.Close(t, w.Run(t, 1), want, (32+3)*eps*largest)
			}
		}
	}
}

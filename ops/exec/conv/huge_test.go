package conv_test

import (
	"math"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// One value of an image is not finite, or huge, or all others are tiny: results that do not
// see it are the same as without it, and results that see it follow the definition.

var (
	posInf     = float32(math.Inf(1))
	notANumber = float32(math.NaN())
)

// Every way to compute a convolution in float32. Groups of 20, 24 or 3 channels share
// blocks of 16 with other groups.
var hugeCases = []convCase{
	{[4]int{1, 24, 11, 9}, conv(40, pair(3, 3), padded(pad(1)))},
	{[4]int{2, 32, 6, 7}, conv(16, pair(3, 3), padded(pads(2, 0, 1, 2)))},
	{[4]int{1, 3, 8, 9}, conv(24, pair(5, 5), padded(pad(2)), stride(2, 2))},
	{[4]int{1, 40, 6, 7}, conv(96, pair(1, 1), stride(2, 2))},
	{[4]int{1, 20, 6, 7}, conv(33, pair(1, 1))},
	{[4]int{1, 20, 5, 9}, conv(20, pair(3, 3), padded(pad(1)), groups(5))},
	{[4]int{1, 48, 5, 5}, conv(48, pair(3, 3), padded(pad(1)), groups(3))},
	{[4]int{1, 60, 5, 6}, conv(120, pair(1, 1), groups(3))},
	{[4]int{1, 48, 5, 6}, conv(48, pair(3, 3), padded(pad(1)), groups(2))},
	{[4]int{1, 36, 5, 6}, conv(24, pair(3, 2), groups(12))},
	{[4]int{1, 20, 7, 8}, conv(20, pair(3, 3), padded(pad(1)), groups(20))},
	{[4]int{1, 10, 7, 8}, conv(20, pair(3, 3), padded(pad(1)), groups(10))},
	{[4]int{2, 20, 3, 4}, conv(20, pair(3, 4))},
}

func TestOneHugeValue(t *testing.T) {
	for _, c := range hugeCases {
		t.Run(describe(c.op, c.in), func(t *testing.T) {
			x := optest.Rand(1, c.in[:]...)
			for _, value := range []float32{posInf, notANumber, 1e38, -1e30, 3e4} {
				for seed, i := range []int{0, 7*len(x.Data)/13 + 1} {
					was := x.Data[i]
					x.Data[i] = value
					exactly(t, c.op, uint64(seed), x)
					if value == posInf {
						added := optest.Rand(3, optest.Shape(t, c.op, x)...)
						exactly(t, epilogued(c.op, ops.Epilogue{Add: true}), uint64(seed), x, added)
						exactly(t, epilogued(c.op, ops.Epilogue{Act: ops.Sigmoid}), uint64(seed), x)
						exactly(t, epilogued(c.op, ops.Epilogue{Act: optest.PReLU()}), uint64(seed), x)
					}
					x.Data[i] = was
				}
			}
			for i := range x.Data {
				x.Data[i] *= 1e-30
			}
			exactly(t, c.op, 1, x)
		})
	}
}

// exactly compares every algorithm of float32 with float64.
func exactly(t *testing.T, op *ops.Conv, seed uint64, in ...tensor.Tensor) {
	t.Helper()
	params := optest.Params(op, seed, in...)
	for i := range params[0].Data { // so that no sum of huge values is infinite
		params[0].Data[i] /= 16
	}
	exact := optest.NewBounded(op, in, params)
	for _, w := range optest.Ways(t, op, in, params) {
		if w.Precision != layout.F32 {
			continue
		}
		a := exact.InF32()
		if w.Name == "winograd" {
			a.Size = seenByWinograd(op, exact.Want.Shape, in[0], params[0])
		}
		got := w.Run(t, 1)
		exact.Check(t, w, got, a)
		if !optest.Same(w.Run(t, 3).Data, got.Data) {
			t.Errorf("%v: 3 workers compute other bits than 1", w)
		}
	}
}

package ops_test

import (
	"math"
	"strings"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// Widths of every remainder by four, every padding, several blocks of tiles,
// units and images.
var winogradCases = []struct {
	in [4]int
	op *ops.Conv
}{
	{[4]int{1, 64, 16, 16}, conv(64, pair(3, 3), padded(pad(1)))},
	{[4]int{1, 64, 17, 18}, conv(48, pair(3, 3), padded(pad(1)))},
	{[4]int{2, 48, 19, 13}, conv(80, pair(3, 3), padded(pad(1)), unbiased)},
	{[4]int{1, 64, 14, 22}, conv(64, pair(3, 3))},
	{[4]int{1, 64, 14, 13}, conv(64, pair(3, 3), padded(pads(0, 2, 1, 2)))},
	{[4]int{1, 64, 14, 15}, conv(64, pair(3, 3), padded(pad(2)))},
	{[4]int{4, 400, 7, 7}, conv(40, pair(3, 3), padded(pad(1)))},
	{[4]int{1, 128, 40, 44}, conv(16, pair(3, 3), padded(pad(1)))},
}

// algorithm says how an op would run on blocked values.
func algorithm(t *testing.T, op *ops.Conv, x tensor.Tensor, params []tensor.Tensor) string {
	shape := optest.Shape(t, op, x)
	how := op.Blocked([]tensor.Shape{x.Shape}, shape)
	if how.In == nil {
		return ""
	}
	return op.PrepareBlocked([]ops.Value{{Shape: x.Shape, Layout: how.In[0]}},
		ops.Value{Shape: shape, Layout: ops.Layout{Block: ops.Lanes}}, params).Algorithm()
}

func TestWinogradMatchesReference(t *testing.T) {
	for _, c := range winogradCases {
		t.Run(describe(c.op, c.in), func(t *testing.T) {
			x := optest.Rand(1, c.in[:]...)
			if how := algorithm(t, c.op, x, optest.Params(c.op, 100, x)); hasBlocks() && !strings.HasPrefix(how, "winograd") {
				t.Errorf("chose %s", how)
			}
			againstBlocked(t, c.op, blockedBound(t, c.op, x), x)
		})
	}
}

func TestWinogradEpilogues(t *testing.T) {
	for act := ops.None; act <= ops.ActGELU; act++ {
		op := conv(48, pair(3, 3), padded(pad(1))).WithEpilogue(ops.Epilogue{Add: true, Act: act})
		x := optest.Rand(1, 1, 64, 14, 15)
		againstBlocked(t, op, 4*sumBound(9*64), x, optest.Rand(2, 1, 48, 14, 15))
	}
}

// The root mean square error of the algorithm against sums in float64 stays below
// three times that of one float32 sum per output, which is what the plainest loop
// in float32 would lose.
func TestWinogradError(t *testing.T) {
	if !hasBlocks() {
		return
	}
	op := conv(16, pair(3, 3), padded(pad(1)))
	x := optest.Rand(1, 1, 128, 28, 28)
	params := optest.Params(op, 100, x)
	how := op.Blocked([]tensor.Shape{x.Shape}, optest.Shape(t, op, x))
	got := runBlocked(t, op, how.In, ops.Layout{Block: ops.Lanes}, []tensor.Tensor{x}, params, 1)
	want := ref.Run(op, []tensor.Tensor{x}, params)
	var square, naive float64
	for i, w := range want.Data {
		d := float64(got.Data[i]) - float64(w)
		square += d * d
		e := float64(loop(x, params, 28, i)) - float64(w)
		naive += e * e
	}
	winograd, plain := math.Sqrt(square/float64(len(want.Data))), math.Sqrt(naive/float64(len(want.Data)))
	t.Logf("root mean square error %.3g, of a plain loop %.3g", winograd, plain)
	if winograd > 3*plain {
		t.Errorf("error %.3g, of a plain loop %.3g", winograd, plain)
	}
}

// loop computes output i of a 3x3 convolution of [1, C, size, size] in float32.
func loop(x tensor.Tensor, params []tensor.Tensor, size, i int) float32 {
	channels := x.Shape[1]
	o, y, xx := i/(size*size), i/size%size, i%size
	sum := params[1].Data[o]
	for c := range channels {
		for ky := range 3 {
			for kx := range 3 {
				v, u := y+ky-1, xx+kx-1
				if v >= 0 && v < size && u >= 0 && u < size {
					sum += x.Data[(c*size+v)*size+u] * params[0].Data[((o*channels+c)*3+ky)*3+kx]
				}
			}
		}
	}
	return sum
}

package conv_test

import (
	"math"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// Widths of every remainder by four, every padding, several blocks of tiles,
// units and images.
var winogradCases = []convCase{
	{[4]int{1, 64, 16, 16}, conv(64, pair(3, 3), padded(pad(1)))},
	{[4]int{1, 64, 17, 18}, conv(48, pair(3, 3), padded(pad(1)))},
	{[4]int{2, 48, 19, 13}, conv(80, pair(3, 3), padded(pad(1)), unbiased)},
	{[4]int{1, 64, 14, 22}, conv(64, pair(3, 3))},
	{[4]int{1, 64, 14, 13}, conv(64, pair(3, 3), padded(pads(0, 2, 1, 2)))},
	{[4]int{1, 64, 14, 15}, conv(64, pair(3, 3), padded(pad(2)))},
	{[4]int{4, 400, 7, 7}, conv(40, pair(3, 3), padded(pad(1)))},
	{[4]int{1, 128, 40, 44}, conv(16, pair(3, 3), padded(pad(1)))},
}

// winograd is the way of Winograd's algorithm; nil if there are no blocks.
func winograd(t *testing.T, op ops.Op, in, params []tensor.Tensor) *optest.Way {
	t.Helper()
	for _, w := range optest.Ways(t, op, in, params) {
		if w.Name == "winograd" {
			return w
		}
	}
	if hasBlocks() {
		t.Fatal("not by Winograd's algorithm")
	}
	return nil
}

func TestWinogradMatchesReference(t *testing.T) {
	for _, c := range winogradCases {
		t.Run(describe(c.op, c.in), func(t *testing.T) {
			if how := best(t, c).Name; hasBlocks() && how != "winograd" {
				t.Errorf("chose %s", how)
			}
			matches(t, c)
		})
	}
}

func TestWinogradEpilogues(t *testing.T) {
	for _, act := range optest.Acts() {
		op := epilogued(conv(48, pair(3, 3), padded(pad(1))), ops.Epilogue{Add: true, Act: act})
		in := []tensor.Tensor{optest.Rand(1, 1, 64, 14, 15), optest.Rand(2, 1, 48, 14, 15)}
		usual := bound(op, in)
		optest.Matches(t, op, func(w *optest.Way) float64 {
			if w.Name == "winograd" {
				return 4 * optest.SumBound(9*64)
			}
			return usual(w)
		}, in...)
	}
}

// The root mean square error of the algorithm against sums in float64 stays below three
// times that of one float32 sum per output, as a simple loop in float32 computes it.
func TestWinogradError(t *testing.T) {
	op := conv(16, pair(3, 3), padded(pad(1)))
	x := optest.Rand(1, 1, 128, 28, 28)
	params := optest.Params(op, 100, x)
	way := winograd(t, op, []tensor.Tensor{x}, params)
	if way == nil {
		return
	}
	got := way.Run(t, 1)
	want := ref.Run(op, []tensor.Tensor{x}, params)
	var square, naive float64
	for i, w := range want.Data {
		d := float64(got.Data[i]) - float64(w)
		square += d * d
		e := float64(loop(x, params, 28, i)) - float64(w)
		naive += e * e
	}
	by, plain := math.Sqrt(square/float64(len(want.Data))), math.Sqrt(naive/float64(len(want.Data)))
	t.Logf("root mean square error %.3g, of a plain loop %.3g", by, plain)
	if by > 3*plain {
		t.Errorf("error %.3g, of a plain loop %.3g", by, plain)
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

package ops_test

import (
	"fmt"
	"math"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// eps is half the distance from 1 to the next float32: the rounding error of
// one operation.
const eps = 1.0 / (1 << 24)

// against compares an op with its reference, within bound, on 1, 2 and 5
// workers, whose results must be the same bits.
func against(t *testing.T, op ops.Op, bound float64, in ...tensor.Tensor) {
	t.Helper()
	params := optest.Params(op, 100, in...)
	want := ref.Run(op, in, params)
	checkRun(t, op, in, params, func(got tensor.Tensor) { optest.Close(t, got, want, bound) })
}

// checkRun checks what an op computes, which must not depend on the workers.
func checkRun(t *testing.T, op ops.Op, in, params []tensor.Tensor, check func(got tensor.Tensor)) {
	t.Helper()
	first := optest.Run(t, op, in, params, 1)
	check(first)
	for _, workers := range []int{2, 5} {
		if got := optest.Run(t, op, in, params, workers); !optest.Same(got.Data, first.Data) {
			t.Fatalf("%d workers compute other bits than 1", workers)
		}
	}
}

// sumBound bounds the error of a sum of k products of normally distributed
// numbers that is taken in blocks of some 264. Summing a block of n loses about
// 0.4*eps*n, the sums of the k/n blocks together sqrt(k/n) times that; rounding
// the result, which is about sqrt(k) large, costs some eps*sqrt(k). The factors
// make room for the worst of thousands of outputs.
func sumBound(k int) float64 {
	n := min(float64(k), 264)
	return 4*eps*math.Sqrt(float64(k)*n) + 8*eps*math.Sqrt(float64(k))
}

func pair(h, w int) dim.Pair { return dim.Pair{H: dim.Int(h), W: dim.Int(w)} }

func pads(top, bottom, left, right int) ops.Padding {
	return ops.Padding{Top: dim.Int(top), Bottom: dim.Int(bottom), Left: dim.Int(left), Right: dim.Int(right)}
}

func pad(n int) ops.Padding { return pads(n, n, n, n) }

// conv is a convolution with what a test does not say set to the defaults.
func conv(out int, k dim.Pair, more ...func(*ops.Conv)) *ops.Conv {
	c := &ops.Conv{Out: dim.Int(out), K: k, Stride: pair(1, 1), Groups: dim.Int(1), Dilation: pair(1, 1), Bias: true}
	for _, m := range more {
		m(c)
	}
	return c
}

func stride(h, w int) func(*ops.Conv)      { return func(c *ops.Conv) { c.Stride = pair(h, w) } }
func dilation(h, w int) func(*ops.Conv)    { return func(c *ops.Conv) { c.Dilation = pair(h, w) } }
func groups(n int) func(*ops.Conv)         { return func(c *ops.Conv) { c.Groups = dim.Int(n) } }
func padded(p ops.Padding) func(*ops.Conv) { return func(c *ops.Conv) { c.Pad = p } }
func unbiased(c *ops.Conv)                 { c.Bias = false }
func mode(m ops.PaddingMode) func(*ops.Conv) {
	return padded(ops.Padding{Mode: m})
}

// The shapes around what the algorithms split by: tiles of 4x2, blocks of 64
// pixels, 32 filters and 264 products.
var convCases = []struct {
	in [4]int
	op *ops.Conv
}{
	{[4]int{1, 1, 1, 1}, conv(1, pair(1, 1))},
	{[4]int{3, 5, 1, 1}, conv(7, pair(1, 1))},
	{[4]int{1, 3, 5, 4}, conv(3, pair(5, 4))},
	{[4]int{2, 3, 5, 4}, conv(3, pair(5, 4), padded(pads(0, 1, 0, 0)))},
	{[4]int{1, 3, 7, 9}, conv(3, pair(1, 1))},
	{[4]int{1, 3, 7, 9}, conv(4, pair(1, 1), unbiased)},
	{[4]int{1, 4, 8, 8}, conv(5, pair(1, 1))},
	{[4]int{3, 4, 5, 13}, conv(31, pair(1, 1))},
	{[4]int{1, 4, 13, 5}, conv(32, pair(1, 1))},
	{[4]int{1, 4, 3, 43}, conv(33, pair(1, 1))},
	{[4]int{1, 7, 11, 13}, conv(17, pair(1, 1), stride(2, 2))},
	{[4]int{1, 8, 14, 14}, conv(16, pair(1, 1), stride(2, 2))},
	{[4]int{1, 263, 3, 3}, conv(5, pair(1, 1))},
	{[4]int{1, 264, 3, 3}, conv(5, pair(1, 1))},
	{[4]int{1, 265, 3, 3}, conv(5, pair(1, 1))},
	{[4]int{1, 1100, 2, 2}, conv(300, pair(1, 1))},
	{[4]int{1, 3, 17, 19}, conv(8, pair(3, 3), padded(pad(1)))},
	{[4]int{3, 5, 7, 7}, conv(6, pair(3, 3), mode(ops.Half))},
	{[4]int{1, 5, 7, 7}, conv(6, pair(3, 3), mode(ops.Valid))},
	{[4]int{1, 5, 7, 8}, conv(6, pair(3, 3), mode(ops.Same), stride(2, 2))},
	{[4]int{1, 5, 8, 7}, conv(6, pair(5, 3), mode(ops.Same), stride(3, 2))},
	{[4]int{1, 5, 9, 7}, conv(6, pair(2, 4), mode(ops.Same))},
	{[4]int{1, 5, 9, 7}, conv(6, pair(1, 2), mode(ops.Same), stride(4, 5))},
	{[4]int{1, 5, 9, 7}, conv(6, pair(3, 3), mode(ops.Same), dilation(2, 3))},
	{[4]int{1, 3, 31, 33}, conv(9, pair(7, 7), padded(pad(3)), stride(2, 2), unbiased)},
	{[4]int{1, 6, 9, 11}, conv(5, pair(1, 7), mode(ops.Half))},
	{[4]int{1, 6, 9, 11}, conv(5, pair(7, 1), mode(ops.Half))},
	{[4]int{1, 2, 9, 11}, conv(5, pair(2, 3), padded(pads(0, 1, 2, 3)))},
	{[4]int{1, 2, 9, 11}, conv(5, pair(2, 3), padded(pads(3, 0, 0, 1)), stride(1, 3))},
	{[4]int{1, 2, 9, 11}, conv(5, pair(3, 2), stride(4, 5))},
	{[4]int{1, 2, 3, 3}, conv(5, pair(3, 3), padded(pad(5)), stride(2, 3))},
	{[4]int{1, 2, 3, 3}, conv(5, pair(5, 5), padded(pad(3)))},
	{[4]int{1, 2, 13, 13}, conv(5, pair(3, 3), padded(pad(2)), dilation(2, 2))},
	{[4]int{1, 2, 13, 17}, conv(5, pair(3, 3), padded(pads(1, 2, 3, 4)), dilation(3, 4), stride(2, 1))},
	{[4]int{2, 6, 7, 5}, conv(9, pair(3, 3), padded(pad(1)), groups(3))},
	{[4]int{1, 128, 6, 6}, conv(128, pair(3, 3), padded(pad(1)), groups(32), unbiased)},
	{[4]int{1, 10, 7, 5}, conv(4, pair(1, 1), groups(2))},
	{[4]int{2, 35, 3, 3}, conv(70, pair(1, 1), groups(5))},
	{[4]int{1, 1, 9, 9}, conv(1, pair(3, 3), padded(pad(1)))},
	{[4]int{3, 7, 9, 11}, conv(7, pair(3, 3), padded(pad(1)), groups(7))},
	{[4]int{1, 7, 9, 11}, conv(7, pair(3, 3), padded(pad(1)), groups(7), stride(2, 2), unbiased)},
	{[4]int{1, 7, 9, 11}, conv(7, pair(3, 3), mode(ops.Same), groups(7), stride(3, 4))},
	{[4]int{1, 4, 9, 11}, conv(12, pair(3, 3), padded(pads(2, 0, 1, 3)), groups(4))},
	{[4]int{2, 4, 9, 11}, conv(8, pair(5, 3), padded(pads(2, 2, 1, 1)), groups(4), dilation(1, 2), stride(2, 3))},
	{[4]int{1, 4, 12, 12}, conv(4, pair(7, 7), mode(ops.Half), groups(4))},
	{[4]int{1, 4, 3, 3}, conv(4, pair(3, 3), padded(pad(4)), groups(4))},
	{[4]int{1, 2, 2, 90}, conv(2, pair(1, 1), groups(2), stride(1, 7))},
	{[4]int{1, 2, 150, 700}, conv(2, pair(3, 3), groups(2), padded(pad(1)))},
}

func describe(c *ops.Conv, in [4]int) string {
	return fmt.Sprintf("%v->%v,k%v,s%v,pad%v,g%v,d%v", in, c.Out, c.K, c.Stride, c.Pad, c.Groups, c.Dilation)
}

func TestConvMatchesReference(t *testing.T) {
	for _, c := range convCases {
		t.Run(describe(c.op, c.in), func(t *testing.T) {
			x := optest.Rand(1, c.in[:]...)
			k := c.in[1] / c.op.Groups.MustInt() * c.op.K.H.MustInt() * c.op.K.W.MustInt()
			against(t, c.op, sumBound(k), x)
		})
	}
}

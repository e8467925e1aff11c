package conv_test

import (
	"math"
	"slices"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	run "cnnlang/ops/exec/conv"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// Pairs around the edges of strips: rows that do not fill the last, strides, padding of all
// kinds, epilogues of both, halos that a reader wants, a batch.
func TestSeparableMatchesItsTwoConvolutions(t *testing.T) {
	relu := ops.Epilogue{Act: ops.ReLU}
	norm := &ops.BatchNorm{Eps: dim.Ratio(1, 1000), Scale: true, Shift: true}
	for _, c := range []struct {
		in            [4]int
		first, second ops.Epilogue
		depthwise     *ops.Conv
		filters       int
		layout        layout.Layout
	}{
		{[4]int{1, 40, 61, 60}, ops.Epilogue{}, ops.Epilogue{}, conv(40, pair(3, 3), padded(pad(1)), groups(40)), 24, layout.Layout{Block: 16}},
		{[4]int{2, 32, 67, 59}, relu, ops.Epilogue{Norm: norm, Act: ops.SiLU}, conv(32, pair(3, 3), padded(pad(1)), groups(32), unbiased), 40, layout.Layout{Block: 16, HaloH: 1, HaloW: 2}},
		{[4]int{2, 24, 131, 139}, ops.Epilogue{Norm: norm, Act: ops.GELU}, ops.Epilogue{Add: true}, conv(24, pair(3, 3), mode(ops.Same), groups(24), stride(2, 2)), 17, layout.Layout{Block: 16, HaloH: 2}},
		{[4]int{1, 48, 50, 50}, relu, ops.Epilogue{Norm: norm, Add: true, Act: ops.ReLU6}, conv(48, pair(5, 3), mode(ops.Half), groups(48), dilation(2, 1)), 16, layout.Layout{Block: 16, HaloW: 1}},
	} {
		t.Run(describe(c.depthwise, c.in), func(t *testing.T) {
			x := optest.Rand(1, c.in[:]...)
			first, second := epilogued(c.depthwise, c.first), epilogued(conv(c.filters, pair(1, 1)), c.second)
			firstParams := optest.Params(first, 2, x)
			mid := ref.Run(first, []tensor.Tensor{x}, firstParams)
			in, behind := []tensor.Tensor{x}, []tensor.Tensor{mid}
			shape := optest.Shape(t, conv(c.filters, pair(1, 1)), mid)
			if c.second.Add {
				added := optest.Rand(3, shape...)
				in, behind = append(in, added), append(behind, added)
			}
			secondParams := optest.Params(second, 4, behind...)
			a, ok := run.Separable(first, second, optest.Shapes(in), mid.Shape, shape)
			if ok != hasBlocks() {
				t.Fatalf("joined: %v", ok)
			}
			if !ok {
				return
			}
			exact := optest.NewBounded(second, behind, secondParams)
			allowed := behindBoth(optest.NewBounded(first, in[:1], firstParams), exact)
			w := optest.NewWay(a, in, slices.Concat(firstParams, secondParams), shape)
			w.To = c.layout
			got := w.Run(t, 1)
			exact.Check(t, w, got, allowed)
			if !optest.Same(w.Run(t, 3).Data, got.Data) || !optest.Same(w.RunNested(t).Data, got.Data) {
				t.Error("other bits by 3 workers or in larger values")
			}
			w.Try(t, func(w *optest.Way, got tensor.Tensor) { exact.Check(t, w, got, allowed) })
		})
	}
}

// behindBoth is the error of a convolution that reads another. Each result of the second
// sums many errors of the first, times its weights: like other sums, it grows with the root
// of their number.
func behindBoth(first, second *optest.Bounded) optest.Allowance {
	most, scale := 0.0, 1.0
	for i, a := 0, first.BehindNorm(); i < len(first.Want.Data); i++ {
		most = max(most, first.Bound(i, a))
	}
	if scales := second.NormScales(); scales != nil {
		scale = slices.Max(scales)
	}
	allowed := second.BehindNorm()
	for i := range allowed.Size.Data {
		allowed.Size.Data[i] += scale * math.Sqrt(float64(first.Want.Shape[1])) * most / eps
	}
	return allowed
}

// Other pairs are not fused.
func TestNotSeparable(t *testing.T) {
	x, mid, out := tensor.Shape{1, 64, 60, 60}, tensor.Shape{1, 64, 60, 60}, tensor.Shape{1, 32, 60, 60}
	deep, flat := conv(64, pair(3, 3), padded(pad(1)), groups(64)), conv(32, pair(1, 1))
	if _, ok := run.Separable(deep, flat, []tensor.Shape{x}, mid, out); ok != hasBlocks() {
		t.Fatalf("the pair itself: %v", ok)
	}
	for what, pair := range map[string][2]*ops.Conv{
		"dense":      {conv(64, pair(3, 3), padded(pad(1))), flat},
		"grouped":    {conv(64, pair(3, 3), padded(pad(1)), groups(32)), flat},
		"adds":       {epilogued(deep, ops.Epilogue{Add: true}), flat},
		"a window":   {deep, conv(32, pair(3, 3), padded(pad(1)))},
		"strided":    {deep, conv(32, pair(1, 1), stride(2, 2))},
		"two groups": {deep, conv(32, pair(1, 1), groups(2))},
	} {
		if _, ok := run.Separable(pair[0], pair[1], []tensor.Shape{x}, mid, out); ok {
			t.Errorf("%s: joined", what)
		}
	}
	if _, ok := run.Separable(deep, flat, []tensor.Shape{{1, 64, 8, 8}}, tensor.Shape{1, 64, 8, 8}, tensor.Shape{1, 32, 8, 8}); ok {
		t.Error("a small image: joined")
	}
}

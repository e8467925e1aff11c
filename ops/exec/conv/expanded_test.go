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

// Expansions around the edges of strips and of pieces: rows that do not fill the last strip, channels that fill neither a
// piece nor a block, strides, windows and padding of all kinds, activations that are not 0 at 0, halos that a reader wants,
// a batch, with a projection and without.
func TestExpansionMatchesItsConvolutions(t *testing.T) {
	norm := &ops.BatchNorm{Eps: dim.Ratio(1, 1000), Scale: true, Shift: true}
	relu6, silu, sigmoid := ops.Epilogue{Norm: norm, Act: ops.ReLU6}, ops.Epilogue{Act: ops.SiLU}, ops.Epilogue{Act: ops.Sigmoid}
	for _, c := range []struct {
		in                   [4]int
		first, second, third ops.Epilogue
		wide, filters        int // no filters: no projection
		depthwise            *ops.Conv
		layout               layout.Layout
	}{
		{[4]int{1, 16, 129, 32}, relu6, relu6, ops.Epilogue{Norm: norm}, 104, 24, conv(104, pair(3, 3), padded(pad(1)), groups(104), stride(2, 2), unbiased), layout.Layout{Block: 16}},
		{[4]int{2, 24, 90, 37}, silu, relu6, ops.Epilogue{Add: true}, 120, 24, conv(120, pair(3, 3), padded(pad(1)), groups(120)), layout.Layout{Block: 16, HaloH: 1, HaloW: 2}},
		{[4]int{1, 9, 141, 51}, sigmoid, silu, ops.Epilogue{}, 56, 0, conv(56, pair(5, 3), padded(pad(2)), groups(56), stride(2, 1)), layout.Layout{Block: 16, HaloH: 2, HaloW: 1}},
		{[4]int{1, 20, 99, 101}, sigmoid, ops.Epilogue{}, ops.Epilogue{Act: ops.ReLU}, 50, 17, conv(50, pair(3, 3), mode(ops.Same), groups(50), stride(3, 3)), layout.Layout{Block: 16, HaloH: 1}},
		{[4]int{2, 32, 90, 69}, relu6, relu6, ops.Epilogue{Add: true, Act: ops.ReLU6}, 64, 40, conv(64, pair(3, 3), groups(64), dilation(2, 1)), layout.Layout{Block: 16}},
	} {
		t.Run(describe(c.depthwise, c.in), func(t *testing.T) {
			x := optest.Rand(1, c.in[:]...)
			e := run.Expansion{Expand: epilogued(conv(c.wide, pair(1, 1)), c.first), Depthwise: epilogued(c.depthwise, c.second)}
			convs := []*ops.Conv{e.Expand, e.Depthwise}
			if c.filters > 0 {
				e.Project = epilogued(conv(c.filters, pair(1, 1)), c.third)
				convs = append(convs, e.Project)
			}
			in, behind := []tensor.Tensor{x}, []tensor.Tensor{x}
			var params []tensor.Tensor
			var exact *optest.Bounded
			var allowed optest.Allowance
			for i, op := range convs {
				if op.Epilogue().Add {
					added := optest.Rand(3, optest.Shape(t, conv(c.filters, pair(1, 1)), behind[0])...)
					in, behind = append(in, added), append(behind, added)
				}
				own := optest.Params(op, uint64(4+i), behind...)
				params = append(params, own...)
				next := optest.NewBounded(op, behind, own)
				if exact == nil {
					allowed = next.BehindNorm()
				} else {
					allowed = summing(exact, allowed, next, behind[0].Shape[1]/op.Groups.MustInt()*op.K.Along(dim.Height).MustInt()*op.K.Along(dim.Width).MustInt())
				}
				exact = next
				behind = []tensor.Tensor{ref.Run(op, behind, own)}
				switch i {
				case 0:
					e.Wide = behind[0].Shape
				case 1:
					e.Mid = behind[0].Shape
				}
			}
			a, ok := e.Algorithm(optest.Shapes(in), exact.Want.Shape)
			if ok != hasBlocks() {
				t.Fatalf("fused: %v", ok)
			}
			if !ok {
				return
			}
			w := optest.NewWay(a, in, params, exact.Want.Shape)
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

// summing is the error of a convolution that reads another's result: see behindBoth. A result sums so many.
func summing(first *optest.Bounded, of optest.Allowance, second *optest.Bounded, terms int) optest.Allowance {
	most, scale := 0.0, 1.0
	for i := range first.Want.Data {
		most = max(most, first.Bound(i, of))
	}
	if scales := second.NormScales(); scales != nil {
		scale = slices.Max(scales)
	}
	allowed := second.BehindNorm()
	for i := range allowed.Size.Data {
		allowed.Size.Data[i] += scale * math.Sqrt(float64(terms)) * most / eps
	}
	return allowed
}

// Others are not fused: what is not an expansion, and where strips would compute too much twice.
func TestNoExpansion(t *testing.T) {
	wide, deep, flat := conv(96, pair(1, 1)), conv(96, pair(3, 3), padded(pad(1)), groups(96), stride(2, 2)), conv(24, pair(1, 1))
	big, small := tensor.Shape{1, 96, 112, 112}, tensor.Shape{1, 96, 14, 14}
	of := func(e, d, p *ops.Conv, size tensor.Shape) bool {
		half := func(n int) int { return (n + 1) / 2 }
		in, mid := tensor.Shape{1, 16, size[2], size[3]}, tensor.Shape{1, 96, half(size[2]), half(size[3])}
		x := run.Expansion{Expand: e, Depthwise: d, Project: p, Wide: size, Mid: mid}
		_, ok := x.Algorithm([]tensor.Shape{in}, tensor.Shape{1, 24, mid[2], mid[3]})
		return ok
	}
	if ok := of(wide, deep, flat, big); ok != hasBlocks() {
		t.Fatalf("the expansion itself: %v", ok)
	}
	for what, fused := range map[string]bool{
		"a window first": of(conv(96, pair(3, 3), padded(pad(1))), deep, flat, big),
		"adds first":     of(epilogued(wide, ops.Epilogue{Add: true}), deep, flat, big),
		"dense":          of(wide, conv(96, pair(3, 3), padded(pad(1)), stride(2, 2)), flat, big),
		"adds second":    of(wide, epilogued(deep, ops.Epilogue{Add: true}), flat, big),
		"a window last":  of(wide, deep, conv(24, pair(3, 3), padded(pad(1))), big),
		"a small image":  of(wide, deep, flat, small),
		"high windows":   of(wide, conv(96, pair(31, 3), padded(pad(15)), groups(96), stride(2, 2)), flat, big),
	} {
		if fused {
			t.Errorf("%s: fused", what)
		}
	}
}

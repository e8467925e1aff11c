package ops_test

import (
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// againstSplit compares a convolution whose numbers are split with the reference,
// for several halos, and one worker with three.
func againstSplit(t *testing.T, op ops.Op, in ...tensor.Tensor) (done bool) {
	t.Helper()
	splitter := op.(ops.Splitter)
	var shapes []tensor.Shape
	for _, x := range in {
		shapes = append(shapes, x.Shape)
	}
	how := splitter.BlockedSplit(shapes, optest.Shape(t, op, in...))
	if how.In == nil {
		return false
	}
	params := optest.Params(op, 100, in...)
	exact := newBounded(op, in, params)
	for halo := range 2 {
		layouts := append([]ops.Layout(nil), how.In...)
		for i := range layouts {
			if !layouts[i].Plain() {
				layouts[i].HaloH, layouts[i].HaloW = halo, 2*halo
			}
		}
		to := ops.Layout{Block: 16, HaloH: 2 * halo, HaloW: halo}
		got := runBF16(t, op, splitter.PrepareSplit, layouts, to, in, params, 1)
		exact.check(t, to.String(), got, exact.split())
		if three := runBF16(t, op, splitter.PrepareSplit, layouts, to, in, params, 3); !optest.Same(got.Data, three.Data) {
			t.Fatal("3 workers compute other bits than 1")
		}
		if halo == 1 {
			sameLodged(t, op, splitter.PrepareSplit, layouts, to, in, params, got)
		}
	}
	return true
}

func TestSplitConvMatchesReference(t *testing.T) {
	done := 0
	for _, c := range blockedConvs {
		t.Run(describe(c.op, c.in), func(t *testing.T) {
			if againstSplit(t, c.op, optest.Rand(1, c.in[:]...)) {
				done++
			}
		})
	}
	if done < 10 {
		t.Errorf("only %d convolutions are split", done)
	}
}

func TestSplitLinear(t *testing.T) {
	if !againstSplit(t, &ops.Linear{Out: dim.Int(64), Bias: true}, optest.Rand(1, 2, 40, 5, 7)) {
		t.Error("not split")
	}
}

func TestSplitEpilogues(t *testing.T) {
	for _, add := range []bool{false, true} {
		for act := ops.None; act <= ops.ActGELU; act++ {
			f := conv(64, pair(3, 3), padded(pad(1)))
			x := []tensor.Tensor{optest.Rand(1, 2, 20, 9, 7)}
			if add {
				x = append(x, optest.Rand(2, optest.Shape(t, f, x[0])...))
			}
			if !againstSplit(t, f.WithEpilogue(ops.Epilogue{Add: add, Act: act}), x...) {
				t.Error("not split")
			}
		}
	}
}

package exec_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
)

// A watch is a context that counts its checks, and ends at the check with the number end; 0
// for never.
type watch struct {
	context.Context
	looks atomic.Int64
	end   int64
}

func (w *watch) Err() error {
	if n := w.looks.Add(1); w.end > 0 && n >= w.end {
		return context.Canceled
	}
	return nil
}

// longCases are ops of which a single number, or the numbers of a row or a plane, take
// long: a part of them needs checks of the context.
var longCases = []opCase{
	{optest.Softmax(1), in{{1, 1 << 20}}},
	{optest.Softmax(1), in{{1, 1 << 15, 6, 6}}},
	{optest.Matmul(), in{{1, 1, 1 << 19}, {1, 1 << 19, 2}}},
	{optest.Matmul(), in{{1, 1, 3 << 19}, {1, 3 << 19, 1}}},
	{optest.Softmax(2), in{{1, 3, 1 << 18, 2}}},
	{&ops.LayerNorm{Eps: dim.Ratio(1, 1000)}, in{{1, 1 << 20}}},
	{&ops.L2Normalize{Eps: dim.Ratio(1, 1000)}, in{{1, 1 << 20}}},
	{lrn(5), in{{1, 1 << 19}}},
	{lrn(1<<20 + 1), in{{1, 3000}}}, // every window is the whole
	{groupNorm(1, false, false), in{{1, 1, 1000, 1000}}},
	{groupNorm(1, true, true), in{{1, 1 << 18, 2, 2}}},
	{instanceNorm(false, false), in{{1, 16, 400, 400}}},
	{mean(1, 2, 3), in{{1, 1, 1000, 1000}}},
	{mean(1), in{{1, 1 << 18, 2, 2}}},
	{top(1, 2, 3), in{{1, 32, 200, 200}}},
	{top(3), in{{1, 1, 1, 1 << 20}}},
	{&ops.GlobalAvgPool{}, in{{1, 1, 1000, 1000}}},
	{&ops.GlobalAvgPool{}, in{{1, 16, 400, 400}}},
	{&ops.GlobalAvgPool{}, in{{1, 1, 1, 1 << 20}}},
	{&ops.AvgPoolTo{K: pair(1, 1)}, in{{1, 1, 1000, 1000}}},
	{&ops.AvgPoolTo{K: pair(1, 1)}, in{{1, 1, 1, 1 << 20}}},
	{maxpool(pair(1000, 1000), pair(1, 1), pad(0), false), in{{1, 1, 1000, 1000}}},
	{maxpool(pair(1, 1<<20), pair(1, 1), pad(0), false), in{{1, 1, 1, 1 << 20}}},
	{avgpool(pair(1000, 999), pair(1, 1), pad(0), false, true), in{{1, 1, 1000, 1000}}},
	{&ops.BatchNorm{Eps: dim.Ratio(1, 1000), Scale: true, Shift: true}, in{{1, 1, 1000, 1000}}},
	{&ops.Learned{Shape: dim.Shaped(1, 1000, 1000)}, in{{1, 1, 1, 1}}},
	{ops.Gate(dim.Shaped(1, 1, 1)), in{{1, 1, 1000, 1000}}},
	{&ops.ChannelAffine{Scale: numbers(1), Shift: numbers(1)}, in{{1, 1, 1000, 1000}}},
	{&ops.Slice{From: dim.Int(0), To: dim.Int(1)}, in{{1, 2, 1000, 1000}}},
	{&ops.ChannelShuffle{Groups: dim.Int(2)}, in{{1, 2, 700, 700}}},
	{border(pads(0, 0, 1<<18, 1<<18), ops.Reflect), in{{1, 1, 1, 1 << 19}}},
	{border(pads(0, 0, 1<<18, 1<<18), ops.Zeros), in{{1, 1, 1, 1 << 19}}},
	{&ops.Crop{By: pads(0, 0, 1, 1)}, in{{1, 1, 1, 1 << 20}}},
	{shuffle(2), in{{1, 4, 1, 1 << 18}}},
	{unshuffle(2), in{{1, 1, 2, 1 << 19}}},
	{&ops.Mul{}, in{{1, 1, 1000, 1000}, {1, 1, 1, 1}}},
	{linear(1), in{{1, 3 << 20}}},
	{linear(8), in{{1, 3 << 19}}},
	{conv(8, pair(1, 1)), in{{1, 1 << 18, 2, 2}}},
	{conv(1, pair(300, 300)), in{{1, 1, 320, 320}}},
	{conv(16, pair(300, 300), groups(16)), in{{1, 16, 301, 301}}},
	{conv(16, pair(60, 60)), in{{1, 16, 62, 62}}},
	{conv(16, pair(3, 3), padded(pad(1))), in{{1, 1 << 14, 5, 5}}},
	{conv(1, pair(1, 3)), in{{1, 1, 1, 1 << 18}}},
	{deconv(1, pair(2, 2), pair(9, 9), pad(0)), in{{1, 1 << 17, 2, 2}}},
	{deconv(1, pair(30, 30), pair(9, 9), pad(0)), in{{1, 4096, 2, 2}}},
}

// The work between two checks of the context takes far less than 50 ms, and after its end
// hardly anything is done: counted in floating point operations, numbers read and written,
// and checks.
func TestLooksAreClose(t *testing.T) {
	const (
		mostProducts = 4 << 20 // some 1 ms, 10 in plain Go
		mostSteps    = 1 << 20 // some 5 ms
	)
	for _, c := range append(longCases, wideCases...) {
		x := optest.Inputs(c.in)
		var shapes []dim.Shape
		numbers := optest.Shape(t, c.op, x...).Elements()
		for _, v := range x {
			shapes = append(shapes, dim.Shaped(v.Shape...))
			numbers += v.Shape.Elements()
		}
		cost := c.op.Cost(shapes, dim.Shaped(optest.Shape(t, c.op, x...)...))
		work, most := cost.FLOPs.MustInt()+numbers, mostSteps
		if cost.MACs != dim.Int(0) {
			most = mostProducts
		}
		if l, ok := c.op.(*ops.LRN); ok { // counted as two operations, whatever the window
			work *= min(l.Size.MustInt(), x[0].Shape[1])
		}
		for _, w := range forms(t, c, x) {
			if w.IsBlocked() && numbers > 1<<20 && x[0].Shape[1] < layout.Lanes {
				continue // blocks would be zeros
			}
			looks := looksOf(t, w, 0)
			if int64(work) > (looks-2)*int64(most) { // after the task and after the run
				t.Errorf("%s %v, %v: %d looks during %d operations", c.op.Name(), c.in, w, looks, work)
			}
			for _, end := range []int64{2, looks / 2, looks} {
				if beyond := looksOf(t, w, end) - end; beyond > 8 {
					t.Errorf("%s %v, %v: %d looks after the context ended at %d of %d", c.op.Name(), c.in, w, beyond, end, looks)
				}
			}
		}
	}
}

// looksOf computes a way on one thread under a watch that ends at a check, and returns the
// number of checks.
func looksOf(t *testing.T, w *optest.Way, end int64) int64 {
	t.Helper()
	ctx := &watch{Context: context.Background(), end: end}
	if err := w.RunUnder(ctx); errors.Is(err, context.Canceled) != (end > 0) {
		t.Errorf("%v: ended at look %d: %v", w, end, err)
	}
	return ctx.looks.Load()
}

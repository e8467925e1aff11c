package ops_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// withMeans computes an op on blocked values, its result with the means behind it,
// and returns both in order; ok is false for an algorithm that writes none.
func withMeans(t *testing.T, op ops.Blocker, to ops.Layout, in, params []tensor.Tensor, workers int) (out, means tensor.Tensor, ok bool) {
	t.Helper()
	shape := optest.Shape(t, op, in...)
	var shapes []tensor.Shape
	for _, x := range in {
		shapes = append(shapes, x.Shape)
	}
	var values []ops.Value
	var inputs []tensor.Tensor
	for i, layout := range op.Blocked(shapes, shape).In {
		values = append(values, ops.Value{Shape: shapes[i], Layout: layout})
		inputs = append(inputs, laid(layout, in[i]))
	}
	to.Means = true
	p := op.PrepareBlocked(values, ops.Value{Shape: shape, Layout: to}, params)
	if !strings.HasSuffix(p.Algorithm(), "-means") {
		return out, means, false
	}
	both, mem := optest.NewGuarded(to.Floats(shape)), optest.NewGuarded(p.Scratch(workers))
	optest.Do(t, p.Bind(tensor.Tensor{Shape: shape, Data: both.Data}, inputs, mem.Data, workers), workers)
	both.Check(t, "the output")
	mem.Check(t, "the scratch")
	at := to.MeansAt(shape)
	out = plain(t, to, tensor.Tensor{Shape: shape, Data: both.Data[:at]})
	means = tensor.Tensor{Shape: tensor.Shape{shape[0], shape[1], 1, 1}, Data: both.Data[at:]}
	return out, plain(t, ops.Layout{Block: ops.Lanes}, means), true
}

// checkMeans compares a result that has its means with it with the same without, and
// the means with those of the reference, to within some roundings of the largest value.
func checkMeans(t *testing.T, op ops.Op, in ...tensor.Tensor) (done bool) {
	t.Helper()
	var shapes []tensor.Shape
	for _, x := range in {
		shapes = append(shapes, x.Shape)
	}
	blocker, params := op.(ops.Blocker), optest.Params(op, 100, in...)
	how := blocker.Blocked(shapes, optest.Shape(t, op, in...))
	if how.In == nil {
		return false
	}
	for halo := range 3 {
		to := ops.Layout{Block: ops.Lanes, HaloH: halo, HaloW: 2 * halo % 3}
		out, means, ok := withMeans(t, blocker, to, in, params, 1)
		if !ok {
			return false
		}
		if !optest.Same(out.Data, runBlocked(t, blocker, how.In, to, in, params, 1).Data) {
			t.Fatalf("%v: other values with means than without", to)
		}
		largest := 0.0
		for _, v := range out.Data {
			largest = max(largest, math.Abs(float64(v)))
		}
		optest.Close(t, means, ref.Run(&ops.GlobalAvgPool{}, []tensor.Tensor{out}, nil), 4*eps*largest)
		if _, three, _ := withMeans(t, blocker, to, in, params, 3); !optest.Same(means.Data, three.Data) {
			t.Fatal("3 workers compute other means than 1")
		}
	}
	return true
}

// Parts that end in the middle of an image, and parts that go on through many.
var meansCases = []struct {
	in [4]int
	op *ops.Conv
}{
	{[4]int{3, 64, 20, 21}, conv(64, pair(1, 1))},
	{[4]int{40, 32, 5, 5}, conv(32, pair(1, 1))},
	{[4]int{5, 20, 23, 27}, conv(20, pair(3, 3), padded(pad(1)), groups(20))},
	{[4]int{2, 48, 31, 30}, conv(48, pair(3, 3), padded(pad(1)), groups(6))},
	{[4]int{2, 3, 30, 30}, conv(40, pair(3, 3), padded(pad(1)))},
}

func TestMeansOfConvolutions(t *testing.T) {
	done := 0
	for _, c := range append(meansCases, blockedConvs...) {
		t.Run(describe(c.op, c.in), func(t *testing.T) {
			if checkMeans(t, c.op, optest.Rand(1, c.in[:]...)) {
				done++
			}
		})
	}
	if hasBlocks() && done < len(meansCases)+len(blockedConvs)/2 {
		t.Errorf("only %d convolutions have means", done)
	}
}

func TestMeansAreOfWhatTheEpilogueLeaves(t *testing.T) {
	for act := ops.None; act <= ops.ActGELU; act++ {
		for _, add := range []bool{false, true} {
			t.Run(fmt.Sprint(act, add), func(t *testing.T) {
				in := []tensor.Tensor{optest.Rand(1, 2, 20, 9, 7)}
				if add {
					in = append(in, optest.Rand(2, 2, 40, 9, 7))
				}
				if !checkMeans(t, conv(40, pair(1, 1)).WithEpilogue(ops.Epilogue{Add: add, Act: act}), in...) && hasBlocks() {
					t.Error("no means")
				}
			})
		}
	}
}

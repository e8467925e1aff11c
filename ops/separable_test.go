package ops_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// Pairs around the edges of strips: rows that do not fill the last, strides,
// padding of all kinds, epilogues of both, halos that a reader wants, a batch.
func TestSeparableMatchesItsTwoConvolutions(t *testing.T) {
	relu := ops.Epilogue{Act: ops.ActReLU}
	norm := &ops.BatchNorm{Eps: dim.Ratio(1, 1000)}
	for _, c := range []struct {
		in            [4]int
		first, second ops.Epilogue
		depthwise     *ops.Conv
		filters       int
		layout        ops.Layout
	}{
		{[4]int{1, 40, 61, 60}, ops.Epilogue{}, ops.Epilogue{}, conv(40, pair(3, 3), padded(pad(1)), groups(40)), 24, ops.Layout{Block: 16}},
		{[4]int{2, 32, 67, 59}, relu, ops.Epilogue{Norm: norm, Act: ops.ActSiLU}, conv(32, pair(3, 3), padded(pad(1)), groups(32), unbiased), 40, ops.Layout{Block: 16, HaloH: 1, HaloW: 2}},
		{[4]int{2, 24, 131, 139}, ops.Epilogue{Norm: norm, Act: ops.ActGELU}, ops.Epilogue{Add: true}, conv(24, pair(3, 3), mode(ops.Same), groups(24), stride(2, 2)), 17, ops.Layout{Block: 16, HaloH: 2}},
		{[4]int{1, 48, 50, 50}, relu, ops.Epilogue{Norm: norm, Add: true, Act: ops.ActReLU6}, conv(48, pair(5, 3), mode(ops.Half), groups(48), dilation(2, 1)), 16, ops.Layout{Block: 16, HaloW: 1}},
	} {
		t.Run(describe(c.depthwise, c.in), func(t *testing.T) {
			x := optest.Rand(1, c.in[:]...)
			first := c.depthwise.WithEpilogue(c.first)
			firstParams := optest.Params(first, 2, x)
			mid := ref.Run(first, []tensor.Tensor{x}, firstParams)
			second := conv(c.filters, pair(1, 1)).WithEpilogue(c.second)
			in, behind := []tensor.Tensor{x}, []tensor.Tensor{mid}
			shape := optest.Shape(t, conv(c.filters, pair(1, 1)), mid)
			if c.second.Add {
				added := optest.Rand(3, shape...)
				in, behind = append(in, added), append(behind, added)
			}
			secondParams := optest.Params(second, 4, behind...)
			op, ok := ops.NewSeparable(first, second, x.Shape, mid.Shape, shape)
			if ok != hasBlocks() {
				t.Fatalf("joined: %v", ok)
			}
			if !ok {
				return
			}
			checkCounts(t, op, first, second, in, behind)
			exact, behindExact := newBounded(first, in[:1], firstParams), newBounded(second, behind, secondParams)
			allowed := behindExact.behindNorm(behind, secondParams)
			// Each result of the second sums as many errors of the first, times its weights:
			// like sums of other numbers, it grows with the root of how many they are.
			most, channels := 0.0, float64(mid.Shape[1])
			for i, a := 0, exact.behindNorm(in[:1], firstParams); i < len(mid.Data); i++ {
				most = max(most, exact.bound(i, a))
			}
			scale := 1.0
			if scales := normScales(second, secondParams); scales != nil {
				scale = slices.Max(scales)
			}
			for i := range allowed.size.Data {
				allowed.size.Data[i] += scale * math.Sqrt(channels) * most / eps
			}
			params := append(firstParams, secondParams...)
			for _, workers := range []int{1, 3} {
				got := runSeparable(t, op, in, shape, params, c.layout, workers)
				behindExact.check(t, "joined", got, allowed)
			}
		})
	}
}

// runSeparable computes it in guarded memory.
func runSeparable(t *testing.T, op *ops.Separable, in []tensor.Tensor, shape tensor.Shape, params []tensor.Tensor, layout ops.Layout, workers int) tensor.Tensor {
	t.Helper()
	var shapes []tensor.Shape
	for _, x := range in {
		shapes = append(shapes, x.Shape)
	}
	how := op.Blocked(shapes, shape)
	var values []ops.Value
	var data []tensor.Tensor
	for i, x := range in {
		values = append(values, ops.Value{Shape: x.Shape, Layout: how.In[i]})
		data = append(data, laid(how.In[i], x))
	}
	p := op.PrepareBlocked(values, ops.Value{Shape: shape, Layout: layout}, params)
	out, mem := optest.NewGuarded(layout.Floats(shape)), optest.NewGuarded(p.Scratch(workers))
	result := tensor.Tensor{Shape: shape, Data: out.Data}
	optest.Do(t, p.Bind(result, data, mem.Data, workers), workers)
	mem.Check(t, "the scratch")
	got := plain(t, layout, result)
	sameLodged(t, op, op.PrepareBlocked, how.In, layout, in, params, got)
	return got
}

// checkCounts compares what the joined op counts with what the two do.
func checkCounts(t *testing.T, op, first, second ops.Op, in, behind []tensor.Tensor) {
	t.Helper()
	shapes := func(list []tensor.Tensor) (s []dim.Shape) {
		for _, x := range list {
			s = append(s, dim.Shaped(x.Shape...))
		}
		return s
	}
	out, err := op.Infer(dim.Numbers{}, shapes(in))
	want, _ := second.Infer(dim.Numbers{}, shapes(behind))
	if err != nil || fmt.Sprint(out) != fmt.Sprint(want) {
		t.Errorf("shape %v, %v, want %v", out, err, want)
	}
	params := append(first.Params(shapes(in[:1])), second.Params(shapes(behind))...)
	if got := op.Params(shapes(in)); fmt.Sprint(got) != fmt.Sprint(params) {
		t.Errorf("params %v, want %v", got, params)
	}
	a, b := first.Cost(shapes(in[:1]), shapes(behind)[0]), second.Cost(shapes(behind), want)
	if got := op.Cost(shapes(in), out); got.MACs != a.MACs.Add(b.MACs) || got.FLOPs != a.FLOPs.Add(b.FLOPs) {
		t.Errorf("cost %v, want %v and %v", got, a, b)
	}
}

// What is no such pair stays apart.
func TestNotSeparable(t *testing.T) {
	x, mid, out := tensor.Shape{1, 64, 60, 60}, tensor.Shape{1, 64, 60, 60}, tensor.Shape{1, 32, 60, 60}
	deep, flat := conv(64, pair(3, 3), padded(pad(1)), groups(64)), conv(32, pair(1, 1))
	if _, ok := ops.NewSeparable(deep, flat, x, mid, out); ok != hasBlocks() {
		t.Fatalf("the pair itself: %v", ok)
	}
	for what, pair := range map[string][2]ops.Op{
		"dense":      {conv(64, pair(3, 3), padded(pad(1))), flat},
		"grouped":    {conv(64, pair(3, 3), padded(pad(1)), groups(32)), flat},
		"adds":       {deep.WithEpilogue(ops.Epilogue{Add: true}), flat},
		"no conv":    {&ops.ReLU{}, flat},
		"a window":   {deep, conv(32, pair(3, 3), padded(pad(1)))},
		"strided":    {deep, conv(32, pair(1, 1), stride(2, 2))},
		"two groups": {deep, conv(32, pair(1, 1), groups(2))},
		"linear":     {deep, linear(32)},
	} {
		if _, ok := ops.NewSeparable(pair[0], pair[1], x, mid, out); ok {
			t.Errorf("%s: joined", what)
		}
	}
	if _, ok := ops.NewSeparable(deep, flat, tensor.Shape{1, 64, 8, 8}, tensor.Shape{1, 64, 8, 8}, tensor.Shape{1, 32, 8, 8}); ok {
		t.Error("a small image: joined")
	}
}

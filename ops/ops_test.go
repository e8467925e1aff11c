package ops_test

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// numbers is a list of halves: 0.5, 1, 1.5, …
func numbers(n int) []dim.Size {
	list := make([]dim.Size, n)
	for i := range list {
		list[i] = dim.Ratio(int64(i+1), 2)
	}
	return list
}

func maxpool(k, stride dim.Pair, p ops.Padding, ceil bool) ops.Op {
	return &ops.MaxPool{K: k, Stride: stride, Pad: p, Ceil: ceil}
}

func avgpool(k, stride dim.Pair, p ops.Padding, ceil, countPad bool) ops.Op {
	return &ops.AvgPool{K: k, Stride: stride, Pad: p, Ceil: ceil, CountPad: countPad}
}

func deconv(out int, k, stride dim.Pair, p ops.Padding) *ops.Deconv {
	return &ops.Deconv{Out: dim.Int(out), K: k, Stride: stride, Pad: p, Bias: true}
}

func linear(out int) *ops.Linear { return &ops.Linear{Out: dim.Int(out), Bias: true} }

func lrn(size int) ops.Op {
	return &ops.LRN{Size: dim.Int(size), Alpha: dim.Ratio(1, 3), Beta: dim.Ratio(3, 4), K: dim.Int(2)}
}

var (
	samePad = ops.Padding{Mode: ops.Same}
	halfPad = ops.Padding{Mode: ops.Half}
)

// in is the shapes of an op's inputs.
type in = [][]int

// opCases are the ops but conv, at shapes around what they are split by: blocks
// of 64 pixels, 512 and 16384 elements, 8 rows, 256 products.
var opCases = []struct {
	op ops.Op
	in in
}{
	{linear(1), in{{1, 1}}},
	{linear(7), in{{1, 255}}},
	{linear(8), in{{3, 256}}},
	{linear(9), in{{5, 257}}},
	{linear(1000), in{{1, 2048}}},
	{linear(700), in{{40, 600}}},
	{linear(5), in{{2, 7, 3, 5}}},
	{linear(5), in{{2, 7, 1, 1}}},
	{linear(64), in{{1, 32, 9, 9}}},

	{deconv(3, pair(2, 2), pair(2, 2), pad(0)), in{{1, 5, 7, 6}}},
	{deconv(3, pair(3, 3), pair(1, 1), pad(1)), in{{2, 4, 5, 7}}},
	{deconv(9, pair(4, 4), pair(2, 2), pad(1)), in{{3, 17, 8, 8}}},
	{deconv(3, pair(3, 5), pair(2, 3), pads(0, 1, 2, 0)), in{{1, 2, 4, 5}}},
	{deconv(3, pair(2, 1), pair(3, 4), pad(0)), in{{1, 2, 4, 5}}},
	{deconv(3, pair(3, 4), pair(2, 2), samePad), in{{1, 2, 4, 5}}},
	{deconv(3, pair(5, 3), pair(2, 1), halfPad), in{{1, 2, 4, 5}}},
	{deconv(2, pair(3, 17), pair(9, 8), pads(1, 0, 3, 2)), in{{2, 3, 3, 4}}},
	{deconv(33, pair(2, 2), pair(2, 2), pad(0)), in{{1, 270, 9, 9}}},

	{&ops.BatchNorm{Eps: dim.Ratio(1, 100000)}, in{{3, 17}}},
	{&ops.BatchNorm{Eps: dim.Ratio(1, 100000)}, in{{2, 5, 7, 9}}},
	{&ops.BatchNorm{Eps: dim.Ratio(1, 100000)}, in{{1, 3, 150, 150}}},
	{&ops.LayerNorm{Eps: dim.Ratio(1, 1000000)}, in{{2, 96, 7, 9}}},
	{&ops.LayerNorm{Eps: dim.Ratio(1, 1000000)}, in{{3, 17}}},
	{&ops.LayerNorm{Eps: dim.Ratio(1, 1000000)}, in{{1, 2, 8, 8}}},
	{lrn(1), in{{1, 3, 5, 5}}},
	{lrn(5), in{{2, 7, 9, 9}}},
	{lrn(99), in{{1, 4, 3, 43}}},
	{lrn(3), in{{3, 8}}},
	{&ops.L2Normalize{Eps: dim.Ratio(1, 1000)}, in{{3, 17}}},
	{&ops.L2Normalize{Eps: dim.Ratio(1, 1000)}, in{{2, 5, 5, 13}}},
	{&ops.L2Normalize{Eps: dim.Int(3)}, in{{2, 5, 5, 13}}},
	{&ops.Softmax{}, in{{1, 1000}}},
	{&ops.Softmax{}, in{{5, 1}}},
	{&ops.Softmax{}, in{{2, 21, 5, 13}}},

	{&ops.ReLU{}, in{{1, 3, 5, 7}}},
	{&ops.ReLU{}, in{{2, 16384}}},
	{&ops.ReLU6{}, in{{1, 16385}}},
	{&ops.Sigmoid{}, in{{1, 16383}}},
	{&ops.SiLU{}, in{{2, 3, 5, 7}}},
	{&ops.GELU{}, in{{2, 3, 5, 7}}},

	{maxpool(pair(1, 1), pair(1, 1), pad(0), false), in{{1, 1, 1, 1}}},
	{maxpool(pair(3, 3), pair(2, 2), pad(1), false), in{{2, 5, 13, 14}}},
	{maxpool(pair(3, 3), pair(2, 2), pad(0), true), in{{1, 3, 7, 8}}},
	{maxpool(pair(2, 2), pair(2, 2), pad(0), true), in{{1, 3, 7, 8}}},
	{maxpool(pair(2, 2), pair(3, 3), pad(1), true), in{{1, 3, 7, 9}}},
	{maxpool(pair(1, 1), pair(2, 3), pad(0), true), in{{1, 3, 6, 8}}},
	{maxpool(pair(3, 2), pair(1, 3), pads(2, 0, 1, 1), false), in{{1, 3, 5, 11}}},
	{maxpool(pair(3, 3), pair(2, 2), samePad, true), in{{1, 3, 8, 9}}},
	{maxpool(pair(2, 3), pair(3, 2), samePad, false), in{{1, 3, 8, 9}}},
	{maxpool(pair(5, 5), pair(1, 1), halfPad, false), in{{1, 3, 3, 4}}},
	{maxpool(pair(3, 3), pair(2, 2), pad(1), false), in{{1, 30, 100, 101}}},

	{avgpool(pair(3, 3), pair(1, 1), pad(1), false, true), in{{2, 5, 7, 9}}},
	{avgpool(pair(3, 3), pair(1, 1), pad(1), false, false), in{{2, 5, 7, 9}}},
	{avgpool(pair(3, 3), pair(2, 2), pad(1), true, true), in{{1, 5, 6, 8}}},
	{avgpool(pair(3, 3), pair(2, 2), pad(1), true, false), in{{1, 5, 6, 8}}},
	{avgpool(pair(2, 2), pair(3, 3), pads(0, 1, 1, 1), true, true), in{{1, 5, 6, 8}}},
	{avgpool(pair(2, 2), pair(3, 3), pads(0, 1, 1, 1), true, false), in{{1, 5, 6, 8}}},
	{avgpool(pair(3, 2), pair(2, 3), samePad, false, true), in{{1, 5, 6, 8}}},
	{avgpool(pair(3, 2), pair(2, 3), samePad, true, false), in{{1, 5, 6, 8}}},
	{avgpool(pair(7, 7), pair(1, 1), pad(0), false, true), in{{1, 64, 7, 7}}},
	{&ops.AvgPoolTo{K: pair(1, 1)}, in{{2, 3, 7, 5}}},
	{&ops.AvgPoolTo{K: pair(7, 7)}, in{{1, 3, 7, 7}}},
	{&ops.AvgPoolTo{K: pair(3, 4)}, in{{2, 3, 7, 5}}},
	{&ops.AvgPoolTo{K: pair(5, 9)}, in{{1, 3, 3, 4}}},
	{&ops.GlobalAvgPool{}, in{{3, 5, 7, 9}}},
	{&ops.GlobalAvgPool{}, in{{1, 5, 1, 1}}},

	{&ops.Flatten{}, in{{2, 3, 5, 7}}},
	{&ops.Flatten{}, in{{2, 3}}},
	{&ops.Dropout{}, in{{2, 3}}},
	{&ops.Identity{}, in{{1, 3, 200, 200}}},
	{&ops.Scale{S: dim.Ratio(17, 100)}, in{{1, 3, 5, 7}}},
	{&ops.LayerScale{}, in{{2, 3, 5, 7}}},
	{&ops.LayerScale{}, in{{2, 3}}},
	{&ops.ChannelAffine{Scale: numbers(3), Shift: numbers(3)}, in{{2, 3, 5, 7}}},
	{&ops.Slice{From: dim.Int(0), To: dim.Int(1)}, in{{1, 1}}},
	{&ops.Slice{From: dim.Int(2), To: dim.Int(5)}, in{{3, 7, 3, 5}}},
	{&ops.ChannelShuffle{Groups: dim.Int(1)}, in{{1, 6, 3, 5}}},
	{&ops.ChannelShuffle{Groups: dim.Int(3)}, in{{2, 12, 3, 5}}},
	{&ops.ChannelShuffle{Groups: dim.Int(6)}, in{{1, 6}}},

	{&ops.Add{}, in{{1, 3, 5, 7}}},
	{&ops.Add{}, in{{1, 3, 5, 7}, {1, 3, 5, 7}}},
	{&ops.Add{}, in{{2, 16385}, {2, 16385}, {2, 16385}}},
	{(&ops.Add{}).WithEpilogue(ops.Epilogue{Act: ops.ActReLU6}), in{{2, 700}, {2, 700}}},
	{&ops.Max{}, in{{1, 3, 5, 7}, {1, 3, 5, 7}, {1, 3, 5, 7}}},
	{&ops.Mean{}, in{{1, 3, 5, 7}, {1, 3, 5, 7}, {1, 3, 5, 7}}},
	{&ops.Mul{}, in{{2, 3, 5, 7}}},
	{&ops.Mul{}, in{{2, 3, 25, 27}, {2, 3, 25, 27}}},
	{&ops.Mul{}, in{{2, 3, 25, 27}, {2, 3, 1, 1}}},
	{&ops.Mul{}, in{{2, 3, 1, 1}, {2, 3, 5, 7}, {2, 3, 1, 1}, {2, 3, 5, 7}}},
	{&ops.Mul{}, in{{2, 3, 1, 1}, {2, 3, 1, 1}}},
	{&ops.Mul{}, in{{2, 3}, {2, 3}}},
	{gateThen(ops.ActReLU), in{{2, 3, 25, 27}, {2, 3, 1, 1}, {2, 3, 25, 27}}},
	{gateThen(ops.ActGELU), in{{2, 3, 1, 1}, {2, 3, 5, 7}, {2, 3, 5, 7}}},
	{(&ops.Mul{}).WithEpilogue(ops.Epilogue{Act: ops.ActReLU6}), in{{2, 3, 5, 7}, {2, 3, 5, 7}}},
	{&ops.Concat{Axis: dim.Int(1)}, in{{1, 3, 5, 7}}},
	{&ops.Concat{Axis: dim.Int(1)}, in{{2, 3, 5, 7}, {2, 1, 5, 7}, {2, 6, 5, 7}}},
	{&ops.Concat{Axis: dim.Int(2)}, in{{2, 3, 5, 7}, {2, 3, 1, 7}}},
	{&ops.Concat{Axis: dim.Int(3)}, in{{2, 3, 5, 7}, {2, 3, 5, 1}}},
	{&ops.Concat{Axis: dim.Int(1)}, in{{3, 2}, {3, 5}}},
	{&ops.Concat{Axis: dim.Int(1)}, in{{1, 2, 300, 301}, {1, 1, 300, 301}}},
}

// bound is the error allowed: of sums by their length, of the rest some eps of
// numbers up to about 10.
func bound(op ops.Op, x []int) float64 {
	switch op := op.(type) {
	case *ops.Linear:
		return sumBound(x[1])
	case *ops.Deconv:
		return sumBound(x[1] * op.K.H.MustInt() * op.K.W.MustInt())
	}
	return 32 * eps
}

func TestOpsMatchReference(t *testing.T) {
	seen := map[reflect.Type]bool{reflect.TypeFor[*ops.Conv](): true}
	for _, c := range opCases {
		seen[reflect.TypeOf(c.op)] = true
		t.Run(fmt.Sprint(c.op.Name(), c.in), func(t *testing.T) {
			against(t, c.op, bound(c.op, c.in[0]), random(c.in)...)
		})
	}
	for _, op := range ops.Builtins {
		if !seen[reflect.TypeOf(op)] {
			t.Errorf("no case for %s", op.Name())
		}
	}
}

func random(shapes in) []tensor.Tensor {
	var x []tensor.Tensor
	for i, s := range shapes {
		x = append(x, optest.Rand(uint64(i), s...))
	}
	return x
}

// An epilogue must do what the ops it stands for would, on every algorithm.
func TestEpilogues(t *testing.T) {
	fusers := []struct {
		op ops.Fuser
		in []int
	}{
		{conv(9, pair(3, 3), padded(pad(1))), []int{2, 5, 7, 9}},
		{conv(9, pair(1, 1), unbiased), []int{2, 5, 7, 9}},
		{conv(9, pair(3, 3), groups(3)), []int{2, 6, 5, 5}},
		{conv(9, pair(3, 4)), []int{2, 5, 3, 4}},
		{conv(10, pair(3, 3), groups(5)), []int{2, 5, 7, 9}},
		{conv(5, pair(2, 3), groups(5), unbiased), []int{2, 5, 7, 9}},
		{deconv(3, pair(3, 3), pair(2, 2), pad(1)), []int{2, 4, 5, 6}},
		{deconv(3, pair(2, 2), pair(9, 9), pad(0)), []int{2, 4, 3, 3}},
		{linear(11), []int{3, 17}},
		{linear(11), []int{2, 5, 3, 3}},
	}
	norm := &ops.BatchNorm{Eps: dim.Ratio(1, 1000)}
	for _, f := range fusers {
		for _, n := range []*ops.BatchNorm{nil, norm} {
			for _, add := range []bool{false, true} {
				for act := ops.None; act <= ops.ActGELU; act++ {
					e := ops.Epilogue{Norm: n, Add: add, Act: act}
					op := f.op.WithEpilogue(e)
					if got := op.(ops.Fuser).Epilogue(); got != e {
						t.Errorf("%s: got epilogue %v, want %v", op.Name(), got, e)
					}
					x := []tensor.Tensor{optest.Rand(1, f.in...)}
					if add {
						x = append(x, optest.Rand(2, optest.Shape(t, f.op, x[0])...))
					}
					params := optest.Params(op, 100, x...)
					exact := newBounded(op, x, params)
					checkRun(t, op, x, params, func(got tensor.Tensor) { exact.check(t, "plain", got, exact.behindNorm(x, params)) })
				}
			}
		}
	}
}

// The epilogue's added input may be the output's memory.
func TestAddInPlace(t *testing.T) {
	e := ops.Epilogue{Add: true, Act: ops.ActReLU}
	for _, op := range []ops.Op{
		conv(9, pair(3, 3), padded(pad(1))).WithEpilogue(e),
		conv(6, pair(3, 3), padded(pad(1)), groups(6)).WithEpilogue(e),
		deconv(9, pair(3, 3), pair(1, 1), pad(1)).WithEpilogue(e),
		linear(9).WithEpilogue(e),
	} {
		x := optest.Rand(1, 2, 6, 9, 9)
		plain := op.(ops.Fuser).WithEpilogue(ops.Epilogue{})
		added := optest.Rand(2, optest.Shape(t, plain, x)...)
		params := optest.Params(op, 3, x, added)
		want := optest.Run(t, op, []tensor.Tensor{x, added}, params, 1)
		p := optest.Prepare(t, op, []tensor.Tensor{x, added}, params)
		optest.Do(t, p.Bind(added, []tensor.Tensor{x, added}, make([]float32, p.Scratch(2)), 2), 2)
		if !optest.Same(added.Data, want.Data) {
			t.Errorf("%s: another result in place", op.Name())
		}
	}
}

// What says InPlace works over its first input, even where that is every input.
func TestInPlace(t *testing.T) {
	for _, c := range opCases {
		if _, ok := c.op.(ops.InPlacer); !ok {
			continue
		}
		x := optest.Rand(1, c.in[0]...)
		var inputs []tensor.Tensor
		for range c.in {
			inputs = append(inputs, x)
		}
		params := optest.Params(c.op, 3, inputs...)
		want := optest.Run(t, c.op, inputs, params, 1)
		p := optest.Prepare(t, c.op, inputs, params)
		optest.Do(t, p.Bind(x, inputs, make([]float32, p.Scratch(2)), 2), 2)
		if !optest.Same(x.Data, want.Data) {
			t.Errorf("%s %v: another result in place", c.op.Name(), c.in)
		}
	}
}

// What says Alias has nothing to do over its input's memory.
func TestAliases(t *testing.T) {
	for _, op := range ops.Builtins {
		if _, ok := op.(ops.Aliaser); !ok {
			continue
		}
		x := optest.Rand(1, 2, 3, 5, 7)
		p := optest.Prepare(t, op, []tensor.Tensor{x}, nil)
		out := tensor.Tensor{Shape: optest.Shape(t, op, x), Data: x.Data}
		if tasks := p.Bind(out, []tensor.Tensor{x}, nil, 1); len(tasks) != 0 {
			t.Errorf("%s has %d tasks over its input", op.Name(), len(tasks))
		}
	}
}

// Every value that is not a number comes out as such where PyTorch's does.
func TestNaN(t *testing.T) {
	nan := float32(math.NaN())
	x := tensor.From([]float32{1, nan, 2, 3}, 1, 1, 2, 2)
	y := tensor.From([]float32{0, 0, nan, 0}, 1, 1, 2, 2)
	for _, c := range []struct {
		op   ops.Op
		in   []tensor.Tensor
		want []float32
	}{
		{&ops.ReLU{}, []tensor.Tensor{x}, []float32{1, nan, 2, 3}},
		{&ops.ReLU6{}, []tensor.Tensor{x}, []float32{1, nan, 2, 3}},
		{maxpool(pair(1, 2), pair(1, 1), pad(0), false), []tensor.Tensor{x}, []float32{nan, 3}},
		{maxpool(pair(2, 1), pair(1, 1), pad(0), false), []tensor.Tensor{x}, []float32{2, nan}},
		{&ops.Max{}, []tensor.Tensor{x, y}, []float32{1, nan, nan, 3}},
		{&ops.GlobalAvgPool{}, []tensor.Tensor{x}, []float32{nan}},
	} {
		got := optest.Run(t, c.op, c.in, nil, 1)
		optest.Close(t, tensor.From(got.Data, len(c.want)), tensor.From(c.want, len(c.want)), 0)
	}
}

// A sum of 4608 products, as in the last stages of ResNet and VGG, is exact to
// well under 1e-5 of its size.
func TestLongSums(t *testing.T) {
	x := optest.Rand(1, 1, 512, 7, 7)
	op := conv(64, pair(3, 3), padded(pad(1)))
	params := optest.Params(op, 2, x)
	want := ref.Run(op, []tensor.Tensor{x}, params)
	got := optest.Run(t, op, []tensor.Tensor{x}, params, 1)
	var scale, worst float64
	for i, w := range want.Data {
		scale = max(scale, math.Abs(float64(w)))
		worst = max(worst, math.Abs(float64(got.Data[i]-w)))
	}
	if worst > 1e-6*scale {
		t.Errorf("off by %.3g of the largest output", worst/scale)
	}
}

// gateThen is the end of a squeeze and excitation: gated, added and activated.
func gateThen(act ops.Activation) ops.Op {
	return (&ops.Mul{}).WithEpilogue(ops.Epilogue{Add: true, Act: act})
}

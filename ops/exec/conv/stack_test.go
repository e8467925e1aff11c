package conv_test

import (
	"slices"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	run "cnnlang/ops/exec/conv"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

// A stack computes the same bits as its convolutions, by every algorithm and in every
// layout.
func TestStackIsItsConvolutions(t *testing.T) {
	norm := func(eps int64) ops.Epilogue {
		return ops.Epilogue{Norm: &ops.BatchNorm{Eps: dim.Ratio(1, eps), Scale: true, Shift: true}, Act: ops.ReLU}
	}
	cases := map[string][]*ops.Conv{
		"two":         {conv(32, pair(1, 1)), conv(64, pair(1, 1))},
		"three":       {conv(32, pair(1, 1), unbiased), conv(64, pair(1, 1), unbiased), conv(17, pair(1, 1), unbiased)},
		"normalised":  {epilogued(conv(32, pair(1, 1)), norm(10)), epilogued(conv(32, pair(1, 1)), norm(1000))},
		"activations": {epilogued(conv(32, pair(1, 1)), ops.Epilogue{Act: ops.SiLU}), epilogued(conv(40, pair(1, 1)), ops.Epilogue{Act: ops.SiLU})},
	}
	for name, convs := range cases {
		t.Run(name, func(t *testing.T) {
			x := []tensor.Tensor{optest.Rand(1, 2, 40, 6, 7)}
			shape := tensor.Shape{2, 0, 6, 7}
			var params []tensor.Tensor
			for i, c := range convs {
				params = append(params, optest.Params(c, uint64(100*i), x...)...)
				shape[1] += c.Out.MustInt()
			}
			names := map[string]bool{}
			for _, precision := range []layout.Precision{layout.F32, layout.F32Fast, layout.BF16} {
				for _, a := range run.Stacked(convs, optest.Shapes(x), shape, precision) {
					names[a.Name] = true
					optest.NewWay(a, x, params, shape).Try(t, func(w *optest.Way, got tensor.Tensor) {
						isItsMembers(t, w, got, convs)
					})
				}
			}
			if !names["gemm"] || !names["bf16"] || hasBlocks() && !names["direct"] {
				t.Errorf("only by %v", names)
			}
		})
	}
}

// isItsMembers compares the result of a stack with those of its convolutions by the same
// algorithm in the same layouts.
func isItsMembers(t *testing.T, stack *optest.Way, got tensor.Tensor, convs []*ops.Conv) {
	t.Helper()
	each, channel := len(stack.Params)/len(convs), 0
	for i, c := range convs {
		ways := optest.Ways(t, c, stack.Inputs, stack.Params[i*each:][:each])
		w := ways[slices.IndexFunc(ways, func(w *optest.Way) bool { return w.Name == stack.Name })]
		w.From, w.To = stack.From, stack.To
		want := w.Run(t, 2)
		if !optest.Same(channelsOf(got, channel, channel+want.Shape[1]).Data, want.Data) {
			t.Errorf("%v: convolution %d has other bits", stack, i)
		}
		channel += want.Shape[1]
	}
}

// channelsOf are some channels of a value.
func channelsOf(x tensor.Tensor, from, to int) tensor.Tensor {
	pixels := x.Shape[2] * x.Shape[3]
	y := tensor.Tensor{Shape: tensor.Shape{x.Shape[0], to - from, x.Shape[2], x.Shape[3]}}
	for image := range x.Shape[0] {
		y.Data = append(y.Data, x.Data[(image*x.Shape[1]+from)*pixels:(image*x.Shape[1]+to)*pixels]...)
	}
	return y
}

// Convolutions that see more than a pixel, or not all channels, or add something, are not
// stacked.
func TestStackable(t *testing.T) {
	one := conv(16, pair(1, 1))
	for what, c := range map[string]*ops.Conv{
		"a window":    conv(16, pair(3, 3), padded(pad(1))),
		"a stride":    conv(16, pair(1, 1), stride(2, 2)),
		"padding":     conv(16, pair(1, 1), padded(pad(1))),
		"groups":      conv(16, pair(1, 1), groups(2)),
		"an addition": epilogued(one, ops.Epilogue{Add: true}),
	} {
		if run.Stackable(c) {
			t.Errorf("%s: stacked", what)
		}
	}
	for what, c := range map[string]*ops.Conv{
		"one":           one,
		"no bias":       conv(16, pair(1, 1), unbiased),
		"a norm":        epilogued(one, ops.Epilogue{Norm: &ops.BatchNorm{Eps: dim.Ratio(1, 10), Scale: true, Shift: true}}),
		"an activation": epilogued(one, ops.Epilogue{Act: ops.ReLU}),
	} {
		if !run.Stackable(c) {
			t.Errorf("%s: not stacked", what)
		}
	}
}

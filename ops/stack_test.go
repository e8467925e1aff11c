package ops_test

import (
	"fmt"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/optest"
	"cnnlang/ops/tensor"
)

func epilogued(op *ops.Conv, e ops.Epilogue) *ops.Conv { return op.WithEpilogue(e).(*ops.Conv) }

// A stack computes the bits of its convolutions, in every layout and precision, and
// counts what they count.
func TestStackIsItsConvolutions(t *testing.T) {
	norm := func(eps int64) ops.Epilogue {
		return ops.Epilogue{Norm: &ops.BatchNorm{Eps: dim.Ratio(1, eps)}, Act: ops.ActReLU}
	}
	cases := map[string][]*ops.Conv{
		"two":         {conv(32, pair(1, 1)), conv(64, pair(1, 1))},
		"three":       {conv(32, pair(1, 1), unbiased), conv(64, pair(1, 1), unbiased), conv(17, pair(1, 1), unbiased)},
		"normalised":  {epilogued(conv(32, pair(1, 1)), norm(10)), epilogued(conv(32, pair(1, 1)), norm(1000))},
		"activations": {epilogued(conv(32, pair(1, 1)), ops.Epilogue{Act: ops.ActSiLU}), epilogued(conv(40, pair(1, 1)), ops.Epilogue{Act: ops.ActSiLU})},
	}
	for name, convs := range cases {
		t.Run(name, func(t *testing.T) {
			stack, ok := ops.Stack(convs)
			if !ok {
				t.Fatal("no stack")
			}
			x := optest.Rand(1, 2, 40, 6, 7)
			var params []tensor.Tensor
			for i, c := range convs {
				params = append(params, optest.Params(c, uint64(100*i), x)...)
			}
			sameParamsAndCost(t, stack, convs, x)
			compute := map[string]func(op *ops.Conv, params []tensor.Tensor) tensor.Tensor{
				"plain": func(op *ops.Conv, params []tensor.Tensor) tensor.Tensor {
					return optest.Run(t, op, []tensor.Tensor{x}, params, 2)
				},
				"bf16": func(op *ops.Conv, params []tensor.Tensor) tensor.Tensor {
					l := ops.Layout{Block: 32, BF16: true}
					return runBF16(t, op, op.PrepareBF16, []ops.Layout{l}, l, []tensor.Tensor{x}, params, 2)
				},
			}
			if hasBlocks() {
				compute["blocked"] = func(op *ops.Conv, params []tensor.Tensor) tensor.Tensor {
					l := ops.Layout{Block: 16, HaloH: 1, HaloW: 1}
					return runBlocked(t, op, []ops.Layout{l}, l, []tensor.Tensor{x}, params, 2)
				}
			}
			for layout, run := range compute {
				got, at, channel := run(stack, params), 0, 0
				for i, c := range convs {
					each := len(params) / len(convs)
					want := run(c, params[at:at+each])
					at += each
					if !optest.Same(channelsOf(got, channel, channel+want.Shape[1]).Data, want.Data) {
						t.Errorf("%s: convolution %d has other bits", layout, i)
					}
					channel += want.Shape[1]
				}
			}
		})
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

func sameParamsAndCost(t *testing.T, stack *ops.Conv, convs []*ops.Conv, x tensor.Tensor) {
	t.Helper()
	in := []dim.Shape{dim.Shaped(x.Shape...)}
	var params []ops.Param
	macs, flops := dim.Int(0), dim.Int(0)
	for _, c := range convs {
		params = append(params, c.Params(in)...)
		cost := c.Cost(in, dim.Shaped(optest.Shape(t, c, x)...))
		macs, flops = macs.Add(cost.MACs), flops.Add(cost.FLOPs)
	}
	if got := stack.Params(in); fmt.Sprint(got) != fmt.Sprint(params) {
		t.Errorf("params %v, want %v", got, params)
	}
	if got := stack.Cost(in, dim.Shaped(optest.Shape(t, stack, x)...)); got.MACs != macs || got.FLOPs != flops {
		t.Errorf("cost %v, want %v and %v", got, macs, flops)
	}
}

// What differs in more than its filters stays apart.
func TestNoStack(t *testing.T) {
	one := conv(16, pair(1, 1))
	for what, other := range map[string]*ops.Conv{
		"a window":      conv(16, pair(3, 3), padded(pad(1))),
		"a stride":      conv(16, pair(1, 1), stride(2, 2)),
		"padding":       conv(16, pair(1, 1), padded(pad(1))),
		"groups":        conv(16, pair(1, 1), groups(2)),
		"no bias":       conv(16, pair(1, 1), unbiased),
		"an addition":   epilogued(one, ops.Epilogue{Add: true}),
		"a norm":        epilogued(one, ops.Epilogue{Norm: &ops.BatchNorm{Eps: dim.Ratio(1, 10)}}),
		"an activation": epilogued(one, ops.Epilogue{Act: ops.ActReLU}),
	} {
		for _, convs := range [][]*ops.Conv{{one, other}, {other, one}} {
			if _, ok := ops.Stack(convs); ok {
				t.Errorf("%s: stacked", what)
			}
		}
	}
	if _, ok := ops.Stack([]*ops.Conv{one, one}); !ok {
		t.Error("two of one kind are not stacked")
	}
}

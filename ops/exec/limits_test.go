package exec_test

import (
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// A part of the largest layers takes a few ms in plain Go, so that a run stops soon after
// its context ends.
func TestPartsAreSmall(t *testing.T) {
	const most = 32 << 20 // FLOPs, some 4 ms
	for _, c := range []opCase{
		{conv(512, pair(3, 3), padded(pad(1))), in{{1, 512, 28, 28}}}, // VGG-16
		{conv(512, pair(7, 7)), in{{1, 512, 8, 8}}},                   // an eighth of its head, run over a larger image
		{conv(64, pair(3, 3), padded(pad(1))), in{{1, 64, 224, 224}}}, // VGG-16
		{conv(96, pair(7, 7), padded(pad(3)), groups(96)), in{{1, 96, 224, 224}}},
		{linear(512), in{{16, 25088}}},
		{maxpool(pair(50, 50), pair(1, 1), pad(0), false), in{{1, 8, 224, 224}}},
		{deconv(256, pair(4, 4), pair(2, 2), pad(1)), in{{1, 512, 32, 32}}},
		{optest.Matmul(), in{{1, 3136, 256}, {1, 256, 3136}}}, // what each pixel takes of all others
		{resize(480, 480, ops.Bicubic, false), in{{1, 64, 60, 60}}},
		{groupNorm(32, true, true), in{{1, 256, 200, 200}}},
		{optest.Softmax(2), in{{1, 3136, 3136}}},
		{optest.Softmax(1), in{{1, 21, 480, 480}}},
		{ops.Mish.Op(), in{{1, 64, 320, 320}}},
		{top(1), in{{1, 256, 200, 200}}},
	} {
		var x []tensor.Tensor
		var shapes []dim.Shape
		for _, s := range c.in {
			x, shapes = append(x, tensor.New(s...)), append(shapes, dim.Shaped(s...))
		}
		var params []tensor.Tensor
		for _, p := range c.op.Params(shapes) {
			n, _ := p.Shape.Product().Int()
			params = append(params, tensor.Tensor{Data: make([]float32, n)})
		}
		flops := c.op.Cost(shapes, dim.Shaped(optest.Shape(t, c.op, x...)...)).FLOPs.MustInt()
		for _, w := range optest.Ways(t, c.op, x, params) {
			all, parts := w.Parts(1)
			if w.IsBlocked() {
				parts = all
			}
			if flops/parts > most {
				t.Errorf("%s %v, %v: %d parts of %d FLOPs", c.op.Name(), c.in, w, parts, flops/parts)
			}
		}
	}
}

// Arguments that no network has must not make an op allocate what they say.
func TestHugeArguments(t *testing.T) {
	const huge = 1 << 30
	for _, c := range []opCase{
		{conv(2, pair(2, 2), dilation(huge, huge), padded(pads(huge, 0, huge, 0)), groups(2)), in{{1, 2, 3, 3}}},
		{conv(2, pair(2, 2), dilation(huge, huge), padded(pads(huge, 0, 0, huge))), in{{1, 2, 3, 3}}},
		{conv(2, pair(1, 1), stride(huge, huge), padded(pads(0, huge, 0, huge)), groups(2)), in{{1, 2, 3, 3}}},
		{maxpool(pair(huge, huge), pair(huge, huge), pads(huge-1, 0, huge-1, 0), true), in{{1, 2, 3, 3}}},
		{avgpool(pair(huge, huge), pair(huge, huge), pads(huge-1, 0, huge-1, 0), true, true), in{{1, 2, 3, 3}}},
		{deconv(1, pair(1, 1), pair(huge, huge), pads(huge-9, 0, huge-9, 0)), in{{1, 2, 2, 2}}},
		{lrn(1<<40 + 1), in{{1, 2, 3, 3}}},
	} {
		x := optest.Inputs(c.in)
		params := optest.Params(c.op, 1, x...)
		want := func() tensor.Tensor { return ref.Run(c.op, x, params) }
		switch c.op.(type) {
		case *ops.MaxPool, *ops.AvgPool: // whose reference walks the whole window
			want = func() tensor.Tensor { return optest.Run(t, c.op, x, params, 1) }
		}
		for _, w := range optest.Ways(t, c.op, x, params) {
			if n := w.Prepared().Scratch(1); n > 1<<17 {
				t.Errorf("%s, %v: %d float32 of scratch", c.op.Name(), w, n)
			}
			got := w.Run(t, 1)
			if w.Precision == layout.F32 {
				optest.Close(t, got, want(), max(optest.SumBound(optest.Products(c.op, x)), 32*eps))
			}
		}
	}
}

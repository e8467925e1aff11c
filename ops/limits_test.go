package ops_test

import (
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/optest"
	"cnnlang/ops/ref"
	"cnnlang/ops/tensor"
)

// The number of parts follows from the shapes: were it the number of workers, a
// sum could depend on that.
func TestPartsDoNotDependOnWorkers(t *testing.T) {
	count := func(op ops.Op, x []tensor.Tensor, workers int) (parts int) {
		p := optest.Prepare(t, op, x, optest.Params(op, 1, x...))
		out := tensor.New(optest.Shape(t, op, x...)...)
		for _, task := range p.Bind(out, x, make([]float32, p.Scratch(workers)), workers) {
			parts += task.Parts()
		}
		return parts
	}
	for _, c := range opCases {
		x := random(c.in)
		if one, many := count(c.op, x, 1), count(c.op, x, 7); one != many {
			t.Errorf("%s %v: %d parts for 1 worker, %d for 7", c.op.Name(), c.in, one, many)
		}
	}
	for _, c := range convCases {
		x := random(in{c.in[:]})
		if one, many := count(c.op, x, 1), count(c.op, x, 7); one != many {
			t.Errorf("%s: %d parts for 1 worker, %d for 7", describe(c.op, c.in), one, many)
		}
	}
}

// A part of the largest layers there are is a few ms of plain Go, so that a run
// stops soon when its context ends.
func TestPartsAreSmall(t *testing.T) {
	const most = 32 << 20 // FLOPs, some 4 ms
	for _, c := range []struct {
		op ops.Op
		in in
	}{
		{conv(512, pair(3, 3), padded(pad(1))), in{{1, 512, 28, 28}}}, // VGG-16
		{conv(512, pair(7, 7)), in{{1, 512, 8, 8}}},                   // an eighth of its head, run over a larger image
		{conv(64, pair(3, 3), padded(pad(1))), in{{1, 64, 224, 224}}}, // VGG-16
		{conv(96, pair(7, 7), padded(pad(3)), groups(96)), in{{1, 96, 224, 224}}},
		{linear(512), in{{16, 25088}}},
		{maxpool(pair(50, 50), pair(1, 1), pad(0), false), in{{1, 8, 224, 224}}},
		{deconv(256, pair(4, 4), pair(2, 2), pad(1)), in{{1, 512, 32, 32}}},
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
		p := optest.Prepare(t, c.op, x, params)
		out := tensor.New(optest.Shape(t, c.op, x...)...)
		flops := c.op.Cost(shapes, dim.Shaped(out.Shape...)).FLOPs.MustInt()
		parts := p.Bind(out, x, make([]float32, p.Scratch(1)), 1)[0].Parts()
		if flops/parts > most {
			t.Errorf("%s %v: %d parts of %d FLOPs", c.op.Name(), c.in, parts, flops/parts)
		}
		b, ok := c.op.(ops.Blocker)
		if !ok {
			continue
		}
		how := b.Blocked([]tensor.Shape{x[0].Shape}, out.Shape)
		if how.In == nil {
			continue
		}
		value := ops.Value{Shape: x[0].Shape, Layout: how.In[0]}
		result := ops.Value{Shape: out.Shape, Layout: ops.Layout{Block: ops.Lanes}}
		p = b.PrepareBlocked([]ops.Value{value}, result, params)
		in := []tensor.Tensor{{Shape: value.Shape, Data: make([]float32, value.Layout.Floats(value.Shape))}}
		out.Data = make([]float32, result.Layout.Floats(out.Shape))
		parts = 0
		for _, task := range p.Bind(out, in, make([]float32, p.Scratch(1)), 1) {
			parts += task.Parts()
		}
		if flops/parts > most {
			t.Errorf("%s %v in blocks: %d parts of %d FLOPs", c.op.Name(), c.in, parts, flops/parts)
		}
	}
}

// Arguments that no network has must not make an op allocate what they say.
func TestHugeArguments(t *testing.T) {
	const huge = 1 << 30
	for _, c := range []struct {
		op ops.Op
		in in
	}{
		{conv(2, pair(2, 2), dilation(huge, huge), padded(pads(huge, 0, huge, 0)), groups(2)), in{{1, 2, 3, 3}}},
		{conv(2, pair(2, 2), dilation(huge, huge), padded(pads(huge, 0, 0, huge))), in{{1, 2, 3, 3}}},
		{conv(2, pair(1, 1), stride(huge, huge), padded(pads(0, huge, 0, huge)), groups(2)), in{{1, 2, 3, 3}}},
		{maxpool(pair(huge, huge), pair(huge, huge), pads(huge-1, 0, huge-1, 0), true), in{{1, 2, 3, 3}}},
		{avgpool(pair(huge, huge), pair(huge, huge), pads(huge-1, 0, huge-1, 0), true, true), in{{1, 2, 3, 3}}},
		{deconv(1, pair(1, 1), pair(huge, huge), pads(huge-9, 0, huge-9, 0)), in{{1, 2, 2, 2}}},
		{lrn(1<<40 + 1), in{{1, 2, 3, 3}}},
	} {
		x := random(c.in)
		params := optest.Params(c.op, 1, x...)
		if n := optest.Prepare(t, c.op, x, params).Scratch(1); n > 1<<17 {
			t.Errorf("%s: %d float32 of scratch", c.op.Name(), n)
		}
		got := optest.Run(t, c.op, x, params, 1)
		switch c.op.(type) {
		case *ops.MaxPool, *ops.AvgPool: // whose reference walks the whole window
		default:
			optest.Close(t, got, ref.Run(c.op, x, params), max(sumBound(products(c.op, x)), 32*eps))
		}
	}
}

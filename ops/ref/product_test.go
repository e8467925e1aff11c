package ref

import (
	"math"
	"math/rand/v2"
	"testing"

	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// Loops and a library's matrix products check each other, over random shapes, strides,
// paddings, groups and epilogues.
func TestProductsMatchTheLoops(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	upTo := func(most int) int { return 1 + random.IntN(most) }
	acts := []ops.Activation{ops.None, ops.ReLU, ops.ReLU6}
	for range 300 {
		groups := upTo(3)
		shape := tensor.Shape{upTo(3), groups * upTo(5), upTo(9), upTo(9)}
		c := &ops.Conv{Out: n(groups * upTo(4)), K: p(upTo(4), upTo(4)), Stride: p(upTo(3), upTo(3)), Groups: n(groups),
			Dilation: p(upTo(2), upTo(2)), Bias: upTo(2) == 1}
		if c.Pad.Mode = ops.PaddingMode(random.IntN(4)); c.Pad.Mode == ops.Explicit {
			c.Pad = pads(upTo(3)-1, upTo(3)-1, upTo(3)-1, upTo(3)-1)
		}
		if _, err := c.Infer(dim.Numbers{}, []dim.Shape{dim.Shaped(shape...)}); err != nil {
			continue
		}
		compareProducts(t, random, c.WithEpilogue(ops.Epilogue{Act: acts[random.IntN(3)]}), shape)
		l := &ops.Linear{Out: n(upTo(9)), Bias: upTo(2) == 1}
		compareProducts(t, random, l, shape)
		compareProducts(t, random, l, shape[:2])
	}
}

func compareProducts(t *testing.T, random *rand.Rand, op ops.Op, shape tensor.Shape) {
	t.Helper()
	value := func(shape tensor.Shape) Value {
		v := Value{shape, make([]float64, shape.Elements())}
		for i := range v.Data {
			v.Data[i] = random.NormFloat64()
		}
		return v
	}
	in := []Value{value(shape)}
	var params []Value
	for _, param := range op.Params([]dim.Shape{dim.Shaped(shape...)}) {
		var sizes tensor.Shape
		for _, size := range param.Shape {
			sizes = append(sizes, size.MustInt())
		}
		params = append(params, value(sizes))
	}
	got, want := Products(op, in, params), Exact(op, in, params)
	if !got.Shape.Equal(want.Shape) {
		t.Fatalf("%+v of %v: shape %v, want %v", op, shape, got.Shape, want.Shape)
	}
	for i, w := range want.Data {
		if !(math.Abs(got.Data[i]-w) <= 1e-13*(10+math.Abs(w))) {
			t.Fatalf("%+v of %v: element %d: got %v, want %v", op, shape, i, got.Data[i], w)
		}
	}
}

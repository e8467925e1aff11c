package ops

import "cnnlang/ops/dim"

// Conv is the 2-D convolution of [N, C, H, W] by out kernels of
// [C/groups, kh, kw], as networks use the word: the kernel is not flipped.
//
// Cost: one multiply-accumulate for each output element and each weight it
// sees, padding included; one FLOP more for each added bias.
type Conv struct {
	Out      dim.Size
	K        dim.Pair
	Stride   dim.Pair
	Pad      Padding
	Groups   dim.Size
	Dilation dim.Pair
	Bias     bool

	epilogue Epilogue
}

func (c *Conv) Name() string { return "conv" }

// Infer gives [N, out, H', W'] by the rule of slide.
func (c *Conv) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, c, in, c.epilogue.inputs())
	r.whole("out", c.Out, 1)
	r.pair("k", c.K, 1)
	r.pair("stride", c.Stride, 1)
	r.pair("dilation", c.Dilation, 1)
	r.whole("groups", c.Groups, 1)
	r.padding(c.Pad)
	if !r.rank(0, 4) {
		return r.end(nil)
	}
	x := in[0]
	r.divides(c.Groups, x[1], "input", c.Out)
	r.divides(c.Groups, c.Out, "output", x[1])
	out := dim.Shape{x[0], c.Out,
		r.slide(dim.Height, x[2], c.K.H, c.Stride.H, c.Dilation.H, c.Pad),
		r.slide(dim.Width, x[3], c.K.W, c.Stride.W, c.Dilation.W, c.Pad)}
	c.epilogue.infer(r, out)
	return r.end(out)
}

// Params are weight [out, C/groups, kh, kw], bias [out], and the norm's.
func (c *Conv) Params(in []dim.Shape) []Param {
	weight := dim.Shape{c.Out, in[0][1].Quo(c.Groups), c.K.H, c.K.W}
	return append(weightAndBias(weight, c.Out, c.Bias), c.epilogue.params(c.Out)...)
}

func weightAndBias(weight dim.Shape, out dim.Size, bias bool) []Param {
	params := []Param{{Leaf: "weight", Shape: weight}}
	if bias {
		params = append(params, Param{Leaf: "bias", Shape: dim.Shape{out}})
	}
	return params
}

func (c *Conv) Cost(in []dim.Shape, out dim.Shape) Cost {
	perOutput := in[0][1].Quo(c.Groups).Mul(c.K.H).Mul(c.K.W)
	return multiplyCost(out.Product().Mul(perOutput), out, c.Bias, c.epilogue)
}

// multiplyCost is the cost of an op with macs, a bias and an epilogue.
func multiplyCost(macs dim.Size, out dim.Shape, bias bool, e Epilogue) Cost {
	flops := macs.Mul(dim.Int(2)).Add(e.cost(out))
	if bias {
		flops = flops.Add(out.Product())
	}
	return Cost{MACs: macs, FLOPs: flops}
}

// elementCost is n FLOPs for each element.
func elementCost(s dim.Shape, n int) Cost {
	return Cost{MACs: dim.Int(0), FLOPs: s.Product().Mul(dim.Int(n))}
}

// Around is the convolution with further zeros around its input. Its padding must not depend on
// that.
func (c *Conv) Around(by Padding) *Conv {
	wider := *c
	top, bottom := c.Pad.fixed(dim.Height, c.K.H)
	left, right := c.Pad.fixed(dim.Width, c.K.W)
	wider.Pad = Padding{Top: top.Add(by.Top), Bottom: bottom.Add(by.Bottom), Left: left.Add(by.Left), Right: right.Add(by.Right)}
	return &wider
}

// IsPointwise reports whether every output pixel sees only the input pixel at its place, in
// all channels.
func (c *Conv) IsPointwise() bool {
	one := dim.Square(dim.Int(1))
	return c.K == one && c.Stride == one && c.Groups == dim.Int(1) && (c.Pad.Mode != Explicit || c.Pad.isNone())
}

func (c *Conv) Epilogue() Epilogue { return c.epilogue }

func (c *Conv) WithEpilogue(e Epilogue) Op {
	fused := *c
	fused.epilogue = e
	return &fused
}

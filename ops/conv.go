package ops

import (
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

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
	memory   Memory
	chosen   string  // algorithm, or "" for what is thought to be the fastest
	stack    []*Conv // whose filters these are, one after the other; nil for its own
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
		r.slide(vertical, x[2], c.K.H, c.Stride.H, c.Dilation.H, c.Pad),
		r.slide(horizontal, x[3], c.K.W, c.Stride.W, c.Dilation.W, c.Pad)}
	c.epilogue.infer(r, out)
	return r.end(out)
}

// Params are weight [out, C/groups, kh, kw], bias [out], and the norm's; of a stack,
// those of each.
func (c *Conv) Params(in []dim.Shape) (all []Param) {
	for _, one := range c.stack {
		all = append(all, one.Params(in)...)
	}
	if all != nil {
		return all
	}
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

// multiplyCost is the cost of an op that does macs, adds a bias and has an
// epilogue.
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

// IsPointwise reports whether every output pixel sees the input pixel at its place
// and no other, in all channels.
func (c *Conv) IsPointwise() bool {
	one := dim.Square(dim.Int(1))
	return c.K == one && c.Stride == one && c.Groups == dim.Int(1) && (c.Pad.Mode != Explicit || c.Pad.isNone())
}

func (c *Conv) Epilogue() Epilogue { return c.epilogue }

// WithEpilogue panics for a stack, whose convolutions have their own.
func (c *Conv) WithEpilogue(e Epilogue) Op {
	if c.stack != nil {
		panic("ops: a stack of convolutions keeps their epilogues")
	}
	fused := *c
	fused.epilogue = e
	return &fused
}

// PackedIn returns the same op with another memory for its weights.
func (c *Conv) PackedIn(m Memory) Op {
	packed := *c
	packed.memory = m
	return &packed
}

// Prepare chooses the algorithm.
func (c *Conv) Prepare(in []tensor.Shape, out tensor.Shape, params []tensor.Tensor) Prepared {
	x, channels, filters := in[0], in[0][1], out[1]
	groups := c.Groups.MustInt()
	p := c.packing(params, filters)
	rows, cols := c.axis(vertical, x, out), c.axis(horizontal, x, out)
	switch {
	case groups == 1 && c.isLinear(x, out):
		// One window that is the whole image: each filter is one dot product.
		return newDotProduct(x[0], x[1:].Elements(), p, c.epilogue).prepare()
	case groups == channels && c.padsLittle(x, out):
		// With one channel a filter, a matrix product would be one column wide.
		return (&depthwise{
			batch: x[0], filters: filters, each: filters / channels,
			inH: x[2], inW: x[3], outH: out[2], outW: out[3],
			kh: c.K.H.MustInt(), kw: c.K.W.MustInt(),
			strideH: c.Stride.H.MustInt(), strideW: c.Stride.W.MustInt(),
			dilationH: c.Dilation.H.MustInt(), dilationW: c.Dilation.W.MustInt(),
			top: c.before(vertical, x), left: c.before(horizontal, x),
			weight: p.rows(c.K.H.MustInt() * c.K.W.MustInt()), bias: p.biases(filters), epilogue: c.epilogue,
		}).prepare()
	}
	g := newGemmConv(x, out, groups, p, c.epilogue)
	each, kh, kw := channels/groups, c.K.H.MustInt(), c.K.W.MustInt()
	g.phases = []phase{g.newPhase(rows, cols, func(o, c, y, x int) float32 {
		return p.at(((o*each+c)*kh+y)*kw+x, o)
	})}
	return g.prepare()
}

func (c *Conv) before(a spatial, in tensor.Shape) int {
	return c.Pad.before(a, in[a], a.of(c.K), a.of(c.Stride), a.of(c.Dilation))
}

func (c *Conv) axis(a spatial, in, out tensor.Shape) convAxis {
	return convolved(in[a], out[a], a.of(c.K).MustInt(), a.of(c.Stride).MustInt(), a.of(c.Dilation).MustInt(), c.before(a, in))
}

// isLinear reports whether the only window is the whole image.
func (c *Conv) isLinear(in, out tensor.Shape) bool {
	for _, a := range []spatial{vertical, horizontal} {
		dilated := a.of(c.Dilation).MustInt() > 1 && in[a] > 1
		if out[a] != 1 || a.of(c.K).MustInt() != in[a] || c.before(a, in) != 0 || dilated {
			return false
		}
	}
	return true
}

// padsLittle reports whether the image with its padding is about as large as the
// image and the result, as anywhere but in hostile input: then it can be copied, rows
// that are not too long one after the other.
func (c *Conv) padsLittle(in, out tensor.Shape) bool {
	if max(in[3], out[3]) > mostHalo {
		return false
	}
	limit := 1<<16 + 16*(in[2]*in[3]+out[2]*out[3])
	size := 1
	for _, a := range []spatial{vertical, horizontal} {
		n := (out[a]-1)*a.of(c.Stride).MustInt() + a.of(c.Dilation).MustInt()*(a.of(c.K).MustInt()-1) + 1
		if n > limit/size {
			return false
		}
		size *= n
	}
	return true
}

package ops

import "cnnlang/ops/dim"

// Linear is y = W x + b over the channels of every vector of [N, C] or every
// pixel of [N, C, H, W].
//
// Cost: C multiply-accumulates for each output element; one FLOP more for each
// added bias.
type Linear struct {
	Out  dim.Size
	Bias bool

	epilogue Epilogue
}

func (l *Linear) Name() string { return "linear" }

// Infer gives [N, out] or [N, out, H, W].
func (l *Linear) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, l, in, l.epilogue.inputs())
	r.whole("out", l.Out, 1)
	if !r.rank(0, 2, 4) {
		return r.end(nil)
	}
	out := in[0].Clone()
	out[1] = l.Out
	l.epilogue.infer(r, out)
	return r.end(out)
}

// Params are weight [out, C], bias [out], and the norm's.
func (l *Linear) Params(in []dim.Shape) []Param {
	weight := dim.Shape{l.Out, in[0][1]}
	return append(weightAndBias(weight, l.Out, l.Bias), l.epilogue.params(l.Out)...)
}

func (l *Linear) Cost(in []dim.Shape, out dim.Shape) Cost {
	return multiplyCost(out.Product().Mul(in[0][1]), out, l.Bias, l.epilogue)
}

func (l *Linear) Epilogue() Epilogue { return l.epilogue }

func (l *Linear) WithEpilogue(e Epilogue) Op {
	fused := *l
	fused.epilogue = e
	return &fused
}

// Pointwise is the same op as a 1x1 convolution: their weights lie in the same order.
func (l *Linear) Pointwise() *Conv {
	one := dim.Square(dim.Int(1))
	return &Conv{Out: l.Out, K: one, Stride: one, Dilation: one, Groups: dim.Int(1), Bias: l.Bias, epilogue: l.epilogue}
}

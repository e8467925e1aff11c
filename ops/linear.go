package ops

import (
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// Linear is y = W x + b over the channels of every vector of [N, C] or every
// pixel of [N, C, H, W].
//
// Cost: C multiply-accumulates for each output element; one FLOP more for each
// added bias.
type Linear struct {
	Out  dim.Size
	Bias bool

	epilogue Epilogue
	memory   Memory
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

// PackedIn returns the same op with another memory for its weights.
func (l *Linear) PackedIn(m Memory) Op {
	packed := *l
	packed.memory = m
	return &packed
}

// Prepare chooses dot products for vectors and a 1x1 convolution for images.
func (l *Linear) Prepare(in []tensor.Shape, out tensor.Shape, params []tensor.Tensor) Prepared {
	x, c, rows := in[0], in[0][1], out[1]
	p := newPacking(l.memory, params, rows, l.Bias, l.epilogue)
	if x[2:].Elements() == 1 {
		return newDotProduct(x[0], c, p, l.epilogue).prepare()
	}
	g := newGemmConv(x, out, 1, p, l.epilogue)
	across := convolved(x[2]*x[3], x[2]*x[3], 1, 1, 1, 0)
	g.inW = g.inPixels
	g.phases = []phase{g.newPhase(convolved(1, 1, 1, 1, 1, 0), across, func(o, i, _, _ int) float32 {
		return p.at(o*c+i, o)
	})}
	return g.prepare()
}

// Blocked works on images, as a 1x1 convolution.
func (l *Linear) Blocked(in []tensor.Shape, out tensor.Shape) Blocking {
	if len(out) != 4 || out[2:].Elements() == 1 {
		return Blocking{}
	}
	return l.pointwise().Blocked(in, out)
}

// PrepareBlocked is Prepare for blocked values.
func (l *Linear) PrepareBlocked(in []Value, out Value, params []tensor.Tensor) Prepared {
	return l.pointwise().PrepareBlocked(in, out, params)
}

// BlockedBF16 works on images, as a 1x1 convolution.
func (l *Linear) BlockedBF16(in []tensor.Shape, out tensor.Shape) Blocking {
	if len(out) != 4 || out[2:].Elements() == 1 {
		return Blocking{}
	}
	return l.pointwise().BlockedBF16(in, out)
}

// PrepareBF16 is Prepare for values of bfloat16.
func (l *Linear) PrepareBF16(in []Value, out Value, params []tensor.Tensor) Prepared {
	return l.pointwise().PrepareBF16(in, out, params)
}

// pointwise is the same op as a convolution: their weights lie in the same order.
func (l *Linear) pointwise() *Conv {
	one := dim.Square(dim.Int(1))
	return &Conv{
		Out: l.Out, K: one, Stride: one, Dilation: one, Groups: dim.Int(1), Bias: l.Bias,
		epilogue: l.epilogue, memory: l.memory,
	}
}

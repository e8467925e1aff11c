package ops

import (
	"cnnlang/ops/dim"
)

// BatchStats are the mean and the variance of each channel of [N, C] or [N, C, H, W] over a batch
// and all pixels, [2, C]. The variance is the biased one, divided by how many there are (Ioffe and
// Szegedy 2015, algorithm 1); running statistics take the other. Their gradient is in that of
// BatchNormalize.
//
// Cost: 4 FLOPs for each element.
type BatchStats struct{}

func (*BatchStats) Name() string { return "batch stats" }

// Infer gives [2, C].
func (o *BatchStats) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	if !r.channelled() {
		return r.end(nil)
	}
	return r.end(dim.Shape{dim.Int(2), in[0][1]})
}

func (o *BatchStats) Params(in []dim.Shape) []Param           { return nil }
func (o *BatchStats) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(in[0], 4) }

// BatchNormalize is bn with the statistics of a batch, its second input [2, C], instead of running
// ones: (x - mean) / sqrt(variance + eps) * weight + bias. Its epilogue may add, and activate by a function without tensors.
//
// Cost: 2 FLOPs for each element.
type BatchNormalize struct {
	Of       *BatchNorm
	epilogue Epilogue
}

func (*BatchNormalize) Name() string { return "batch normalize" }

// Infer keeps the shape of the first input.
func (o *BatchNormalize) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1+o.epilogue.inputs())
	o.epilogue.infer(r, in[0])
	return r.end(in[0])
}

// Params are weight and bias, as far as there are any, each [C].
func (o *BatchNormalize) Params(in []dim.Shape) []Param {
	return scaleAndShift(in[0][1], o.Of.Scale, o.Of.Shift)
}

func (o *BatchNormalize) Cost(in []dim.Shape, out dim.Shape) Cost {
	c := elementCost(out, 2)
	c.FLOPs = c.FLOPs.Add(o.epilogue.cost(out))
	return c
}

func (o *BatchNormalize) Epilogue() Epilogue { return o.epilogue }

// WithEpilogue panics for an epilogue with tensors.
func (o *BatchNormalize) WithEpilogue(e Epilogue) Op {
	if e.Norm != nil || e.Act.IsLearned() {
		panic("ops: the epilogue of a norm has no tensors")
	}
	return &BatchNormalize{Of: o.Of, epilogue: e}
}

// Derive writes the gradient of the input with that which goes through the statistics.
func (o *BatchNormalize) Derive(s Step) {
	dy, x, stats := s.Gradient(), s.Input(0), s.Input(1)
	affine := o.Of.Scale && s.WantsTensor(0) || o.Of.Shift && s.WantsTensor(o.Of.shiftAt())
	if !s.Wants(0) && !affine {
		return
	}
	sums := s.Apply(&BatchSums{o.Of}, dy, x, stats)
	if s.Wants(0) {
		var weight []int
		if o.Of.Scale {
			weight = []int{0}
		}
		s.To(0, s.With(&BatchGradient{o.Of}, weight, dy, x, stats, sums))
	}
	deriveAffine(s, sums, o.Of.Scale, o.Of.Shift)
}

// shiftAt is the number of the bias among the tensors.
func (b *BatchNorm) shiftAt() int {
	if b.Scale {
		return 1
	}
	return 0
}

// deriveAffine gives weight and bias, as far as there are any, their rows of sums [2, C].
func deriveAffine(s Step, sums Ref, scale, shift bool) {
	at := 0
	if scale {
		if s.WantsTensor(at) {
			s.ToTensor(at, s.Apply(&Row{I: 1}, sums))
		}
		at++
	}
	if shift && s.WantsTensor(at) {
		s.ToTensor(at, s.Apply(&Row{I: 0}, sums))
	}
}

// BatchSums are, of a gradient, an input and its statistics, two sums for each channel over the batch and all pixels, [2,
// C]: of the gradient, which is the gradient of the bias, and of the gradient times the normalised input, which is
// that of the weight.
//
// Cost: 4 FLOPs for each element.
type BatchSums struct{ Of *BatchNorm }

func (*BatchSums) Name() string { return "batch sums" }

// Infer gives [2, C].
func (o *BatchSums) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 3)
	r.gradientOf(0, in[1])
	return r.end(in[2])
}

func (o *BatchSums) Params(in []dim.Shape) []Param           { return nil }
func (o *BatchSums) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(in[0], 4) }

// BatchGradient is the gradient of the input of BatchNormalize, from the gradient dy of the result, the
// input, the statistics and the sums of BatchSums:
//
//	weight / sqrt(variance + eps) * (dy - mean(dy) - x̂ * mean(dy * x̂))    x̂ the normalised input
//
// Cost: 6 FLOPs for each element.
type BatchGradient struct{ Of *BatchNorm }

func (*BatchGradient) Name() string { return "batch normalize'" }

// Infer gives the shape of the input.
func (o *BatchGradient) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 4)
	r.gradientOf(0, in[1])
	return r.end(in[1])
}

// Params is weight, if there is one, [C].
func (o *BatchGradient) Params(in []dim.Shape) []Param {
	return scaleAndShift(in[1][1], o.Of.Scale, false)
}

func (o *BatchGradient) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 6) }

// Train normalises with the statistics of the batch.
func (b *BatchNorm) Train(s Training) Ref {
	x := s.Input(0)
	stats := s.Apply(&BatchStats{}, x)
	own := len(scaleAndShift(one, b.Scale, b.Shift))
	s.Statistics(stats, own, own+1, x.Shape.Elements()/x.Shape[1])
	return s.With(&BatchNormalize{Of: b}, upTo(own), x, stats)
}

// upTo is 0 to n-1.
func upTo(n int) (list []int) {
	for i := range n {
		list = append(list, i)
	}
	return list
}

// Derive writes the gradients of a bn whose statistics stay as they are stored.
func (b *BatchNorm) Derive(s Step) { deriveNorm(s, b, b.tensors(), b.Scale, b.Shift) }

// Derive writes the gradients of a norm over channels.
func (l *LayerNorm) Derive(s Step) { deriveNorm(s, l, 2, true, true) }

// Derive writes the gradients of a norm over groups.
func (g *GroupNorm) Derive(s Step) {
	deriveNorm(s, g, len(scaleAndShift(one, g.Scale, g.Shift)), g.Scale, g.Shift)
}

// Derive writes the gradients of a norm of each channel.
func (n *InstanceNorm) Derive(s Step) {
	deriveNorm(s, n, len(scaleAndShift(one, n.Scale, n.Shift)), n.Scale, n.Shift)
}

// deriveNorm writes the gradients of a norm with so many tensors, the first of which are weight and bias.
func deriveNorm(s Step, op Op, tensors int, scale, shift bool) {
	byInput(s, op, upTo(tensors)...)
	wanted := false
	for i := range len(scaleAndShift(one, scale, shift)) {
		wanted = wanted || s.WantsTensor(i)
	}
	if wanted {
		deriveAffine(s, s.With(&TensorSums{op}, upTo(tensors), s.Gradient(), s.Input(0)), scale, shift)
	}
}

// Derive writes the gradient from the input.
func (l *LRN) Derive(s Step) { byInput(s, l) }

// Derive writes the gradient from the input. Where the length is below eps, none goes through it.
func (l *L2Normalize) Derive(s Step) { byInput(s, l) }

// Derive writes the gradient from the result.
func (o *Softmax) Derive(s Step) { byResult(s, o) }

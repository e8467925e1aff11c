package ops

import (
	"cnnlang/ops/dim"
)

// fromResult reports whether the gradient of an activation follows from its result: of functions
// that rise everywhere or stay level.
func (a Activation) fromResult() bool {
	switch a.name {
	case "relu", "relu6", "sigmoid", "tanh", "softplus":
		return true
	case "leaky_relu", "elu", "hard_sigmoid":
		return a.arg.Cmp(dim.Int(0)) > 0
	}
	return false
}

func derive(s Step, op Activator) {
	if op.Activation().fromResult() {
		byResult(s, op)
	} else {
		byInput(s, op)
	}
}

// Derive writes the gradient, which at a kink is that of the level side: of relu at 0 and of relu6 at 0 and 6
// it is 0.
func (a *Activate) Derive(s Step) { derive(s, a) }

// Derive writes the gradient, which at 0 is the slope.
func (l *LeakyReLU) Derive(s Step) { derive(s, l) }

// Derive writes the gradient, which is 0 at the ends.
func (h *HardSigmoid) Derive(s Step) { derive(s, h) }

// Derive writes the gradient.
func (g *Gelu) Derive(s Step) { derive(s, g) }

// Derive writes the gradient.
func (e *ELU) Derive(s Step) { derive(s, e) }

// Derive writes the gradient, which at 0 is the slope.
func (p *PReLU) Derive(s Step) {
	byInput(s, p, 0)
	if s.WantsTensor(0) {
		s.ToTensor(0, s.With(&TensorSums{p}, []int{0}, s.Gradient(), s.Input(0)))
	}
}

// Derive writes the gradient, P * pow(x, P-1).
func (p *Pow) Derive(s Step) { byInput(s, p) }

// Derive multiplies the gradient by the constant.
func (o *Scale) Derive(s Step) {
	if s.Wants(0) {
		s.To(0, s.Apply(o, s.Gradient()))
	}
}

// Derive multiplies the gradient by the constants of the channels.
func (a *ChannelAffine) Derive(s Step) {
	if s.Wants(0) {
		s.To(0, s.Apply(&ChannelAffine{Scale: a.Scale, Shift: make([]dim.Size, len(a.Scale))}, s.Gradient()))
	}
}

// Derive sums the gradient over the images. The input has none: only its size is read.
func (o *Learned) Derive(s Step) {
	if s.WantsTensor(0) {
		s.ToTensor(0, s.Apply(&ImageSums{}, s.Gradient()))
	}
}

// Derive writes the gradients of a product with a learned tensor.
func (o *LearnedGate) Derive(s Step) {
	dy := s.Gradient()
	if s.Wants(0) {
		s.To(0, s.With(o, []int{0}, dy))
	}
	if s.WantsTensor(0) {
		s.ToTensor(0, s.Apply(&ChannelSums{}, s.Apply(&Mul{}, dy, s.Input(0))))
	}
}

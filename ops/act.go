package ops

import (
	"fmt"

	"cnnlang/ops/dim"
)

// An Activation is a function of one value, by its name in prelude.cnn, with its argument if
// it takes one. All keep NaN.
type Activation struct {
	name     string
	argument string   // what the argument is called
	arg      dim.Size // its value
	learned  slopes   // of prelu
}

// The activations without arguments, each applied to every x.
var (
	None      Activation
	ReLU      = Activation{name: "relu"}                                           // max(x, 0) (Nair and Hinton 2010)
	ReLU6     = Activation{name: "relu6"}                                          // min(max(x, 0), 6)
	HardSwish = Activation{name: "hard_swish"}                                     // x * min(max(x/6 + 1/2, 0), 1) (Howard et al. 2019)
	Sigmoid   = Activation{name: "sigmoid"}                                        // 1 / (1 + exp(-x))
	SiLU      = Activation{name: "silu"}                                           // x * sigmoid(x), also called swish (Elfwing et al. 2018)
	Tanh      = Activation{name: "tanh"}                                           // the hyperbolic tangent
	Softplus  = Activation{name: "softplus"}                                       // log(1 + exp(x)) (Dugas et al. 2000)
	Mish      = Activation{name: "mish"}                                           // x * tanh(softplus(x)) (Misra 2019)
	TanhGELU  = Activation{name: "gelu", argument: "approximate", arg: dim.Int(1)} // x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715*x^3)))
	GELU      = Activation{name: "gelu"}                                           // x * Phi(x), Phi being the distribution function of the normal distribution (Hendrycks and Gimpel 2016)
)

// Activations are all of them, in the order of prelude.cnn, with their default arguments.
// There is none with tensors.
var Activations = []Activation{
	ReLU, ReLU6, (&LeakyReLU{dim.Ratio(1, 100)}).Activation(),
	(&HardSigmoid{dim.Ratio(1, 6)}).Activation(), HardSwish,
	Sigmoid, SiLU, GELU, Tanh, (&ELU{dim.Int(1)}).Activation(), Softplus, Mish,
}

// Name is the activation's name in prelude.cnn, "" of None.
func (a Activation) Name() string { return a.name }

// Arg is the argument, 0 if it takes none.
func (a Activation) Arg() dim.Size { return a.arg }

// String writes it with its argument.
func (a Activation) String() string {
	if a.argument == "" {
		return a.name
	}
	if a == TanhGELU {
		return "gelu(approximate=true)"
	}
	return fmt.Sprintf("%s(%s=%s)", a.name, a.argument, a.arg.Decimal())
}

// IsLearned reports whether the activation has a tensor, as prelu has.
func (a Activation) IsLearned() bool { return a.learned != noSlopes }

// params is that tensor, for c channels.
func (a Activation) params(c dim.Size) []Param {
	switch a.learned {
	case oneSlope:
		return []Param{{Leaf: "weight", Shape: dim.Shape{dim.Int(1)}}}
	case slopePerChannel:
		return []Param{{Leaf: "weight", Shape: dim.Shape{c}}}
	}
	return nil
}

// flops are the operations for each element, one of a function such as exp.
func (a Activation) flops() int {
	switch a.name {
	case "":
		return 0
	case "leaky_relu", "prelu":
		return 2
	case "hard_sigmoid":
		return 4
	case "hard_swish":
		return 5
	}
	return 1
}

// An Activator is an op that applies an activation to every element of a value of any shape.
//
// A gradient needs the input alone. Of functions that rise everywhere or stay level, that is of
// all but hard_swish, silu, gelu and mish as long as slope and alpha are positive, the result
// alone is enough.
type Activator interface {
	Op
	Activation() Activation
}

// Op returns the op that is this activation; None is the identity.
func (a Activation) Op() Op {
	switch a.name {
	case "":
		return &Identity{}
	case "leaky_relu":
		return &LeakyReLU{a.arg}
	case "hard_sigmoid":
		return &HardSigmoid{a.arg}
	case "gelu":
		return &Gelu{a == TanhGELU}
	case "elu":
		return &ELU{a.arg}
	case "prelu":
		return &PReLU{a.learned == slopePerChannel}
	}
	return &Activate{a}
}

// activations are the ops.
func activations() (list []Op) {
	for _, a := range Activations {
		if list = append(list, a.Op()); a.name == "leaky_relu" {
			list = append(list, &PReLU{})
		}
	}
	return list
}

// Activate applies an activation without arguments.
//
// Cost: 1 FLOP for each element; 5 of hard_swish, which is two products, a sum and two
// comparisons.
type Activate struct{ f Activation }

func (a *Activate) Name() string { return a.f.name }

// Activation is the function that it applies.
func (a *Activate) Activation() Activation { return a.f }

// Infer keeps the shape.
func (a *Activate) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return keep(f, a, in) }

func (a *Activate) Params(in []dim.Shape) []Param           { return nil }
func (a *Activate) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, a.f.flops()) }

// LeakyReLU is x for x above 0, and Slope * x below (Maas et al. 2013).
//
// Cost: 2 FLOPs for each element, a comparison and a product.
type LeakyReLU struct{ Slope dim.Size }

func (l *LeakyReLU) Name() string { return "leaky_relu" }

// Activation is the function that it applies.
func (l *LeakyReLU) Activation() Activation {
	return Activation{name: l.Name(), argument: "slope", arg: l.Slope}
}

// Infer keeps the shape.
func (l *LeakyReLU) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return keep(f, l, in) }

func (l *LeakyReLU) Params(in []dim.Shape) []Param { return nil }
func (l *LeakyReLU) Cost(in []dim.Shape, out dim.Shape) Cost {
	return elementCost(out, l.Activation().flops())
}

// PReLU is x for x above 0, and a learned multiple of x below: of each channel its own, or one
// for all (He et al. 2015).
//
// Cost: 2 FLOPs for each element, as of leaky_relu.
//
// The gradient of a slope is the sum of x times that of the result, where x is below 0.
type PReLU struct{ PerChannel bool }

// slopes say which tensor an activation has.
type slopes int

const (
	noSlopes slopes = iota
	oneSlope
	slopePerChannel
)

func (p *PReLU) Name() string { return "prelu" }

// Activation is the function that it applies.
func (p *PReLU) Activation() Activation {
	if p.PerChannel {
		return Activation{name: p.Name(), learned: slopePerChannel}
	}
	return Activation{name: p.Name(), learned: oneSlope}
}

// Infer keeps the shape.
func (p *PReLU) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, p, in, 1)
	r.channelled()
	return r.end(in[0])
}

// Params is weight, [C] or [1].
func (p *PReLU) Params(in []dim.Shape) []Param { return p.Activation().params(in[0][1]) }
func (p *PReLU) Cost(in []dim.Shape, out dim.Shape) Cost {
	return elementCost(out, p.Activation().flops())
}

// HardSigmoid is min(max(Slope*x + 1/2, 0), 1): a sigmoid of three straight lines
// (Courbariaux et al. 2015, with a slope of 1/2; Howard et al. 2019, of 1/6).
//
// Cost: 4 FLOPs for each element: a product, a sum and two comparisons.
type HardSigmoid struct{ Slope dim.Size }

func (h *HardSigmoid) Name() string { return "hard_sigmoid" }

// Activation is the function that it applies.
func (h *HardSigmoid) Activation() Activation {
	return Activation{name: h.Name(), argument: "slope", arg: h.Slope}
}

// Infer keeps the shape.
func (h *HardSigmoid) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, h, in, 1)
	r.between("slope", h.Slope, dim.Int(0), nil)
	return r.end(in[0])
}

func (h *HardSigmoid) Params(in []dim.Shape) []Param { return nil }
func (h *HardSigmoid) Cost(in []dim.Shape, out dim.Shape) Cost {
	return elementCost(out, h.Activation().flops())
}

// Gelu is GELU, or TanhGELU with Approximate.
//
// Cost: 1 FLOP for each element.
type Gelu struct{ Approximate bool }

func (g *Gelu) Name() string { return "gelu" }

// Activation is the function that it applies.
func (g *Gelu) Activation() Activation {
	if g.Approximate {
		return TanhGELU
	}
	return GELU
}

// Infer keeps the shape.
func (g *Gelu) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return keep(f, g, in) }

func (g *Gelu) Params(in []dim.Shape) []Param { return nil }
func (g *Gelu) Cost(in []dim.Shape, out dim.Shape) Cost {
	return elementCost(out, g.Activation().flops())
}

// ELU is x for x above 0, and Alpha * (exp(x) - 1) below (Clevert et al. 2015).
//
// Cost: 1 FLOP for each element.
type ELU struct{ Alpha dim.Size }

func (e *ELU) Name() string { return "elu" }

// Activation is the function that it applies.
func (e *ELU) Activation() Activation {
	return Activation{name: e.Name(), argument: "alpha", arg: e.Alpha}
}

// Infer keeps the shape.
func (e *ELU) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return keep(f, e, in) }

func (e *ELU) Params(in []dim.Shape) []Param { return nil }
func (e *ELU) Cost(in []dim.Shape, out dim.Shape) Cost {
	return elementCost(out, e.Activation().flops())
}

// keep is the shape rule of ops that work on every element alone.
func keep(f dim.Facts, op Op, in []dim.Shape) (dim.Shape, error) {
	return begin(f, op, in, 1).end(in[0])
}

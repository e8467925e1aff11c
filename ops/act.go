package ops

import "cnnlang/ops/dim"

// An Activation is a function of one value, by its name in prelude.cnn. All keep NaN.
type Activation string

// The activations, each applied to every x.
const (
	None    Activation = ""
	ReLU    Activation = "relu"    // max(x, 0) (Nair and Hinton 2010)
	ReLU6   Activation = "relu6"   // min(max(x, 0), 6)
	Sigmoid Activation = "sigmoid" // 1 / (1 + exp(-x))
	SiLU    Activation = "silu"    // x * sigmoid(x), also called swish (Elfwing et al. 2018)
	GELU    Activation = "gelu"    // x * Phi(x), Phi being the distribution function of the normal distribution (Hendrycks and Gimpel 2016)
)

// Activations are all of them, in the order of prelude.cnn.
var Activations = []Activation{ReLU, ReLU6, Sigmoid, SiLU, GELU}

// Activate applies an activation to every element of a value of any shape.
//
// Cost: 1 FLOP for each element.
type Activate struct{ f Activation }

// Op returns the op that is this activation; None is the identity.
func (a Activation) Op() Op {
	if a == None {
		return &Identity{}
	}
	return &Activate{a}
}

// activations are the ops.
func activations() (list []Op) {
	for _, a := range Activations {
		list = append(list, a.Op())
	}
	return list
}

func (a *Activate) Name() string { return string(a.f) }

// Activation is the function that it applies.
func (a *Activate) Activation() Activation { return a.f }

// Infer keeps the shape.
func (a *Activate) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return keep(f, a, in) }

func (a *Activate) Params(in []dim.Shape) []Param           { return nil }
func (a *Activate) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 1) }

// keep is the shape rule of ops that work on every element alone.
func keep(f dim.Facts, op Op, in []dim.Shape) (dim.Shape, error) {
	return begin(f, op, in, 1).end(in[0])
}

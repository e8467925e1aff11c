package ops

import (
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// ReLU is max(x, 0) (Nair and Hinton 2010). NaN stays NaN.
//
// Cost: 1 FLOP for each element.
type ReLU struct{ elementwise }

// ReLU6 is min(max(x, 0), 6). NaN stays NaN.
//
// Cost: 1 FLOP for each element.
type ReLU6 struct{ elementwise }

// Sigmoid is 1 / (1 + exp(-x)).
//
// Cost: 1 FLOP for each element.
type Sigmoid struct{ elementwise }

// SiLU is x * sigmoid(x) (Elfwing et al. 2018), also called swish.
//
// Cost: 1 FLOP for each element.
type SiLU struct{ elementwise }

// GELU is x * Phi(x), Phi being the distribution function of the normal
// distribution (Hendrycks and Gimpel 2016), computed by erf.
//
// Cost: 1 FLOP for each element.
type GELU struct{ elementwise }

// Op returns the op that is this activation; None is the identity.
func (a Activation) Op() Op {
	return [...]Op{&Identity{}, &ReLU{}, &ReLU6{}, &Sigmoid{}, &SiLU{}, &GELU{}}[a]
}

func (*ReLU) Name() string    { return "relu" }
func (*ReLU6) Name() string   { return "relu6" }
func (*Sigmoid) Name() string { return "sigmoid" }
func (*SiLU) Name() string    { return "silu" }
func (*GELU) Name() string    { return "gelu" }

func (*ReLU) Activation() Activation    { return ActReLU }
func (*ReLU6) Activation() Activation   { return ActReLU6 }
func (*Sigmoid) Activation() Activation { return ActSigmoid }
func (*SiLU) Activation() Activation    { return ActSiLU }
func (*GELU) Activation() Activation    { return ActGELU }

func (o *ReLU) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error)    { return keep(f, o, in) }
func (o *ReLU6) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error)   { return keep(f, o, in) }
func (o *Sigmoid) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return keep(f, o, in) }
func (o *SiLU) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error)    { return keep(f, o, in) }
func (o *GELU) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error)    { return keep(f, o, in) }

func (o *ReLU) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	return prepareActivation(ActReLU, out)
}

func (o *ReLU6) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	return prepareActivation(ActReLU6, out)
}

func (o *Sigmoid) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	return prepareActivation(ActSigmoid, out)
}

func (o *SiLU) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	return prepareActivation(ActSiLU, out)
}

func (o *GELU) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	return prepareActivation(ActGELU, out)
}

// elementwise is what the activations share: no arguments, no params, one FLOP
// for each element, any shape, in place.
type elementwise struct{}

func (elementwise) Params(in []dim.Shape) []Param           { return nil }
func (elementwise) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 1) }
func (elementwise) InPlace()                                {}

// keep is the shape rule of ops that work on every element alone.
func keep(f dim.Facts, op Op, in []dim.Shape) (dim.Shape, error) {
	return begin(f, op, in, 1).end(in[0])
}

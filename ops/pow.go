package ops

import "cnnlang/ops/dim"

// Pow raises every value to the constant power P, as IEEE 754 does: values below 0 give NaN where
// P is no whole number, 0 gives infinity where P is below 0, and everything, NaN too, gives 1
// where P is 0.
//
// Cost: 1 FLOP for each element.
//
// Its gradient is P * pow(x, P-1) and needs the input.
type Pow struct{ P dim.Size }

func (p *Pow) Name() string { return "pow" }

// Infer keeps the shape.
func (p *Pow) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return keep(f, p, in) }

func (p *Pow) Params(in []dim.Shape) []Param           { return nil }
func (p *Pow) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 1) }

package ops

import (
	"cnnlang/ops/dim"
)

// Softmax is exp(x) / sum of exp(x) over axis 1, the channels.
//
// Cost: 2 FLOPs for each element, as for every normalisation.
type Softmax struct{}

func (s *Softmax) Name() string { return "softmax" }

// Infer keeps the shape.
func (s *Softmax) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, s, in, 1)
	r.channelled()
	return r.end(in[0])
}

func (s *Softmax) Params(in []dim.Shape) []Param           { return nil }
func (s *Softmax) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 2) }

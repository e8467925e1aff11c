package ops

import (
	"cnnlang/ops/dim"
)

// Softmax is exp(x) / sum of exp(x) over an axis, 1 being the channels. A NaN makes all numbers
// along the axis NaN, and so does +Inf, or -Inf alone.
//
// Cost: 3 FLOPs for each element: exp, the sum, the division.
//
// The gradient needs the result y alone: y*(g - sum of y*g over the axis).
type Softmax struct{ Axis dim.Size }

func (s *Softmax) Name() string { return "softmax" }

// Infer keeps the shape.
func (s *Softmax) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, s, in, 1)
	if r.channelled() {
		r.axis(s.Axis, "1 is the channels, the last axis of an image is 3")
	}
	return r.end(in[0])
}

func (s *Softmax) Params(in []dim.Shape) []Param           { return nil }
func (s *Softmax) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 3) }

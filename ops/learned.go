package ops

import (
	"cnnlang/ops/dim"
)

// Learned is a learned tensor as a value, the same for each image of the batch. Of its input
// it reads only how many images there are. Init is for training.
//
// Cost: none, it is there.
//
// The gradient of the tensor is the sum of those of all images; the input has none.
type Learned struct {
	Shape []dim.Size
	Init  dim.Size
}

func (*Learned) Name() string { return "param" }

// mostLearned is how many axes a learned tensor may have, as many as an image without its batch.
const mostLearned = 3

// Infer gives [N] and the shape.
func (o *Learned) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	if n := len(o.Shape); n < 1 || n > mostLearned {
		r.bad("shape", "the sizes of one image: `param([C, 1, 1])`, or `param([C])` for a vector",
			"`shape` of `param` must have 1 to %d sizes, got %d", mostLearned, n)
	}
	for _, size := range o.Shape {
		if r.ok() && !r.wholeAtLeast(size, 1) {
			r.bad("shape", "", "`shape` of `param` must be whole numbers of at least 1, got %v", dim.Shape(o.Shape))
		}
	}
	if !r.ok() {
		return r.end(nil)
	}
	out, err := r.end(append(dim.Shape{in[0][0]}, o.Shape...))
	if err != nil {
		r.fault.Help = "smaller sizes"
	}
	return out, err
}

// Params is the tensor, which is called by the step alone.
func (o *Learned) Params(in []dim.Shape) []Param { return []Param{{Shape: o.Shape}} }

func (o *Learned) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 0) }

// LearnedGate is the product of an image, or a vector, with one learned number for each
// channel. The language has no word for it: it is what a pass makes of mul and param
// (Touvron et al. 2021, CaiT, call it layer scale).
//
// Cost: 1 FLOP for each element.
type LearnedGate struct{ tensor dim.Shape }

// Gate is the product with a learned tensor of this shape, [C] or [C, 1, 1].
func Gate(tensor dim.Shape) *LearnedGate { return &LearnedGate{tensor} }

func (*LearnedGate) Name() string { return "mul" }

// Infer keeps the shape.
func (o *LearnedGate) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	r.channelled()
	return r.end(in[0])
}

// Params is the tensor of the gate.
func (o *LearnedGate) Params(in []dim.Shape) []Param { return []Param{{Shape: o.tensor}} }

func (o *LearnedGate) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 1) }

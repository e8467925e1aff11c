package ops

import (
	"fmt"

	"cnnlang/ops/dim"
)

// Add is the sum of its inputs, which have equal shapes. Its epilogue is only an
// activation.
//
// Cost: 1 FLOP for each element of each input after the first.
type Add struct{ epilogue Epilogue }

func (*Add) Name() string { return "add" }

// Infer gives the shape that all inputs have.
func (o *Add) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return mergeShape(f, o, in) }

func (o *Add) Params(in []dim.Shape) []Param { return nil }

func (o *Add) Cost(in []dim.Shape, out dim.Shape) Cost {
	c := elementCost(out, len(in)-1)
	c.FLOPs = c.FLOPs.Add(o.epilogue.cost(out))
	return c
}

func (o *Add) Epilogue() Epilogue { return o.epilogue }

// WithEpilogue panics for an epilogue that is more than an activation without tensors.
func (o *Add) WithEpilogue(e Epilogue) Op {
	if e.Norm != nil || e.Add || e.Act.IsLearned() {
		panic("ops: the epilogue of add is only an activation without tensors")
	}
	return &Add{epilogue: e}
}

// Mul is the product of its inputs. They have equal shapes, except that any may be a gate
// [N, C, 1, 1] that scales whole channels (Hu et al. 2017, squeeze-and-excitation). The
// output may overwrite only the first input, if that has the shape of the output.
//
// Its epilogue may add, which is how a squeezed and excited branch joins its shortcut, and
// has no norm.
//
// Cost: 1 FLOP for each output element and input after the first.
type Mul struct{ epilogue Epilogue }

func (*Mul) Name() string { return "mul" }

// Infer gives the shape of the inputs that are not gates.
func (o *Mul) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	factors := o.Factors(len(in))
	r := beginMerge(f, o, in[:factors])
	full := 0
	for i := 1; i < factors && r.ok(); i++ {
		a, b := in[full], in[i]
		switch {
		case len(a) != len(b):
			r.differ(i, -1, full)
		case len(a) != 4:
			r.sameAxes(i, full, len(a))
		default:
			full = o.wider(r, i, full)
		}
	}
	r.in = in
	o.epilogue.infer(r, in[full])
	return r.end(in[full])
}

// Factors is how many of so many inputs are multiplied; one more may be added.
func (o *Mul) Factors(inputs int) int { return inputs + 1 - o.epilogue.inputs() }

func (o *Mul) Epilogue() Epilogue { return o.epilogue }

// WithEpilogue panics for an epilogue with tensors.
func (o *Mul) WithEpilogue(e Epilogue) Op {
	if e.Norm != nil || e.Act.IsLearned() {
		panic("ops: the epilogue of mul has no tensors")
	}
	return &Mul{epilogue: e}
}

// wider compares two images, one of which may be a gate, and returns the index of the one
// that is not.
func (o *Mul) wider(r *rule, i, full int) int {
	r.sameAxes(i, full, 2)
	if !r.ok() {
		return full
	}
	switch {
	case r.gate(r.in[i]):
		return full
	case r.gate(r.in[full]):
		return i
	}
	r.sameAxes(i, full, 4)
	return full
}

// gate asks whether an image is 1 x 1; both answers are valid.
func (r *rule) gate(s dim.Shape) bool {
	one := dim.Int(1)
	return r.Decide(s[2].Sub(one), dim.Zero) && r.Decide(s[3].Sub(one), dim.Zero)
}

// sameAxes requires inputs i and j to agree in their first n axes.
func (r *rule) sameAxes(i, j, n int) {
	for axis := 0; axis < n && r.ok(); axis++ {
		if !dim.Equal(r, r.in[i][axis], r.in[j][axis]) {
			r.differ(i, axis, j)
		}
	}
}

func (o *Mul) Params(in []dim.Shape) []Param { return nil }

func (o *Mul) Cost(in []dim.Shape, out dim.Shape) Cost {
	c := elementCost(out, o.Factors(len(in))-1)
	c.FLOPs = c.FLOPs.Add(o.epilogue.cost(out))
	return c
}

// Max is the element-wise maximum of its inputs, which have equal shapes. NaN
// wins.
//
// Cost: 1 FLOP for each element of each input after the first.
type Max struct{}

func (*Max) Name() string { return "max" }

// Infer gives the shape that all inputs have.
func (o *Max) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return mergeShape(f, o, in) }

func (o *Max) Params(in []dim.Shape) []Param           { return nil }
func (o *Max) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, len(in)-1) }

// Mean is the element-wise mean of its inputs, which have equal shapes.
//
// Cost: 1 FLOP for each element of each input: the additions and the division.
type Mean struct{}

func (*Mean) Name() string { return "mean" }

// Infer gives the shape that all inputs have.
func (o *Mean) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return mergeShape(f, o, in) }

func (o *Mean) Params(in []dim.Shape) []Param           { return nil }
func (o *Mean) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, len(in)) }

// Concat joins its inputs along Axis, 1 being the channels.
//
// Cost: none, it only moves.
type Concat struct {
	Axis dim.Size
	moving
}

func (*Concat) Name() string { return "concat" }

// Infer gives the inputs' shape with the sum of their sizes along the axis.
func (o *Concat) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := beginMerge(f, o, in)
	axis := r.axis(o.Axis, "1 joins the channels")
	r.equalShapes(axis)
	if !r.ok() {
		return r.end(nil)
	}
	out := in[0].Clone()
	for _, s := range in[1:] {
		out[axis] = out[axis].Add(s[axis])
	}
	return r.end(out)
}

func mergeShape(f dim.Facts, op Op, in []dim.Shape) (dim.Shape, error) {
	r := beginMerge(f, op, in)
	r.equalShapes(-1)
	return r.end(in[0])
}

// beginMerge starts the rule of an op with one or more inputs.
func beginMerge(f dim.Facts, op Op, in []dim.Shape) *rule {
	if len(in) == 0 {
		panic(fmt.Sprintf("ops: %s: no inputs", op.Name()))
	}
	return begin(f, op, in, len(in))
}

package ops

import (
	"fmt"
	"slices"

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

// Mul is the product of its inputs. One has all sizes; the others may be gates, with size 1 on
// any axis but the batch, which hold for all positions along it: [N, C, 1, 1] scales whole
// channels (Hu et al. 2017, squeeze-and-excitation), [N, 1, H, W] pixels (Woo et al. 2018,
// CBAM). The output may overwrite only the first input, if that has the shape of the output.
//
// Its epilogue may add, which is how a squeezed and excited branch joins its shortcut, and
// has no norm.
//
// Cost: 1 FLOP for each output element and input after the first.
//
// The gradient of a factor is that of the result times all other factors, of a gate summed along the
// axes on which it has size 1.
type Mul struct{ epilogue Epilogue }

func (*Mul) Name() string { return "mul" }

// Infer gives the shape of the input with all sizes.
func (o *Mul) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	factors := o.Factors(len(in))
	r := beginMerge(f, o, in[:factors])
	full := r.widest()
	for i := 0; i < factors && r.ok(); i++ {
		r.gates(i, full)
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

var one = dim.Int(1)

// widest is the input that has all sizes; where none has, the first with the fewest axes of size 1.
func (r *rule) widest() (full int) {
	for i, s := range r.in {
		if len(s) != len(r.in[0]) {
			r.differ(i, -1, 0)
			return 0
		}
	}
	if full = slices.IndexFunc(r.in, r.hasAll); full >= 0 {
		return full
	}
	full, fewest := 0, 0
	for i, s := range r.in {
		ones := 0
		for axis := range s {
			if r.isOne(i, axis) {
				ones++
			}
		}
		if i == 0 || ones < fewest {
			full, fewest = i, ones
		}
	}
	return full
}

// hasAll reports whether each input has the sizes of this shape or 1.
func (r *rule) hasAll(full dim.Shape) bool {
	return !slices.ContainsFunc(r.in, func(s dim.Shape) bool {
		for axis, size := range s {
			if !(axis > 0 && size == one) && !dim.Equivalent(size, full[axis]) {
				return true
			}
		}
		return false
	})
}

// isOne reports whether an input has size 1 along an axis other than the batch. Where the inputs
// differ, a size that is not known may be 1 by chance.
func (r *rule) isOne(i, axis int) bool {
	size := r.in[i][axis]
	if axis == 0 || size.Known() {
		return axis > 0 && size == one
	}
	differ := slices.ContainsFunc(r.in, func(s dim.Shape) bool { return !dim.Equivalent(s[axis], size) })
	return differ && r.Split(size.Sub(one), dim.Zero)
}

// gates requires input i to have the sizes of input full, or 1 on axes other than the batch.
func (r *rule) gates(i, full int) {
	for axis, size := range r.in[i] {
		wide := r.in[full][axis]
		if r.ok() && !dim.Equivalent(size, wide) && !r.isOne(i, axis) && !dim.Equal(r, size, wide) {
			r.differ(max(i, full), axis, min(i, full))
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

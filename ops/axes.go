package ops

import (
	"slices"

	"cnnlang/ops/dim"
)

// MostAxes is how many axes reshape may make and permute may take, the batch among them.
const MostAxes = 8

// Reshape keeps the numbers of each image, in their order, and gives them another shape.
//
// Cost: none, it moves nothing.
//
// The gradient is that of the result in the input's shape.
type Reshape struct {
	Shape []dim.Size // of one image
	alias
}

func (*Reshape) Name() string { return "reshape" }

// Infer gives [N] and the shape.
func (o *Reshape) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	if n := len(o.Shape); n < 1 || n >= MostAxes {
		r.bad("shape", "the sizes of one image, without the batch", "`shape` of `reshape` must have 1 to %d sizes, got %d", MostAxes-1, n)
	}
	for _, size := range o.Shape {
		if r.ok() && !r.wholeAtLeast(size, 1) {
			r.bad("shape", "no size is left open: write it, as in `reshape([C, H*W])`",
				"`shape` of `reshape` must be whole numbers of at least 1, got %v", dim.Shape(o.Shape))
		}
	}
	if !r.channelled() {
		return r.end(nil)
	}
	has, makes := in[0][1:].Product(), dim.Shape(o.Shape).Product()
	if !dim.Equal(r, makes, has) {
		many := makes.String()
		if !makes.IsValid() {
			many = "too many"
		}
		r.fail(&Fault{Kind: CountDiffers, Arg: "shape", Input: 0, Axis: -1,
			Msg:  "`reshape` makes " + many + " numbers of " + has.String(),
			Help: "the shape is that of one image, without the batch, and all its numbers stay: its product is that of " + in[0][1:].String()})
	}
	return r.end(append(dim.Shape{in[0][0]}, o.Shape...))
}

// Permute puts the axes into another order, the batch staying first: axis i of the result is axis
// Axes[i] of the input.
//
// Cost: none, it only moves.
//
// The gradient is put back into the order of the input.
type Permute struct {
	Axes []dim.Size
	moving
}

func (*Permute) Name() string { return "permute" }

// Infer gives the sizes in their new order.
func (o *Permute) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	order, ok := make([]int, len(o.Axes)), len(o.Axes) >= 2 && len(o.Axes) <= MostAxes
	for i, v := range o.Axes {
		if ok {
			order[i], ok = r.oneOf(v, min(i, 1), len(o.Axes))
			ok = ok && !slices.Contains(order[:i], order[i])
		}
	}
	if r.ok() && (!ok || order[0] != 0) {
		r.bad("axes", "0 is the batch, which stays first: `permute([0, 2, 1])`",
			"`axes` of `permute` must be 0 and then the other axes in their new order, got %v", dim.Shape(o.Axes))
	}
	if r.channelled() && len(order) != len(in[0]) {
		r.fail(&Fault{Kind: WrongRank, Arg: "axes", Input: 0, Axis: -1,
			Msg:  "`permute` names " + dim.Int(len(order)).String() + " axes, got " + in[0].String(),
			Help: "one number for each axis, the batch among them"})
	}
	if !r.ok() {
		return r.end(nil)
	}
	out := make(dim.Shape, len(order))
	for i, axis := range order {
		out[i] = in[0][axis]
	}
	return r.end(out)
}

// oneOf is which of the numbers from first on and below n a size is. An unknown one may be any.
func (r *rule) oneOf(v dim.Size, first, n int) (is int, ok bool) {
	if is, ok = v.Int(); ok || v.Known() {
		return is, ok && is >= first && is < n
	}
	for is = first; is < n; is++ {
		if r.ok() && r.Decide(v.Sub(dim.Int(is)), dim.Zero) {
			return is, true
		}
	}
	return 0, false
}

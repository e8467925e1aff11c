package keras

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// Where a map becomes a vector, Keras counts its numbers pixel by pixel, and the net channel by
// channel:
//
//	[N, C, H, W] ─flatten─▶ C*H*W ─▶ Dense      only dense layers read it: their rows are put in order
//	[N, C, H, W] ─permute─▶ [N, H, W, C] ─flatten─▶ H*W*C ─▶ anything

func flatten(r *reader, c *call, in value) (value, error) {
	byPixel := !r.first
	if format, _ := text(c.layer.Config, "data_format"); format == "channels_first" {
		byPixel = true // Keras moves the channels behind the others before it flattens
	}
	return r.vector(c, in, byPixel)
}

// vector makes a map one.
func (r *reader) vector(c *call, in value, byPixel bool) (value, error) {
	shape := in.node.Shape
	if len(shape) == 2 {
		return in, nil
	}
	moved := byPixel && shape[1] > 1 && shape[2]*shape[3] > 1
	dense := moved && onlyDense(c)
	if moved && !dense {
		var err error
		if in, err = r.permuted(c, in, 0, 2, 3, 1); err != nil {
			return value{}, err
		}
	}
	v, err := r.op(c, &ops.Flatten{}, in)
	if dense {
		v.flattened = &[3]int{shape[1], shape[2], shape[3]}
	}
	v.positive = in.positive
	return v, err
}

// onlyDense reports whether dense layers are all that reads a vector, behind layers that treat each of
// its numbers by itself.
func onlyDense(c *call) bool {
	if c.final {
		return false
	}
	for _, by := range c.by {
		switch by.layer.Kind {
		case "Dense":
		case "Dropout", "Activation", "ReLU", "LeakyReLU", "ELU", "BatchNormalization":
			if !onlyDense(by) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// permuted puts axes into another order; they are the net's.
func (r *reader) permuted(c *call, in value, axes ...int) (value, error) {
	if slices.IsSorted(axes) {
		return in, nil
	}
	op := &ops.Permute{}
	for _, axis := range axes {
		op.Axes = append(op.Axes, dim.Int(axis))
	}
	v, err := r.op(c, op, in)
	v.positive = in.positive
	return v, err
}

// reshape counts in Keras's order of axes on both sides.
func reshape(r *reader, c *call, in value) (value, error) {
	target, err := r.target(c, in)
	if err != nil {
		return value{}, err
	}
	from := in.node.Shape
	switch {
	case len(target) == 1:
		return r.vector(c, in, !r.first)
	case len(target) != 3:
		return value{}, refuse("vectors and images", "it gives %v", target)
	case len(from) == 4 && !r.first && from[1] > 1 && from[2]*from[3] > 1:
		if in, err = r.permuted(c, in, 0, 2, 3, 1); err != nil {
			return value{}, err
		}
	}
	h, w, channels := target[0], target[1], target[2]
	if r.first || h*w == 1 || channels == 1 {
		if !r.first {
			target = []int{channels, h, w}
		}
		return r.shaped(c, in, target)
	}
	v, err := r.shaped(c, in, target)
	if err != nil {
		return value{}, err
	}
	return r.permuted(c, v, 0, 3, 1, 2)
}

// shaped gives the numbers of an image another shape. What was an image of that shape until it was
// flattened is that image.
func (r *reader) shaped(c *call, in value, shape []int) (value, error) {
	before := in.node
	if _, flat := before.Op.(*ops.Flatten); flat {
		before = before.In[0]
	}
	if slices.Equal(before.Shape[1:], shape) {
		return value{node: before, positive: in.positive}, nil
	}
	op := &ops.Reshape{}
	for _, n := range shape {
		op.Shape = append(op.Shape, dim.Int(n))
	}
	v, err := r.op(c, op, in)
	v.positive = in.positive
	return v, err
}

// target are the sizes that a Reshape gives, with what is left open.
func (r *reader) target(c *call, in value) ([]int, error) {
	sizes, ok := sizesOf(c.layer.Config, "target_shape")
	if !ok {
		return nil, unreadable(c.layer.Config, "target_shape")
	}
	product, open, numbers := 1, -1, in.node.Shape[1:].Elements()
	for i, n := range sizes {
		switch {
		case n == 0 && open >= 0 || n > 0 && product > numbers/n:
			return nil, unreadable(c.layer.Config, "target_shape")
		case n == 0:
			open = i
		default:
			product *= n
		}
	}
	if open >= 0 {
		sizes[open] = numbers / product
		product *= sizes[open]
	}
	if product != numbers {
		return nil, refuse("as many", "it makes %s of %d numbers", raw(c.layer.Config, "target_shape"), numbers)
	}
	return sizes, nil
}

// permute names Keras's axes, from 1.
func permute(r *reader, c *call, in value) (value, error) {
	dims, ok := sizesOf(c.layer.Config, "dims")
	if err := r.image(c, in); err != nil {
		return value{}, err
	}
	if sorted := slices.Sorted(slices.Values(dims)); !ok || !slices.Equal(sorted, []int{1, 2, 3}) {
		return value{}, unreadable(c.layer.Config, "dims")
	}
	if r.first {
		return r.permuted(c, in, 0, dims[0], dims[1], dims[2])
	}
	mine := r.axes(4)
	return r.permuted(c, in, 0, mine[dims[2]], mine[dims[0]], mine[dims[1]])
}

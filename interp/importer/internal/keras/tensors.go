package keras

import (
	"fmt"
	"slices"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/ops/tensor"
)

// A weight is what Keras calls a tensor: the name of the layer and its own there.
type weight struct{ layer, leaf string }

// index finds the tensors of the file.
func (r *reader) index() {
	r.tensors = map[weight][]int{}
	for i, t := range r.file.Tensors() {
		r.tensors[weight{t.Layer, t.Leaf}] = append(r.tensors[weight{t.Layer, t.Leaf}], i)
	}
}

// An order is how the axes of a tensor of the file become those of the net's.
type order struct {
	shape tensor.Shape // the tensor's in the file; its axes may be split into several here
	split tensor.Shape // nil for none
	axes  []int        // of the split shape, in the order of the net's
}

// tensor is a tensor of a layer, by one of the names that it has there, in the shape of the net.
func (r *reader) tensor(c *call, shape tensor.Shape, o order, leaves ...string) (flat.Tensor, error) {
	var found []int
	for _, leaf := range leaves {
		if found = r.tensors[weight{c.layer.Name, leaf}]; found != nil {
			break
		}
	}
	switch {
	case len(found) == 0 && r.source.NoWeights:
		return flat.Tensor{}, nil
	case len(found) == 0:
		return flat.Tensor{}, refuse("save the model with its weights, or leave them out with --no-weights", "the file has no numbers for its %s", leaves[0])
	case len(found) > 1:
		return flat.Tensor{}, refuse("give the layers names that differ, and save the model again", "the file has %d layers of this name, so whose %s is whose cannot be known", len(found), leaves[0])
	}
	t := r.file.Tensors()[found[0]]
	if !t.Shape.Equal(o.shape) {
		return flat.Tensor{}, refuse("the file is damaged, or was put together from two", "its %s is %v, want %v", weightfile.Shown(t.Name), t.Shape, o.shape)
	}
	if !t.Type.Float() {
		return flat.Tensor{}, refuse("save the model with float32", "its %s is %s", weightfile.Shown(t.Name), t.Type)
	}
	split := o.split
	if split == nil {
		split = o.shape
	}
	return flat.Tensor{Name: t.Name, Shape: shape, Read: func() ([]float32, error) {
		raw, err := r.file.Bytes(found[0])
		if err != nil {
			return nil, err
		}
		return permuted(t.Type.Floats(raw), split, o.axes), nil
	}}, nil
}

// channels is a tensor with a number for each channel.
func (r *reader) channels(c *call, n int, leaf string) (flat.Tensor, error) {
	return r.tensor(c, tensor.Shape{n}, order{shape: tensor.Shape{n}, axes: []int{0}}, leaf)
}

// flattened is channels of a flattened map whose numbers are in the other order than the file's.
func (r *reader) flattened(c *call, chw [3]int, leaf string) (flat.Tensor, error) {
	n := chw[0] * chw[1] * chw[2]
	return r.tensor(c, tensor.Shape{n}, order{tensor.Shape{n}, tensor.Shape{chw[1], chw[2], chw[0]}, []int{2, 0, 1}}, leaf)
}

// permuted puts the axes of row-major data into another order.
func permuted(data []float32, shape tensor.Shape, axes []int) []float32 {
	if slices.IsSorted(axes) {
		return data
	}
	steps := make([]int, len(shape)) // between neighbours along each axis of the data
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		steps[i], step = step, step*shape[i]
	}
	if step != len(data) {
		panic(fmt.Sprintf("keras: %d numbers of %v", len(data), shape))
	}
	out := make([]float32, 0, len(data))
	at, place := 0, make([]int, len(axes))
	for range data {
		out = append(out, data[at])
		for i := len(axes) - 1; i >= 0; i-- {
			place[i]++
			at += steps[axes[i]]
			if place[i] < shape[axes[i]] {
				break
			}
			at -= place[i] * steps[axes[i]]
			place[i] = 0
		}
	}
	return out
}

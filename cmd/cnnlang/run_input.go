package main

import (
	"os"

	"cnnlang/interp"
	"cnnlang/interp/elab"
	"cnnlang/interp/npy"
	"cnnlang/interp/picture"
	"cnnlang/interp/weights"
	"cnnlang/ops/tensor"
)

// A supply is where a net's input comes from: images, an array, or neither,
// which means that it is generated.
type supply struct {
	images []string
	count  int // of images in a batch, 0 where the shape says
	array  tensor.Tensor
	shape  tensor.Shape // of the array, or nil
}

// supply reads an array, whose shape decides the net's, and leaves the rest for
// when the net's size is known.
func (f *runFlags) supply(images []string, limit int64) (supply, error) {
	switch {
	case len(images) > 0:
		if len(f.shape) > 0 && f.shape[0] != len(images) {
			return supply{}, usage("got --shape %s and %d images: the first size is the number of images", &f.shape, len(images))
		}
		return supply{images: images, count: len(images)}, nil
	case f.input.value == "random":
		return supply{}, nil
	}
	if info, err := os.Stat(f.input.value); err == nil && limit > 0 && info.Size() > limit {
		return supply{}, &interp.MemoryError{Net: f.input.value, Need: info.Size(), Max: limit}
	}
	array, err := npy.Read(f.input.value)
	if err != nil {
		return supply{}, err
	}
	if f.shape != nil && !array.Shape.Equal(tensor.Shape(f.shape)) {
		return supply{}, usage("got --shape %s and an array of shape %v in %s", &f.shape, array.Shape, f.input.value).
			withHelp("leave out --shape")
	}
	return supply{array: array, shape: array.Shape}, nil
}

// tensor is the input at the net's size. It comes before the weights: a picture
// that cannot be read is found out in no time.
func (s supply) tensor(f *runFlags, n *interp.Net, limit int64) (tensor.Tensor, error) {
	shape := n.Graph.Input.Shape
	if need := 4 * int64(shape.Elements()); limit > 0 && need > limit {
		return tensor.Tensor{}, &interp.MemoryError{Net: n.Name, Need: need, Max: limit}
	}
	switch {
	case len(s.images) > 0:
		return s.pictures(n.Meta, shape)
	case s.shape != nil:
		return s.array, nil
	}
	return generatedInput(uint64(f.seed), float32(f.scale), shape), nil
}

// generatedInput is an input made from the seed. A net without height and width gets
// an image of one pixel.
func generatedInput(seed uint64, scale float32, shape tensor.Shape) tensor.Tensor {
	axes := [4]int{1, 1, 1, 1}
	copy(axes[:], shape)
	for _, size := range shape[min(4, len(shape)):] {
		axes[3] *= size
	}
	t := weights.Image(seed, axes[0], axes[1], axes[2], axes[3], scale)
	t.Shape = shape
	return t
}

// pictures loads the images into one tensor [N, 3, H, W].
func (s supply) pictures(meta elab.Meta, shape tensor.Shape) (tensor.Tensor, error) {
	if len(shape) != 4 || shape[1] != 3 {
		return tensor.Tensor{}, &mismatch{"images are [N, 3, H, W], and the net wants " + shape.String() + "; give it an array with --input"}
	}
	p := picture.Preprocess{
		Resize: meta.Resize, Crop: meta.Crop, Interpolation: meta.Interpolation,
		Scale: meta.Scale, Order: meta.ChannelOrder, Mean: narrow(meta.Mean), Std: narrow(meta.Std),
	}
	if err := p.Check(); err != nil {
		return tensor.Tensor{}, &mismatch{"the net's meta does not fit images: " + plain(err)}
	}
	batch := tensor.New(shape...)
	size := shape[1:].Elements()
	for i, path := range s.images {
		t, err := picture.Load(path, p, shape[2], shape[3])
		if err != nil {
			return tensor.Tensor{}, err
		}
		copy(batch.Data[i*size:(i+1)*size], t.Data)
	}
	return batch, nil
}

func narrow(list []float64) []float32 {
	var out []float32
	for _, x := range list {
		out = append(out, float32(x))
	}
	return out
}

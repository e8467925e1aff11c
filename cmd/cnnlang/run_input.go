package main

import (
	"context"

	"cnnlang/interp"
	"cnnlang/interp/npy"
	"cnnlang/interp/picture"
	"cnnlang/ops/tensor"
)

// A supply is where a net's input comes from: images, an array, or neither,
// which means that it is generated.
type supply struct {
	images []string
	count  int          // of images in a batch, 0 where the shape says
	shape  tensor.Shape // of the array, or nil
	need   int64        // bytes to read the array
}

// supply looks at an array, whose shape decides the net's, and leaves the rest for
// when the net's size is known.
func (f *runFlags) supply(images []string) (supply, error) {
	switch {
	case len(images) > 0:
		if len(f.shape.value) > 0 && f.shape.value[0] != len(images) {
			return supply{}, usage("got --shape %s and %d images: the first size is the number of images", f.shape, len(images))
		}
		return supply{images: images, count: len(images)}, nil
	case f.input.value == "random":
		return supply{}, nil
	}
	shape, need, err := npy.Look(f.input.value)
	if err != nil {
		return supply{}, err
	}
	if f.shape.value != nil && !shape.Equal(tensor.Shape(f.shape.value)) {
		return supply{}, usage("got --shape %s and an array of shape %v in %s", f.shape, shape, f.input.value).
			withHelp("leave out --shape")
	}
	return supply{shape: shape, need: need}, nil
}

// tensor is the input at the net's size, and what was taken in passing to make it. It comes
// before the weights: a picture that cannot be read is found out in no time.
func (s supply) tensor(ctx context.Context, f *runFlags, n *interp.Net, opts interp.Options) (t tensor.Tensor, passing int64, err error) {
	shape := n.Graph.Input.Shape
	if need := max(s.need, opts.Held); opts.MaxMemory > 0 && need > opts.MaxMemory {
		return t, 0, f.tooLarge(n, opts, need, "")
	}
	switch {
	case len(s.images) > 0:
		return s.pictures(ctx, f, n, opts)
	case s.shape != nil:
		t, err = npy.Read(f.input.value)
		if err == nil && !t.Shape.Equal(shape) {
			err = &npy.FileError{Path: f.input.value, Problem: "was written to while it was read; run again"}
		}
		return t, s.need - opts.Held, err
	}
	return generatedInput(f.seed.value, f.scale.value, shape), 0, nil
}

// tooLarge says what a run needs in all, of which the input takes so much.
func (f *runFlags) tooLarge(n *interp.Net, opts interp.Options, input int64, what string) error {
	e := &interp.MemoryError{Net: n.Name, Need: f.needed(n, opts), Max: opts.MaxMemory}
	if input > e.Need {
		e.Need, e.Most = input, what
	}
	return e
}

// generatedInput is an input made from the seed. A net without height and width gets
// an image of one pixel.
func generatedInput(seed uint64, scale float32, shape tensor.Shape) tensor.Tensor {
	axes := [4]int{1, 1, 1, 1}
	copy(axes[:], shape)
	for _, size := range shape[min(4, len(shape)):] {
		axes[3] *= size
	}
	t := interp.RandomImage(seed, axes[0], axes[1], axes[2], axes[3], scale)
	t.Shape = shape
	return t
}

// pictures loads the images into one tensor [N, 3, H, W].
func (s supply) pictures(ctx context.Context, f *runFlags, n *interp.Net, opts interp.Options) (batch tensor.Tensor, passing int64, err error) {
	meta, shape := n.Meta, n.Graph.Input.Shape
	if len(shape) != 4 || shape[1] != 3 {
		return batch, 0, &mismatch{"images are [N, 3, H, W], and the net wants " + shape.String() + "; give it an array with --input"}
	}
	p := picture.Preprocess{
		Resize: meta.Resize, Crop: meta.Crop, Interpolation: meta.Interpolation,
		Scale: meta.Scale, Order: meta.ChannelOrder, Mean: narrow(meta.Mean), Std: narrow(meta.Std),
	}
	if err := p.Check(); err != nil {
		return batch, 0, &mismatch{"the net's meta does not fit images: " + plain(err)}
	}
	most, largest := int64(0), 0 // what the largest image takes, and which that is
	for i, path := range s.images {
		need, err := picture.Need(ctx, path, p, shape[2], shape[3])
		if err != nil {
			return batch, 0, err
		}
		if need > most {
			most, largest = need, i
		}
	}
	if need := opts.Held + most; opts.MaxMemory > 0 && need > opts.MaxMemory {
		return batch, 0, f.tooLarge(n, opts, need, s.images[largest]+" takes "+interp.Bytes(most)+" to be decoded; scale it down")
	}
	batch = tensor.New(shape...)
	size := shape[1:].Elements()
	for i, path := range s.images {
		t, err := picture.Load(ctx, path, p, shape[2], shape[3], most) // no more than it was a moment ago
		if err != nil {
			return batch, 0, err
		}
		copy(batch.Data[i*size:(i+1)*size], t.Data)
		collected(most)
	}
	return batch, most, nil
}

func narrow(list []float64) []float32 {
	var out []float32
	for _, x := range list {
		out = append(out, float32(x))
	}
	return out
}

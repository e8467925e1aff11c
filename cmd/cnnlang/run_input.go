package main

import (
	"context"
	"errors"
	"io"
	"slices"

	"cnnlang/interp"
	"cnnlang/interp/npy"
	"cnnlang/lang/diag"
	"cnnlang/ops/tensor"
)

// shapeOf is the shape of the array that is the input, which decides the size of the net;
// nil if the input is something else.
func (f *runFlags) shapeOf(images []string) (tensor.Shape, error) {
	switch {
	case len(images) > 0:
		if len(f.shape.value) > 0 && f.shape.value[0] != len(images) {
			return nil, usage("got --shape %s and %d images: the first size is the number of images", f.shape, len(images))
		}
		return nil, nil
	case f.input.value == "random":
		return nil, nil
	}
	shape, _, err := npy.Look(f.input.value)
	if err != nil {
		return nil, err
	}
	if f.shape.value != nil && !shape.Equal(tensor.Shape(f.shape.value)) {
		return nil, usage("got --shape %s and an array of shape %v in %s", f.shape, shape, f.input.value).
			withHelp("leave out --shape")
	}
	f.shape.value = shape
	return shape, nil
}

// blame notes from which file the input comes that does not fit a net.
func blame(err error, file string, shape tensor.Shape) {
	var found *interp.ProgramError
	if !errors.As(err, &found) {
		return
	}
	for _, d := range found.Problems {
		if d.Severity == diag.Error {
			d.WithNote("the input %v is the array of %s", shape, file)
			return
		}
	}
}

// A standardInput has the name that errors give it.
type standardInput struct{ io.Reader }

func (standardInput) Name() string { return stdinName }

// imageNames are the names of images in results.
func imageNames(images []string) []string {
	names := slices.Clone(images)
	for i, name := range names {
		if name == "-" {
			names[i] = stdinName
		}
	}
	return names
}

// takesImages is the error of a net whose input is not images, with what to do.
func takesImages(n *interp.Net) error {
	err := n.TakesPictures()
	var unfit *interp.InputError
	if errors.As(err, &unfit) && unfit.Err == nil {
		unfit.Problem += "; give it an array with --input"
	}
	return err
}

// tensor is the input at the net's size, and what it holds of the memory that may be used.
func (f *runFlags) tensor(ctx context.Context, stdin io.Reader, images []string, n *interp.Net, opts interp.Options) (t tensor.Tensor, held int64, err error) {
	switch {
	case len(images) > 0:
		if err := takesImages(n); err != nil {
			return t, 0, err
		}
		if images[0] == "-" {
			t, held, err = n.ReadImage(ctx, opts, standardInput{stdin})
		} else {
			t, held, err = n.ReadImages(ctx, opts, images...)
		}
		return t, held, err
	case f.input.value == "random":
		return n.RandomInput(ctx, opts, f.seed.value, f.scale.value)
	}
	return n.ReadArray(ctx, opts, f.input.value)
}

package main

import (
	"context"
	"errors"
	"io"
	"slices"

	"cnnlang/interp"
	"cnnlang/interp/npy"
	"cnnlang/interp/picture"
	"cnnlang/lang/diag"
	"cnnlang/ops/tensor"
)

// arrays are the inputs that are arrays, whose shapes decide the size of the net.
func (f *runFlags) arrays(images []string) (arrays []array, err error) {
	if len(images) > 0 {
		if len(f.shape.value) > 0 && f.shape.value[0].shape[0] != len(images) {
			return nil, usage("got --shape %s and %d images: the first size is the number of images", f.shape, len(images))
		}
		return nil, nil
	}
	for _, in := range f.input.value {
		if in.isRandom() || in.isPicture() {
			continue
		}
		shape, _, err := npy.Look(in.file)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(f.shape.value, func(s shapeFor) bool { return s.name == in.name })
		switch {
		case at < 0:
			f.shape.value = append(f.shape.value, shapeFor{in.name, shape})
			f.misnamed = func(n *interp.Net) error {
				_, err := f.sourcesOf(n)
				return err
			}
		case !shape.Equal(f.shape.value[at].shape):
			return nil, usage("got --shape %s and an array of shape %v in %s", f.shape, shape, in.file).
				withHelp("leave out --shape")
		}
		arrays = append(arrays, array{in, shape})
	}
	return arrays, nil
}

// An array is an input that is read from a file of NumPy.
type array struct {
	inputOf
	shape tensor.Shape
}

// blame notes from which files the inputs come that do not fit a net, and how the others could.
func (f *runFlags) blame(err error, arrays []array) {
	var found *interp.ProgramError
	if !errors.As(err, &found) {
		return
	}
	for _, d := range found.Problems {
		if d.Severity != diag.Error {
			continue
		}
		for _, in := range arrays {
			d.WithNote("%s %v is the array of %s", in.what(), in.shape, in.file)
		}
		for _, in := range f.input.value {
			sized := slices.ContainsFunc(f.shape.value, func(s shapeFor) bool { return s.name == in.name })
			if len(arrays) > 0 && !sized {
				d.WithNote("%s has the size that the net states; `--shape %s=NxCxHxW` says another", in.what(), in.name)
			}
		}
		return
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

// takesImages is the error of a net whose input is not images, or whose inputs are not where they
// are named, with what to do.
func takesImages(n *interp.Net, named bool) error {
	if !named {
		if err := oneInput(n, "images are"); err != nil {
			return err
		}
	}
	err := n.InputsTakePictures()
	var unfit *interp.InputError
	if errors.As(err, &unfit) && unfit.Err == nil {
		unfit.Problem += "; give it an array with --input"
	}
	return err
}

// oneInput is the error of a net with several inputs, where what is given is one.
func oneInput(n *interp.Net, given string) error {
	names := n.InputNames()
	if len(names) == 1 {
		return nil
	}
	return usage("%s has %d inputs, %s, and %s one without a name", n.Name, len(names), some(names), given).
		withHelp("%s", eachNamed(names))
}

// eachNamed says how inputs are given by their names.
func eachNamed(names []string) string {
	text := "name each:"
	for _, name := range names[:min(3, len(names))] {
		text += " --input " + name + "=FILE"
	}
	return text
}

// A runInput is the inputs of a run, in the order of the net's.
type runInput struct {
	tensors  []tensor.Tensor
	from     []string // files, or random
	prepared []*preparedImage
	held     int64 // of the memory that may be used
}

// inputs makes the inputs at the net's size.
func (f *runFlags) inputs(ctx context.Context, stdin io.Reader, images []string, n *interp.Net, opts interp.Options) (x runInput, err error) {
	add := func(t tensor.Tensor, held int64, from string, err error) error {
		x.tensors, x.from, x.held = append(x.tensors, t), append(x.from, from), x.held+held
		return err
	}
	if len(images) > 0 {
		if err := takesImages(n, false); err != nil {
			return x, err
		}
		x.prepared = make([]*preparedImage, 1)
		opts.Prepared = func(d picture.Prepared) { x.prepared[0] = preparedOf(n, d) }
		if images[0] == "-" {
			t, held, err := n.ReadImage(ctx, opts, standardInput{stdin})
			return x, add(t, held, stdinName, err)
		}
		t, held, err := n.ReadImages(ctx, opts, images...)
		return x, add(t, held, images[0], err)
	}
	if only := f.input.value[0]; only.name == "" && only.isRandom() {
		x.tensors, x.held, err = n.RandomInputs(ctx, opts, f.seed.value, f.scale.value)
		x.from, x.prepared = slices.Repeat([]string{only.file}, len(x.tensors)), make([]*preparedImage, len(x.tensors))
		return x, err
	}
	sources, err := f.sourcesOf(n)
	if err != nil {
		return x, err
	}
	x.prepared = make([]*preparedImage, len(sources))
	for i, in := range sources {
		var t tensor.Tensor
		var held int64
		opts.Input = n.Graph.Inputs[i].Path
		opts.Prepared = func(d picture.Prepared) { x.prepared[i] = preparedOf(n, d) }
		switch {
		case in.isRandom():
			t, held, err = n.RandomInput(ctx, opts, f.seed.value, f.scale.value)
		case in.isPicture():
			t, held, err = n.ReadImages(ctx, opts, in.file)
		default:
			t, held, err = n.ReadArray(ctx, opts, in.file)
		}
		if err := add(t, held, in.file, err); err != nil {
			return x, err
		}
	}
	return x, nil
}

// sourcesOf is what each input of the net is made of: each is there, and nothing else.
func (f *runFlags) sourcesOf(n *interp.Net) (list []inputOf, err error) {
	names := n.InputNames()
	if only := f.input.value[0]; only.name == "" {
		return f.input.value, oneInput(n, "--input is")
	}
	for _, in := range f.input.value {
		if slices.Contains(names, in.name) {
			continue
		}
		e := usage("%s has no input called %q; it has %s", n.Name, in.name, some(names))
		if near := diag.Nearest(in.name, names); near != "" {
			e.withHelp("did you mean %s?", near)
		}
		return nil, e
	}
	for _, name := range names {
		at := slices.IndexFunc(f.input.value, func(in inputOf) bool { return in.name == name })
		if at < 0 {
			return nil, usage("%s has the inputs %s, and nothing is given for %s", n.Name, some(names), name).
				withHelp("add `--input %s=FILE`, or generate it: `--input %s=random`", name, name)
		}
		list = append(list, f.input.value[at])
	}
	return list, nil
}

package interp

import (
	"context"
	"errors"
	"strconv"

	"cnnlang/interp/internal/skeleton"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

// A TensorFile is an open file of weights, to look into: what it holds, what it fits, and what it
// says when it is written anew. It is safe for concurrent use until it is closed.
type TensorFile struct {
	weights Weights
	store   weights.Contents
}

// A FileTensor is one tensor of a file, as the file has it.
type FileTensor struct {
	Name            string
	DType           string // F32, BF16, I64, …: as safetensors spells it
	Shape           []int
	Axes            string // what the axes are, as in HWIO, where the format says so
	Elements, Bytes int64
}

type (
	// AboutWeights says what kind of file it is and how it was wrapped: Format, the Key under
	// which the tensors are, what is Beside them, and Notes.
	AboutWeights = weightfile.About
	// NotFinite counts the elements of a tensor that are NaN or infinite.
	NotFinite = weights.Values
	// A SkeletonError says that the net of a file would be larger than a text may be.
	SkeletonError = skeleton.LimitError
)

// errNoFile is the error of weights that are not a file.
var errNoFile = errors.New("interp: only a file of weights can be opened; use WeightsFile")

// Open opens a file of weights to look into it. It reads no tensors. Its errors are
// *WeightsError and *WeightsLimitError.
func (w Weights) Open() (*TensorFile, error) {
	if w.from != fromFile {
		return nil, errNoFile
	}
	if _, err := w.open(); err != nil { // Close closes it
		return nil, err
	}
	store, ok := w.store.(weights.Contents)
	if !ok {
		panic("interp: a file of weights that does not show its contents")
	}
	return &TensorFile{w, store}, nil
}

// Close releases the file.
func (f *TensorFile) Close() error { return f.store.Close() }

// About says what kind of file it is.
func (f *TensorFile) About() AboutWeights { return f.store.About() }

// Tensors lists the tensors in the order of the file.
func (f *TensorFile) Tensors() []FileTensor {
	var all []FileTensor
	for _, e := range f.store.Entries() {
		all = append(all, FileTensor{e.Name, e.DType, e.Shape, string(e.Axes), e.Elements(), e.Size()})
	}
	return all
}

// Values reads all tensors, one after the other, and calls each with what is not finite in
// tensor i. Its error is a *WeightsError, or that of ctx once that has ended.
func (f *TensorFile) Values(ctx context.Context, each func(i int, v NotFinite)) error {
	for i, e := range f.store.Entries() {
		if err := ended(ctx); err != nil {
			return err
		}
		v, err := weights.Count(f.store, e)
		if err != nil {
			return err
		}
		each(i, v)
	}
	return f.store.Unchanged()
}

// Skeleton writes a net from the names and shapes of the tensors: a text for a .cnn file, whose
// tensors are those of the file, and which says where it guesses. Where the format says which
// layer a tensor belongs to and what its axes are, the net has the layer's name and its own
// order of axes, by which the file is read. Its error is a *SkeletonError if the text would be
// too large.
func (f *TensorFile) Skeleton() (string, error) {
	var tensors []skeleton.Tensor
	about, layers := f.About(), map[string]int{}
	for i, l := range about.Layers {
		layers[l.Name] = i
	}
	for _, e := range inNets(f.store) {
		t := skeleton.Tensor{Name: e.Name, Shape: turned(e.Shape, e.Axes), Float: e.Float(), Transposed: e.Axes == weightfile.HWOI || e.Axes == weightfile.IOHW}
		if e.Axes == weightfile.HWIM && len(e.Shape) == len(e.Axes) {
			t.Channels = e.Shape[2]
		}
		if i, ok := layers[e.Layer]; ok && e.Layer != "" {
			t.Said = saidOf(about.Layers, i)
		}
		tensors = append(tensors, t)
	}
	if len(tensors) == 0 {
		return "", &WeightsError{Path: f.store.Path(), Problem: "holds no tensors that can be read, so there is no net of them" + listedBehind(", beside ", f.About().Beside)}
	}
	return skeleton.Write(f.store.Path(), tensors)
}

// saidOf is what a file says of layer i.
func saidOf(all []weightfile.Layer, i int) (s skeleton.Said) {
	l := all[i]
	pair := func(list []int) [2]int {
		if len(list) == 2 {
			return [2]int(list)
		}
		return [2]int{1, 1}
	}
	s.Groups, s.Stride, s.Dilation, s.Same = l.Groups, pair(l.Stride), pair(l.Dilation), l.Padding == "same"
	s.Pad, s.Window = (&comparison{all: all}).margins(i)
	s.Window = s.Window && len(l.Stride) == 2 && l.Padding != "same_lower"
	if l.Eps != nil {
		s.Eps = strconv.FormatFloat(*l.Eps, 'g', -1, 32)
	}
	return s
}

// inNets are the tensors as nets call them: by their layers, where the format says so.
func inNets(store weights.Store) []weights.Entry {
	if layers, _ := byLayers(store, inLayers); layers != nil {
		return layers.Entries()
	}
	return store.Entries()
}

// turned is a shape in the net's order of axes.
func turned(s tensor.Shape, axes weightfile.Axes) tensor.Shape {
	if len(s) != len(axes) {
		return s
	}
	switch axes {
	case weightfile.HWIO, weightfile.HWOI: // of a transposed one in, out, height, width
		return tensor.Shape{s[3], s[2], s[0], s[1]}
	case weightfile.HWIM:
		return tensor.Shape{s[2] * s[3], 1, s[0], s[1]}
	case weightfile.IO:
		return tensor.Shape{s[1], s[0]}
	}
	return s
}

// reading decides how a net reads the file, and which side heads the file has.
func (f *TensorFile) reading(n *Net) (r *reading, sides []string, err error) {
	if r, err = f.weights.readingOf(n, nil); err != nil {
		return nil, nil, err
	}
	sides = r.sides(n)
	return r, sides, r.check(n, sides)
}

// Path is the file's name as it was opened.
func (f *TensorFile) Path() string { return f.store.Path() }

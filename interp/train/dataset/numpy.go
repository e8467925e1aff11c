package dataset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"

	"cnnlang/interp/internal/npyheader"
	"cnnlang/interp/internal/regular"
	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/zipfile"
	"cnnlang/interp/npy"
	"cnnlang/ops/tensor"
)

// Arrays of NumPy: x are the pictures, uint8 [N, H, W] or [N, H, W, C] or floating-point [N, C, H, W];
// y their labels, [N] or [N, 1] of whole numbers from 0, or targets [N, K].

// An array file as it can be found: its bytes.
type arrayFile struct {
	name string // for messages
	io.ReaderAt
	size int64
}

// from reads the file from a place on, until ctx has ended.
func (f *arrayFile) from(ctx context.Context, at int64) io.Reader {
	return regular.Reader{Ctx: ctx, Reader: io.NewSectionReader(f, at, f.size-at)}
}

// pairs are the names that both arrays may have, those of the pictures to check with second.
var pairs = [2][][2]string{
	{{"x", "y"}, {"x_train", "y_train"}},
	{{"x_val", "y_val"}, {"x_valid", "y_valid"}, {"x_test", "y_test"}},
}

// numpyParts reads the arrays that find finds by their names.
func numpyParts(ctx context.Context, where string, o Options, find func(name string) (*arrayFile, error)) (*stack, error) {
	s := &stack{}
	for side, names := range pairs {
		p, err := pairOf(ctx, names, o, find)
		if err != nil {
			return nil, err
		}
		if p == nil && side == 0 {
			return nil, problem(where, "holds no arrays x and y, of the pictures and of their labels")
		}
		if p != nil {
			p.val = side == 1
			s.parts = append(s.parts, *p)
		}
	}
	return s, nil
}

// pairOf reads the first pair of arrays that there is; nil for none.
func pairOf(ctx context.Context, names [][2]string, o Options, find func(name string) (*arrayFile, error)) (*part, error) {
	for _, pair := range names {
		x, err := find(pair[0])
		if err != nil {
			return nil, err
		}
		if x == nil {
			continue
		}
		p, err := picturesOf(ctx, x, o)
		if err != nil {
			return nil, err
		}
		if p.n > mostEntries {
			return nil, beyond(x.name, "has %d pictures, the limit is %d", p.n, mostEntries)
		}
		y, err := find(pair[1])
		if err != nil {
			return nil, err
		}
		if y == nil {
			return nil, problem(x.name, "has no labels beside it, which %s would be", pair[1])
		}
		return p, p.label(ctx, y, o)
	}
	return nil, nil
}

// allowed reports a file whose numbers take more memory than may be.
func (f *arrayFile) allowed(o Options, bytes int64) error {
	if o.MaxArray > 0 && bytes > o.MaxArray {
		return beyond(f.name, "takes %d bytes of memory, the limit is %d", bytes, o.MaxArray)
	}
	return nil
}

// picturesOf reads x.
func picturesOf(ctx context.Context, f *arrayFile, o Options) (*part, error) {
	h, err := npyheader.Read(io.NewSectionReader(f, 0, f.size), f.size, map[string]int{"u1": 1})
	var other *npyheader.DescrError
	if errors.As(err, &other) {
		return f.floats(ctx, o)
	}
	if err != nil {
		return nil, problem(f.name, "%v", err)
	}
	p := &part{file: f.name}
	switch shape := h.Shape; len(shape) {
	case 3:
		p.n, p.h, p.w, p.c = shape[0], shape[1], shape[2], 1
	case 4:
		p.n, p.h, p.w, p.c = shape[0], shape[1], shape[2], shape[3]
	default:
		return nil, problem(f.name, "is of shape %v, want pictures [N, H, W] or [N, H, W, C]", shape)
	}
	n := int64(h.Shape.Elements())
	need := n
	if h.Fortran {
		need *= 2 // it is copied to reorder it
	}
	if err := f.allowed(o, need); err != nil {
		return nil, err
	}
	p.bytes = make([]uint8, n) // it is that long
	if _, err := io.ReadFull(f.from(ctx, h.Start), p.bytes); ctx.Err() != nil {
		return nil, ctx.Err()
	} else if err != nil {
		return nil, &FileError{Path: f.name, Problem: fmt.Sprintf("cannot be read to its end: %v", err), Err: err}
	}
	if h.Fortran {
		columns := p.bytes
		p.bytes = make([]uint8, n)
		npyheader.RowMajor(h.Shape, func(from, to int) { p.bytes[to] = columns[from] })
	}
	return p, nil
}

// decoded is the array as float32.
func (f *arrayFile) decoded(ctx context.Context, o Options) (tensor.Tensor, error) {
	_, need, err := npy.LookInto(f.name, f.from(ctx, 0), f.size)
	if err != nil {
		return tensor.Tensor{}, f.told(ctx, err)
	}
	if err := f.allowed(o, need); err != nil {
		return tensor.Tensor{}, err
	}
	t, err := npy.Decode(f.name, f.from(ctx, 0), f.size)
	return t, f.told(ctx, err)
}

// floats reads x of any other type than uint8.
func (f *arrayFile) floats(ctx context.Context, o Options) (*part, error) {
	t, err := f.decoded(ctx, o)
	if err != nil {
		return nil, err
	}
	if len(t.Shape) != 4 {
		return nil, problem(f.name, "is of shape %v and no uint8, want numbers [N, C, H, W]", t.Shape)
	}
	for i, x := range t.Data {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return nil, problem(f.name, "has a number that is %v, in picture %d; want finite numbers", x, i/(t.Shape[1]*t.Shape[2]*t.Shape[3]))
		}
	}
	return &part{file: f.name, n: t.Shape[0], c: t.Shape[1], h: t.Shape[2], w: t.Shape[3], floats: t.Data}, nil
}

// told is an error of package npy as one of this package.
func (f *arrayFile) told(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	var of *npy.FileError
	if errors.As(err, &of) {
		return &FileError{Path: f.name, Problem: of.Problem, Err: err}
	}
	return err
}

// label reads y.
func (p *part) label(ctx context.Context, f *arrayFile, o Options) error {
	t, err := f.decoded(ctx, o)
	if err != nil {
		return err
	}
	switch {
	case len(t.Shape) == 0 || len(t.Shape) > 2:
		return problem(f.name, "is of shape %v, want labels [N], or targets [N, K]", t.Shape)
	case t.Shape[0] != p.n:
		return problem(f.name, "has labels of %d pictures, and %s has %d", t.Shape[0], shown(p.file), p.n)
	case len(t.Shape) == 2 && t.Shape[1] != 1:
		return p.target(f, t.Data, t.Shape[1])
	}
	p.labels = make([]int, p.n)
	for i, x := range t.Data {
		if !(x >= 0 && x < mostClasses) || x != float32(int(x)) {
			return problem(f.name, "has the label %v for picture %d, want whole numbers from 0 to %d", x, i, mostClasses-1)
		}
		p.labels[i] = int(x)
	}
	return nil
}

// target takes numbers as targets.
func (p *part) target(f *arrayFile, numbers []float32, k int) error {
	if k == 0 || k > mostClasses {
		return problem(f.name, "has targets of %d numbers, want 1 to %d", k, mostClasses)
	}
	for i, x := range numbers {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return problem(f.name, "has a target that is %v, of picture %d; want finite numbers", x, i/k)
		}
	}
	p.dense, p.k = numbers, k
	return nil
}

// npyParts reads x.npy and y.npy in a folder.
func npyParts(ctx context.Context, folder string, entries []regular.Entry, o Options) (*stack, error) {
	var open []io.Closer
	defer func() {
		for _, f := range open {
			f.Close()
		}
	}()
	return numpyParts(ctx, folder, o, func(name string) (*arrayFile, error) {
		if !holds(name + ".npy")(entries) {
			return nil, nil
		}
		path := filepath.Join(folder, name+".npy")
		f, info, err := regular.Open(path)
		if err != nil {
			return nil, systemError(path, err)
		}
		open = append(open, f)
		return &arrayFile{path, f, info.Size()}, nil
	})
}

// npzParts reads arrays of those names in a .npz file.
func npzParts(ctx context.Context, path string, _ []regular.Entry, o Options) (*stack, error) {
	f, info, err := regular.Open(path)
	if err != nil {
		return nil, systemError(path, err)
	}
	defer f.Close()
	return npzStack(ctx, path, f, info.Size(), o)
}

func npzStack(ctx context.Context, path string, from io.ReaderAt, size int64, o Options) (*stack, error) {
	archive, err := zipfile.Open(weightfile.Input{ReaderAt: regular.ReaderAt{Ctx: ctx, ReaderAt: from}, Size: size, Path: path})
	if err != nil {
		return nil, ofArchive(ctx, path, err)
	}
	return numpyParts(ctx, path, o, func(name string) (*arrayFile, error) {
		e, ok := archive.Find(name + ".npy")
		if !ok {
			return nil, nil
		}
		f := &arrayFile{name: path + ": " + e.Name, size: e.Size}
		if err := f.allowed(o, e.Size); err != nil {
			return nil, err
		}
		raw, err := archive.Whole(e)
		f.ReaderAt = bytes.NewReader(raw)
		return f, ofArchive(ctx, path, err)
	})
}

// ofArchive is an error of an archive as one of this package.
func ofArchive(ctx context.Context, path string, err error) error {
	var of *weightfile.Error
	var limit *weightfile.LimitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &of):
		return &FileError{Path: path, Problem: of.Problem, Err: err}
	case errors.As(err, &limit):
		return &FileError{Path: path, Problem: fmt.Sprintf("has %d %s, the limit is %d", limit.Got, limit.Limit, limit.Max), Err: err, Limit: true}
	}
	return systemError(path, err)
}

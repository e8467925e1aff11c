package weights

import (
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// Check compares the store's tensors with those that a network requires, by path. Those of
// optional (side heads that are not asked for) may be in the file or not, in any shape; so
// may PyTorch's num_batches_tracked counters. Everything else in the file must be required,
// with the required shape, of which axes of size 1 may be missing; if not, the error is a
// *FitError that names every difference. Net is the network's name, and names that of the map
// by which its tensors are called, for that error.
func Check(net, names string, required, optional []graph.Param, store Entered) error {
	if fit := compare(required, optional, store.Entries(), holds); fit != nil {
		fit.Net, fit.Names, fit.File = net, names, store.Path()
		return fit
	}
	return nil
}

// Fits reports whether Check would find no difference, and no axis is missing either.
func Fits(required, optional []graph.Param, store Entered) bool {
	entries := store.Entries()
	return len(entries) >= len(required) && compare(required, optional, entries, tensor.Shape.Equal) == nil
}

// Fetch returns a tensor of a store that Check found to hold it, in the net's shape.
func Fetch(store Store, p graph.Param) (tensor.Tensor, error) {
	t, err := store.Tensor(p.Path)
	if err == nil {
		t.Shape = p.Shape
	}
	return t, err
}

// holds reports whether a file's tensor has the elements of the net's in the same order, which
// is certain where it only lacks axes of size 1: [512] for [512, 1, 1], [32, 1, 80] for [32, 1, 1,
// 80]. With as many axes it is another tensor: [1, 1, 64, 64] for [64, 64, 1, 1] would be a 1x1
// convolution of Keras, whose numbers stand transposed.
func holds(file, net tensor.Shape) bool {
	for _, size := range net {
		switch {
		case len(file) > 0 && file[0] == size:
			file = file[1:]
		case size != 1:
			return false
		}
	}
	return len(file) == 0
}

// compare returns how the file's entries differ from what is required, nil for no
// difference. fits compares the shape of the file's tensor with the net's.
func compare(required, optional []graph.Param, entries []Entry, fits func(file, net tensor.Shape) bool) *FitError {
	held := make(map[string]Entry, len(entries))
	for _, e := range entries {
		held[e.Name] = e
	}
	known := make(map[string]bool, len(required)+len(optional))
	for _, p := range optional {
		known[p.Path] = true
	}
	fit := &FitError{Wanted: len(required)}
	for _, p := range required {
		known[p.Path] = true
		e, ok := held[p.Path]
		switch {
		case !ok:
			fit.Missing = append(fit.Missing, Missing{Name: p.Path, Shape: p.Shape})
		case !fits(e.Shape, p.Shape):
			fit.Misshaped = append(fit.Misshaped, Misshaped{p.Path, e.Shape, p.Shape, turned(e.Shape, p.Shape)})
		case dtypes[e.DType].decode == nil:
			fit.NotFloat = append(fit.NotFloat, e)
		}
	}
	for _, e := range entries {
		if !known[e.Name] && !isCounter(e.Name) {
			fit.Unexpected = append(fit.Unexpected, e)
		}
	}
	if len(fit.Missing)+len(fit.Unexpected)+len(fit.Misshaped)+len(fit.NotFloat) == 0 {
		return nil
	}
	fit.Rename = findRename(fit, required, known, held)
	if fit.Rename == nil {
		fit.Segment = findSegment(fit, required, known, held)
	}
	if fit.Rename == nil && fit.Segment == nil {
		suggestNearest(fit)
	}
	return fit
}

// isCounter recognises the counter of training batches that PyTorch's batch norms keep
// beside their statistics.
func isCounter(name string) bool {
	return name == "num_batches_tracked" || strings.HasSuffix(name, ".num_batches_tracked")
}

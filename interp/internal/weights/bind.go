package weights

import (
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// Check compares the store's tensors with those that a network requires, by path. Those of
// optional (side heads that are not asked for) may be in the file or not, in any shape; so
// may PyTorch's num_batches_tracked counters. Everything that is required must be in the file with
// the required shape, but for axes of size 1, and nothing else that may belong to another network
// (surplus.go); if not, the error is a *FitError that names every difference. What else the file
// has is passed over, and returned. Net is the network's name, and names that of the map by which
// its tensors are called, for that error.
func Check(net, names string, required, optional []graph.Param, store Entered) (over []Entry, err error) {
	fit := compare(required, optional, store.Entries(), Holds)
	if fit.Differences() == 0 {
		return fit.Over, nil
	}
	fit.Net, fit.Names, fit.File = net, names, store.Path()
	return nil, fit
}

// Fits reports whether Check would find no difference, nothing to pass over, and no axis more or
// less.
func Fits(required, optional []graph.Param, store Entered) bool {
	entries := store.Entries()
	if len(entries) < len(required) {
		return false
	}
	fit := compare(required, optional, entries, tensor.Shape.Equal)
	return fit.Differences()+len(fit.Over) == 0
}

// Fetch returns a tensor of a store that Check found to hold it, in the net's shape.
func Fetch(store Store, p graph.Param) (tensor.Tensor, error) {
	t, err := store.Tensor(p.Path)
	if err == nil {
		t.Shape = p.Shape
	}
	return t, err
}

// Holds reports whether a file's tensor has the elements of the net's in the same order, which
// is certain where one of them only lacks axes of size 1: [512] for [512, 1, 1], [32, 1, 80] for
// [32, 1, 1, 80], [10, 16, 1, 1] or [1, 1, 10, 16] for [10, 16]. With as many axes it is another
// tensor: [1, 1, 64, 64] for [64, 64, 1, 1] would be a 1x1 convolution of Keras, whose numbers
// stand transposed, and for [64, 64] it may be one.
func Holds(file, net tensor.Shape) bool {
	if len(file) > len(net) {
		sizes := slices.DeleteFunc(slices.Clone(net), func(n int) bool { return n == 1 })
		slices.Sort(sizes)
		twice := len(slices.Compact(slices.Clone(sizes))) < len(sizes)
		return holds(net, file) && !(twice && file[0] == 1 && net[0] > 1)
	}
	return holds(file, net)
}

// holds reports whether a shape is another without some of its axes of size 1.
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

// compare returns how the file's entries differ from what is required. fits compares the shape of
// the file's tensor with the net's.
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
	if len(fit.Missing) > 0 { // what else is there may be that, under other names
		for _, e := range entries {
			if !known[e.Name] && !IsCounter(e.Name) && !isInert(e) {
				fit.Unexpected = append(fit.Unexpected, e)
			}
		}
	} else {
		fit.divide(surpluses(required, optional, entries))
	}
	if fit.Differences() == 0 {
		return fit
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

// divide takes what the file has beyond what is required, where nothing of it is missing.
func (e *FitError) divide(all []*surplus) {
	for _, s := range all {
		if s.why == "" {
			e.Over = append(e.Over, s.entries...)
			continue
		}
		e.Unexpected = append(e.Unexpected, s.entries...)
		e.refused = append(e.refused, s)
	}
}

// IsCounter recognises the counter of training batches that PyTorch's batch norms keep
// beside their statistics.
func IsCounter(name string) bool {
	return name == "num_batches_tracked" || strings.HasSuffix(name, ".num_batches_tracked")
}

package weights

import (
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// Bind takes from the store the tensors that a network requires, by path. Those
// of optional (side heads that are not asked for) may be in the file or not,
// in any shape, and are not read; nor are the num_batches_tracked counters that
// PyTorch keeps. Everything else in the file must be required, and in the shape
// that is required: if not, the error is a *FitError that names every
// difference. Net is the network's name, for that error.
//
// The tensors may be views of the store's file: see Store.Tensor.
func Bind(net string, required, optional []graph.Param, store Store) (map[string]tensor.Tensor, error) {
	if fit := compare(required, optional, store.Entries()); fit != nil {
		fit.Net, fit.File = net, store.Path()
		return nil, fit
	}
	tensors := make(map[string]tensor.Tensor, len(required))
	for _, p := range required {
		t, err := store.Tensor(p.Path)
		if err != nil {
			return nil, err
		}
		tensors[p.Path] = t
	}
	return tensors, nil
}

// Fits reports whether Bind would find nothing to complain about.
func Fits(required, optional []graph.Param, store Store) bool {
	entries := store.Entries()
	return len(entries) >= len(required) && compare(required, optional, entries) == nil
}

// compare returns how the file's entries differ from what is required, nil for
// not at all.
func compare(required, optional []graph.Param, entries []Entry) *FitError {
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
		case !e.Shape.Equal(p.Shape):
			fit.Misshaped = append(fit.Misshaped, Misshaped{p.Path, e.Shape, p.Shape})
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
		suggestNearest(fit)
	}
	return fit
}

// isCounter recognises the count of training steps that PyTorch's batch norms
// keep beside their statistics.
func isCounter(name string) bool {
	return name == "num_batches_tracked" || strings.HasSuffix(name, ".num_batches_tracked")
}

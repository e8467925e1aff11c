package torch

import (
	"cnnlang/interp/internal/weightfile/pickle"
	"cnnlang/ops/tensor"
)

// The arguments of calls. Any may be missing, or of another kind than it should be.

// at is item i of a list, if it is there and of the type.
func at[T any](items []pickle.Value, i int) (T, bool) {
	if i >= len(items) {
		var none T
		return none, false
	}
	v, ok := items[i].(T)
	return v, ok
}

// integers is a tuple or list of at most maxRank integers.
func integers(args []pickle.Value, i int) ([]int64, bool) {
	var items []pickle.Value
	if tuple, ok := at[*pickle.Tuple](args, i); ok {
		items = tuple.Items
	} else if list, ok := at[*pickle.List](args, i); ok {
		items = list.Items
	} else {
		return nil, false
	}
	if len(items) > maxRank {
		return nil, false
	}
	all := make([]int64, len(items))
	for i, item := range items {
		n, ok := item.(int64)
		if !ok {
			return nil, false
		}
		all[i] = n
	}
	return all, true
}

func shapeOf(args []pickle.Value, i int) (tensor.Shape, bool) {
	sizes, ok := integers(args, i)
	if !ok {
		return nil, false
	}
	shape := make(tensor.Shape, len(sizes))
	for i, n := range sizes {
		if n < 0 || n > 1<<31-1 {
			return nil, false
		}
		shape[i] = int(n)
	}
	return shape, true
}

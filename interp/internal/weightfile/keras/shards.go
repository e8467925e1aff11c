package keras

import (
	"maps"
	"slices"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/hdf5"
)

// OpenShards opens the files of a model.weights.json of Keras 3, each of which is a .weights.h5
// file with some of the groups. The index lists the groups, as /layers/conv2d/vars, and is
// compared with what the files have.
func OpenShards(in weightfile.Input, names []string, open func(name string) (weightfile.Input, error), listed map[string]bool) (weightfile.File, error) {
	f := &file{Listing: weightfile.Listing{In: in}, index: map[string]int{}}
	var roots []*hdf5.Object
	there := map[string]bool{}
	for _, name := range names {
		shard, err := open(name)
		if err != nil {
			return nil, err
		}
		h, err := hdf5.Open(shard)
		if err != nil {
			return nil, err
		}
		root, err := h.Root()
		if err != nil {
			return nil, err
		}
		roots = append(roots, root)
		err = f.datasets(root, func(path string, _ *hdf5.Object) error {
			group := "/" + path[:max(0, strings.LastIndexByte(path, '/'))]
			if there[group] = true; !listed[group] {
				return in.Corrupt(group, "is in %s and not in the index; the two are of different models, fetch both again", weightfile.Shown(name))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, group := range slices.Sorted(maps.Keys(listed)) {
		if !there[group] {
			return nil, in.Corrupt(group, "is in the index and in none of its files; they are of different models, fetch all of them again")
		}
	}
	return f, f.named("HDF5 weights in shards, Keras 3", roots...)
}

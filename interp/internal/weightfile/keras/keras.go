// Package keras reads the weights of Keras models: .h5 files of weights or of whole models, as
// Keras 1 and 2 save them, .weights.h5 files of Keras 3, and its .keras archives. Any other
// HDF5 file is a list of its datasets, named by their paths, and so is what a key chooses, unless
// it is a group of weights.
//
//	.h5, weights: layer_names ─▶ a group for each layer         legacy.go
//	      /conv1                 weight_names = conv1/kernel:0, conv1/bias:0
//	      /conv1/conv1/kernel:0  a dataset, called conv1/kernel:0
//	.h5, model: the same in /model_weights; the attribute model_config is the layers
//	      (package topology); /optimizer_weights is passed over
//
//	.weights.h5: a group for each layer, named by its class     named.go
//	      /layers/conv2d/vars/0   kernel, which the file does not say
//	      /layers/conv2d/vars/1   bias
//	model.weights.json: the groups of several such files          shards.go
//	.keras: a zip archive of model.weights.h5 and config.json, the layers
//
// A list of names larger than an attribute may be (64 KiB) is cut into layer_names0,
// layer_names1, ...
//
// Keras writes convolutions [H, W, in, out], depthwise ones [H, W, in, multiplier],
// transposed ones [H, W, out, in] and dense layers [in, out].
package keras

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/hdf5"
	"cnnlang/interp/internal/weightfile/topology"
	"cnnlang/interp/internal/weightfile/zipfile"
)

// Is recognises a file by how it begins, or an archive by its name as well.
func Is(head []byte, path string) bool {
	return bytes.HasPrefix(head, []byte(hdf5.Signature)) || isArchive(head, path)
}

func isArchive(head []byte, path string) bool {
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return false
	}
	const name = 30 // where that of the first entry begins
	first := string(head[min(name, len(head)):])
	return strings.HasSuffix(strings.ToLower(path), ".keras") || strings.HasPrefix(first, "metadata.json") || strings.HasPrefix(first, "config.json")
}

// Open opens a file that Is one.
func Open(in weightfile.Input) (weightfile.File, error) {
	head, err := in.At(0, min(512, in.Size), "the beginning")
	if err != nil {
		return nil, err
	}
	if isArchive(head, in.Path) {
		return openArchive(in)
	}
	return openHDF5(in, nil, "")
}

// openArchive opens a .keras file, whose weights are a file within.
func openArchive(in weightfile.Input) (weightfile.File, error) {
	const weights, config = "model.weights.h5", "config.json"
	archive, err := zipfile.Open(in)
	if err != nil {
		return nil, err
	}
	w, ok := archive.Find(weights)
	if !ok {
		return nil, in.Corrupt("", "is a zip archive without %s, which every .keras file has; save the model again with model.save", weights)
	}
	if err := archive.Verify(w); err != nil {
		return nil, err
	}
	within, err := archive.Input(w)
	if err != nil {
		return nil, err
	}
	within.Path += ": " + weights
	var model *topology.Model
	if c, ok := archive.Find(config); ok {
		if limit := in.Limits.MaxHeader(); c.Size > limit {
			return nil, &weightfile.LimitError{Path: in.Path, Limit: "bytes of " + config, Got: c.Size, Max: limit, Help: "save the weights alone, with model.save_weights"}
		}
		text, err := archive.Whole(c)
		if err != nil {
			return nil, err
		}
		if model, err = topology.Parse(in, text, config); err != nil {
			return nil, err
		}
	}
	version := ""
	if m, ok := archive.Find("metadata.json"); ok && m.Size < 1<<16 {
		text, err := archive.Whole(m)
		if err != nil {
			return nil, err
		}
		var metadata struct {
			Version string `json:"keras_version"`
		}
		if json.Unmarshal(text, &metadata) == nil {
			version = metadata.Version
		}
	}
	return openHDF5(within, model, version)
}

// file is an open file, of any form.
type file struct {
	weightfile.Listing
	data  []*hdf5.Dataset
	index map[string]int
	model *topology.Model // or nil
	// flipped says that convolutions count the rows and columns of their kernels from the end, as
	// Theano's do.
	flipped bool
}

// Model is the one that the weights are of, nil where the file does not say.
func (f *file) Model() *topology.Model { return f.model }

// openHDF5 opens an HDF5 file; the model and the version are those of an archive around it.
func openHDF5(in weightfile.Input, model *topology.Model, version string) (weightfile.File, error) {
	h, err := hdf5.Open(in)
	if err != nil {
		return nil, err
	}
	root, err := h.Root()
	if err != nil {
		return nil, err
	}
	f := &file{Listing: weightfile.Listing{In: in}, index: map[string]int{}, model: model}
	switch {
	case in.Key != "":
		err = f.chosen(root, in.Key)
	case model != nil:
		err = f.named(".keras, Keras "+weightfile.Shown(version), root)
	default:
		err = f.read(root)
	}
	if err != nil {
		return nil, err
	}
	if len(f.List) == 0 && f.Said.Format == plain {
		return nil, in.Corrupt("", "holds no arrays of numbers that can be read%s; save the weights as float32", strings.TrimSuffix(", but "+strings.Join(f.Said.Beside[:min(10, len(f.Said.Beside))], ", "), ", but "))
	}
	if f.Said.Layers = f.model.List(); f.Said.Format != plain {
		f.Said.Flattened = f.model.Flattened()
	}
	return f, nil
}

// read decides which form the file has.
func (f *file) read(root *hdf5.Object) error {
	attributes, err := root.Attributes()
	if err != nil {
		return err
	}
	weights, err := root.Child("model_weights")
	if err != nil {
		return err
	}
	if weights != nil && !weights.IsDataset() {
		return f.whole(root, weights, attributes)
	}
	if _, ok := attributes["layer_names"]; ok || attributes["layer_names0"].Name != "" {
		return f.legacy(root, root, attributes, "HDF5 weights")
	}
	for _, name := range []string{"layers", older} {
		layers, err := root.Child(name)
		if err != nil {
			return err
		}
		if layers != nil && !layers.IsDataset() {
			return f.named("HDF5 weights, Keras 3", root)
		}
	}
	return f.arrays(root)
}

// chosen reads what the user asks for: a group by its path, or everything.
func (f *file) chosen(root *hdf5.Object, key string) error {
	if key == everything {
		return f.arrays(root)
	}
	group, err := root.Child(strings.Trim(key, "/"))
	if err != nil {
		return err
	}
	if group == nil || group.IsDataset() {
		var groups []string
		links, err := root.Links()
		for _, l := range links {
			groups = append(groups, weightfile.Shown(l.Name))
		}
		return cmp.Or(err, error(f.In.Corrupt("", "has no group %s, want one of %s", weightfile.Shown(key), strings.Join(groups[:min(10, len(groups))], ", "))))
	}
	f.Said.Key = key
	of, err := group.Attributes()
	if err != nil {
		return err
	}
	if _, ok := of["layer_names"]; ok || of["layer_names0"].Name != "" {
		return f.legacy(root, group, of, "HDF5")
	}
	return f.arrays(group)
}

// plain is the format of a file that is not known to be of Keras.
const plain = "HDF5"

// everything is the key of all that a file holds.
const everything = "."

// arrays lists all datasets of a group by their paths in it.
func (f *file) arrays(group *hdf5.Object) error {
	f.Said.Format = plain
	return f.datasets(group, func(path string, o *hdf5.Object) error {
		d, err := o.Dataset()
		if err != nil {
			return err
		}
		if d.Type == "" {
			f.Said.Beside = append(f.Said.Beside, fmt.Sprintf("%s (%s)", path, d.Holds()))
			return nil
		}
		return f.add(weightfile.Tensor{Name: path}, d)
	})
}

// datasets visits all datasets below a group, by their paths in it; a group
// that two paths lead to only by the first.
func (f *file) datasets(root *hdf5.Object, visit func(path string, o *hdf5.Object) error) error {
	const maxDepth = 64
	seen := map[uint64]bool{}
	var walk func(o *hdf5.Object, depth int) error
	walk = func(o *hdf5.Object, depth int) error {
		if o.IsDataset() {
			return visit(strings.TrimPrefix(strings.TrimPrefix(o.Path, root.Path), "/"), o)
		}
		if seen[o.Address] {
			return nil
		}
		seen[o.Address] = true
		if depth > maxDepth {
			return &weightfile.LimitError{Path: f.In.Path, Limit: "groups within each other", Got: int64(depth), Max: maxDepth, Help: "save the weights alone"}
		}
		links, err := o.Links()
		if err != nil {
			return err
		}
		for _, l := range links {
			child, err := o.Child(l.Name)
			if err != nil {
				return err
			}
			if child != nil {
				if err := walk(child, depth+1); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return walk(root, 0)
}

// add takes a tensor, whose name is new.
func (f *file) add(t weightfile.Tensor, d *hdf5.Dataset) error {
	if _, twice := f.index[t.Name]; twice {
		return f.In.Corrupt(t.Name, "is there twice; which of them counts cannot be known, save the weights again")
	}
	if len(f.List) == f.In.Limits.MaxTensors() {
		return f.In.TooMany()
	}
	t.Type, t.Shape = d.Type, d.Shape
	if t.Type == "" {
		return f.In.Corrupt(t.Name, "holds %s, want floats of 16, 32 or 64 bits; save the weights again as float32", d.Holds())
	}
	f.index[t.Name] = len(f.List)
	f.List, f.data = append(f.List, t), append(f.data, d)
	return nil
}

// beside notes what else is in a group, but for some names.
func (f *file) beside(o *hdf5.Object, but ...string) error {
	links, err := o.Links()
	for _, l := range links {
		if !slices.Contains(but, l.Name) {
			f.Said.Beside = append(f.Said.Beside, l.Name)
		}
	}
	return err
}

func (f *file) Bytes(i int) ([]byte, error) {
	raw, err := f.data[i].Bytes()
	if err != nil || !f.flipped {
		return raw, f.Of(i, err)
	}
	return flip(f.List[i], raw), nil
}

// flip puts the rows and columns of a kernel in the other order; of other tensors nothing.
func flip(t weightfile.Tensor, raw []byte) []byte {
	if t.Leaf != "kernel" && t.Leaf != "W" || len(t.Shape) != 4 {
		return raw
	}
	each, within := t.Shape[2]*t.Shape[3], len(raw) // bytes of a place of the window, and of all places
	switch t.Axes {
	case weightfile.HWIO, weightfile.HWOI:
		each *= t.Type.Size()
	case weightfile.OIHW:
		each, within = t.Type.Size(), each*t.Type.Size()
	default:
		return raw
	}
	out := make([]byte, 0, len(raw))
	for ; len(raw) > 0; raw = raw[within:] {
		for at := within - each; at >= 0; at -= each {
			out = append(out, raw[at:at+each]...)
		}
	}
	return out
}

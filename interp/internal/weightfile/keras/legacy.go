package keras

import (
	"fmt"
	"strconv"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/hdf5"
	"cnnlang/interp/internal/weightfile/topology"
)

type attributes = map[string]hdf5.Attribute

// whole reads a model: its layers and their weights.
func (f *file) whole(root, weights *hdf5.Object, of attributes) error {
	config, err := text(of, "model_config")
	if err != nil {
		return err
	}
	if config != "" {
		if f.model, err = topology.Parse(f.In, []byte(config), "the attribute model_config"); err != nil {
			return err
		}
	}
	f.Said.Key = "model_weights"
	inner, err := weights.Attributes()
	if err != nil {
		return err
	}
	if err := f.legacy(root, weights, inner, "HDF5 model"); err != nil {
		return err
	}
	if _, ok := of["training_config"]; ok {
		f.Said.Beside = append(f.Said.Beside, "training_config")
	}
	return f.beside(root, "model_weights")
}

// legacy reads the weights of a group with layer_names.
func (f *file) legacy(root, group *hdf5.Object, of attributes, form string) error {
	if err := f.origin(root, of, form); err != nil {
		return err
	}
	layers, err := list(group, of, "layer_names")
	if err != nil {
		return err
	}
	const top = "top_level_model_weights" // variables of the model itself
	if extra, err := group.Child(top); err != nil {
		return err
	} else if extra != nil {
		layers = append(layers, top)
	}
	first := map[string]bool{top: true}
	for _, name := range layers {
		head, _, _ := strings.Cut(name, "/")
		first[head] = true
		if err := f.layer(group, name); err != nil {
			return err
		}
	}
	if group != root {
		return nil
	}
	links, err := root.Links()
	for _, l := range links {
		if !first[l.Name] {
			f.Said.Beside = append(f.Said.Beside, l.Name)
		}
	}
	return err
}

// layer reads the weights of one layer.
func (f *file) layer(group *hdf5.Object, name string) error {
	o, err := group.Child(name)
	if err != nil {
		return err
	}
	if o == nil {
		return group.Corrupt("has no group for the layer %s that it lists; the file is damaged, save the weights again", weightfile.Shown(name))
	}
	of, err := o.Attributes()
	if err != nil {
		return err
	}
	weights, err := list(o, of, "weight_names")
	if err != nil {
		return err
	}
	for _, weight := range weights {
		data, err := o.Child(weight)
		if err != nil {
			return err
		}
		if data == nil || !data.IsDataset() {
			return o.Corrupt("has no dataset for the weight %s that it lists; the file is damaged, save the weights again", weightfile.Shown(weight))
		}
		d, err := data.Dataset()
		if err != nil {
			return err
		}
		t := weightfile.Tensor{Name: weight}
		if _, taken := f.index[weight]; taken { // in another layer, whose variables are called alike
			t.Name = name + "/" + weight
		}
		f.explain(&t, name, weight, len(d.Shape))
		if err := f.add(t, d); err != nil {
			return err
		}
	}
	return nil
}

// explain says what a tensor is, by its name and the group of its layer.
func (f *file) explain(t *weightfile.Tensor, group, weight string, rank int) {
	base, number, _ := strings.Cut(weight, ":")
	if _, err := strconv.Atoi(number); number != "" && err != nil {
		base = weight
	}
	owner, leaf := group, base
	if at := strings.LastIndexByte(base, '/'); at >= 0 {
		owner, leaf = base[:at], base[at+1:]
	} else if rest, ok := strings.CutPrefix(base, group+"_"); ok { // Keras 1: conv1_W
		leaf = rest
	}
	t.Leaf = leaf
	// TensorFlow numbers names that a graph has already: kernel_1.
	if at := strings.LastIndexByte(leaf, '_'); at > 0 {
		if _, err := strconv.Atoi(leaf[at+1:]); err == nil {
			t.Leaf = leaf[:at]
		}
	}
	last := owner[strings.LastIndexByte(owner, '/')+1:]
	for _, name := range []string{owner, last, group} {
		if l := f.model.Find(name); l != nil {
			t.Layer, t.Axes = name, topology.Axes(l, t.Leaf, rank)
			return
		}
	}
	t.Layer = owner
	t.Axes = topology.AxesOf("", owner, t.Leaf, rank, false)
}

// origin says which program wrote the file.
func (f *file) origin(root *hdf5.Object, of attributes, form string) error {
	all, err := root.Attributes()
	if err != nil {
		return err
	}
	said := map[string]string{}
	for _, key := range []string{"keras_version", "backend"} {
		for _, from := range []attributes{of, all} {
			if said[key] != "" {
				break
			}
			if said[key], err = text(from, key); err != nil {
				return err
			}
		}
	}
	if said["keras_version"] != "" {
		form += ", Keras " + weightfile.Shown(said["keras_version"])
	}
	f.Said.Format = fmt.Sprintf("Keras (%s)", form)
	if said["backend"] == "theano" {
		f.flipped = true
		f.Said.Notes = append(f.Said.Notes, "flipped the kernels of convolutions, as Keras does with weights that were saved with Theano")
	}
	return nil
}

// text is an attribute that is one text, "" if there is none.
func text(of attributes, name string) (string, error) {
	a, ok := of[name]
	if !ok {
		return "", nil
	}
	texts, err := a.Texts()
	return strings.Join(texts, ""), err
}

// list is an attribute that is a list of texts, or those that it was cut into.
func list(o *hdf5.Object, of attributes, name string) ([]string, error) {
	if a, ok := of[name]; ok {
		return a.Texts()
	}
	var all []string
	for i := 0; ; i++ {
		a, ok := of[name+strconv.Itoa(i)]
		if !ok && i == 0 {
			return nil, o.Corrupt("has no attribute %s, want the names of what it holds; the file is damaged, save the weights again", name)
		}
		if !ok {
			return all, nil
		}
		texts, err := a.Texts()
		if err != nil {
			return nil, err
		}
		all = append(all, texts...)
	}
}

package keras

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/hdf5"
	"cnnlang/interp/internal/weightfile/topology"
)

// older is what Keras within TensorFlow 2.13 to 2.15 calls the group of layers.
const older = "_layer_checkpoint_dependencies"

// named reads the weights of Keras 3, where a group is named by the class of its layer and a
// number, and weights have numbers alone. What the layer is called is in the list of layers
// beside the file (.keras), in an attribute of newer versions, or nowhere: then its class and
// number are its name.
//
// Shards have the same groups, each those of its variables.
func (f *file) named(form string, roots ...*hdf5.Object) error {
	f.Said.Format = fmt.Sprintf("Keras (%s)", form)
	groups, place := map[string]*topology.Layer{}, map[string]int{}
	number(f.model, "", func(path string, l *topology.Layer) {
		groups[path], place[path] = l, len(place)+1
	})
	type variable struct {
		number int
		data   *hdf5.Object
	}
	found, within := map[string][]variable{}, map[string]*hdf5.Object{}
	var order []string
	beside := map[string]bool{}
	visit := func(root *hdf5.Object, path string, o *hdf5.Object) error {
		layer, n, _ := cutLast(path, "/vars/")
		i, err := strconv.Atoi(n)
		top, _, _ := strings.Cut(path, "/")
		switch {
		case top == "optimizer" || err != nil:
			beside[top] = true
		case strings.HasSuffix(layer, "seed_generator") || strings.HasSuffix(layer, "seed_generator/seed_generator_state"):
			beside["the state of random generators"] = true
		default:
			if found[layer] == nil {
				order, within[layer] = append(order, layer), root
			}
			found[layer] = append(found[layer], variable{i, o})
		}
		return nil
	}
	for _, root := range roots {
		if err := f.datasets(root, func(path string, o *hdf5.Object) error { return visit(root, path, o) }); err != nil {
			return err
		}
	}
	f.Said.Beside = slices.Sorted(maps.Keys(beside))
	at := func(path string) int { return place[strings.ReplaceAll(path, older, "layers")] }
	slices.SortStableFunc(order, func(a, b string) int { return at(a) - at(b) })
	for _, path := range order {
		variables := found[path]
		slices.SortFunc(variables, func(a, b variable) int { return a.number - b.number })
		l, name, err := f.called(within[path], path, groups)
		if err != nil {
			return err
		}
		leaves := leavesOf(l, path, len(variables))
		for i, v := range variables {
			d, err := v.data.Dataset()
			if err != nil {
				return err
			}
			if err := bfloat16(v.data, d); err != nil {
				return err
			}
			leaf := strconv.Itoa(v.number)
			if leaves != nil {
				leaf = leaves[i]
			}
			t := weightfile.Tensor{Name: name + "/" + leaf, Layer: name, Leaf: leaf}
			t.Axes = topology.AxesOf(classOf(l, path), name, leaf, len(d.Shape), false)
			if err := f.add(t, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// bfloat16 recognises numbers of this type, which HDF5 does not have: opaque bytes, with an
// attribute that says so.
func bfloat16(o *hdf5.Object, d *hdf5.Dataset) error {
	if d.Type != "" {
		return nil
	}
	of, err := o.Attributes()
	if err != nil {
		return err
	}
	if kind, err := text(of, "dtype"); kind != "bfloat16" || err != nil {
		return err
	}
	d.Take(weightfile.BF16)
	return nil
}

// cutLast cuts a text at the last place of a separator.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// number finds for the layers of a model the paths of their groups: the class in lower case, and
// from the second layer of a class on its number.
func number(m *topology.Model, prefix string, found func(path string, l *topology.Layer)) {
	if m == nil {
		return
	}
	counts := map[string]int{}
	for _, l := range m.Layers {
		class := snake(l.Kind)
		path := prefix + "layers/" + class
		if n := counts[class]; n > 0 {
			path += "_" + strconv.Itoa(n)
		}
		counts[class]++
		found(path, l)
		number(l.Model, path+"/", found)
	}
}

var (
	counted = regexp.MustCompile("_[0-9]+$")
	word    = regexp.MustCompile("(.)([A-Z][a-z]+)")
	letter  = regexp.MustCompile("([a-z])([A-Z])")
)

// snake writes a class as Keras names groups: depthwise_conv2d.
func snake(class string) string {
	return strings.ToLower(letter.ReplaceAllString(word.ReplaceAllString(class, "${1}_$2"), "${1}_$2"))
}

// called is the layer of a group, nil if it is not known, and its name.
func (f *file) called(root *hdf5.Object, path string, groups map[string]*topology.Layer) (*topology.Layer, string, error) {
	if l := groups[strings.ReplaceAll(path, older, "layers")]; l != nil && l.Name != "" {
		return l, l.Name, nil
	}
	for _, p := range []string{path, path + "/vars"} {
		o, err := root.Child(p)
		if err != nil || o == nil {
			return nil, "", err
		}
		of, err := o.Attributes()
		if err != nil {
			return nil, "", err
		}
		if name, err := text(of, "name"); name != "" || err != nil {
			return f.model.Find(name), name, err
		}
	}
	path = strings.TrimPrefix(strings.ReplaceAll(path, older, "layers"), "layers/")
	return nil, strings.ReplaceAll(path, "/layers/", "/"), nil
}

// classOf is the class of a layer, which its group's name says where nothing else does.
func classOf(l *topology.Layer, path string) string {
	if l != nil {
		return l.Kind
	}
	group := counted.ReplaceAllString(path[strings.LastIndexByte(path, '/')+1:], "")
	for _, class := range []string{"Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose", "Dense", "BatchNormalization", "LayerNormalization"} {
		if snake(class) == group {
			return class
		}
	}
	return "unknown"
}

// leavesOf are the names of a layer's variables, in their order; nil where they cannot be told.
// A depthwise convolution's is called as in Keras 2.
func leavesOf(l *topology.Layer, path string, n int) []string {
	var all []string
	switch classOf(l, path) {
	case "Conv2D", "Conv2DTranspose", "Dense":
		all = []string{"kernel", "bias"}
	case "DepthwiseConv2D":
		all = []string{"depthwise_kernel", "bias"}
	case "SeparableConv2D":
		all = []string{"depthwise_kernel", "pointwise_kernel", "bias"}
	case "BatchNormalization":
		all = []string{"gamma", "beta", "moving_mean", "moving_variance"}
	case "LayerNormalization":
		all = []string{"gamma", "beta"}
	}
	without := map[string]string{"scale": "gamma", "center": "beta", "bias": "bias"}
	if l != nil {
		for _, setting := range l.Without {
			all = slices.DeleteFunc(all, func(leaf string) bool { return leaf == without[setting] })
		}
	} else if len(all) == n+1 && all[n] == "bias" {
		all = all[:n]
	}
	if len(all) != n {
		return nil
	}
	return all
}

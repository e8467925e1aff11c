package torch

import (
	"iter"
	"strconv"
	"strings"

	"cnnlang/interp/internal/weightfile/pickle"
)

// What the values of a pickle hold, whatever their classes do.

// children are the contents of a container by name: the keys of a dictionary, the places of
// a list, the attributes of an object.
func children(v pickle.Value) iter.Seq2[string, pickle.Value] {
	return func(yield func(string, pickle.Value) bool) {
		switch v := v.(type) {
		case *pickle.Dict:
			eachEntry(v, yield)
		case *pickle.List:
			eachItem(v.Items, yield)
		case *pickle.Tuple:
			eachItem(v.Items, yield)
		case *pickle.Object:
			if d, ok := v.State.(*pickle.Dict); ok {
				if !eachEntry(d, yield) {
					return
				}
			} else if v.State != nil && !yield("state", v.State) {
				return
			}
			_ = eachEntry(&v.Items, yield) && eachItem(v.List, yield) && eachItem(v.Args, yield)
		}
	}
}

func eachEntry(d *pickle.Dict, yield func(string, pickle.Value) bool) bool {
	for _, e := range d.Entries() {
		key, ok := keyName(e.Key)
		if ok && !yield(key, e.Value) {
			return false
		}
	}
	return true
}

// keyName is a key as a name: a text, or a number as in the state of an optimizer.
func keyName(key pickle.Value) (string, bool) {
	switch key := key.(type) {
	case string:
		return key, true
	case int64:
		return strconv.FormatInt(key, 10), true
	}
	return "", false
}

func eachItem(items []pickle.Value, yield func(string, pickle.Value) bool) bool {
	for i, item := range items {
		if !yield(strconv.Itoa(i), item) {
			return false
		}
	}
	return true
}

// isContainer reports whether children may have something.
func isContainer(v pickle.Value) bool {
	switch v.(type) {
	case *pickle.Dict, *pickle.List, *pickle.Tuple, *pickle.Object:
		return true
	}
	return false
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// isModule recognises an object of nn.Module by its state.
func isModule(v pickle.Value) bool {
	return dictOf(v, "_parameters") != nil && dictOf(v, "_modules") != nil
}

// isScript recognises a module of TorchScript by the name of its class.
func isScript(v pickle.Value) bool {
	o, ok := v.(*pickle.Object)
	return ok && (o.Class.Module == "__torch__" || strings.HasPrefix(o.Class.Module, "__torch__."))
}

// isOptimizer recognises the state of an optimizer, whose tensors are no weights.
func isOptimizer(v pickle.Value) bool {
	d, ok := v.(*pickle.Dict)
	if !ok {
		return false
	}
	_, state := d.Get("state")
	_, groups := d.Get("param_groups")
	return state && groups
}

// dictOf is an attribute of an object that is a dictionary, or nil.
func dictOf(v pickle.Value, attribute string) *pickle.Dict {
	o, ok := v.(*pickle.Object)
	if !ok {
		return nil
	}
	state, ok := o.State.(*pickle.Dict)
	if !ok {
		return nil
	}
	held, _ := state.Get(attribute)
	d, _ := held.(*pickle.Dict)
	return d
}

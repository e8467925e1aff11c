package torch

import (
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/pickle"
)

// classes are the names of classes that a checkpoint has beside its weights, or in what it holds
// about them (`meta`, `hyper_parameters`, `args`).
func classes(root pickle.Value) (found weightfile.Classes) {
	for key, v := range children(root) {
		offer(&found, key, v)
	}
	for _, v := range children(root) {
		if _, isTensor := v.(*view); isTensor || isModule(v) || isOptimizer(v) {
			continue
		}
		for key, v := range children(v) {
			offer(&found, key, v)
		}
	}
	return found
}

// offer takes a value if it is a list of texts, texts by index, or indices by text.
func offer(found *weightfile.Classes, key string, v pickle.Value) {
	key = strings.ToLower(key) // CLASSES
	if !found.Wants(key) {
		return
	}
	if names := namesOf(v); names != nil {
		found.Names, found.Key = names, key
	}
}

// namesOf is nil for what is no list of names.
func namesOf(v pickle.Value) []string {
	switch v := v.(type) {
	case *pickle.List:
		return textsOf(v.Items)
	case *pickle.Tuple:
		return textsOf(v.Items)
	case *pickle.Dict:
		return byIndex(v.Entries())
	}
	return nil
}

func textsOf(items []pickle.Value) (names []string) {
	for _, item := range items {
		name, ok := item.(string)
		if !ok || name == "" {
			return nil
		}
		names = append(names, name)
	}
	return names
}

func byIndex(entries []pickle.Entry) []string {
	names := make([]string, len(entries))
	for _, e := range entries {
		name, ok := e.Key.(string)
		index := e.Value
		if !ok {
			index = e.Key
			name, ok = e.Value.(string)
		}
		n, isIndex := index.(int64)
		if !ok || !isIndex || name == "" || n < 0 || n >= int64(len(names)) || names[n] != "" {
			return nil
		}
		names[n] = name
	}
	if len(names) == 0 {
		return nil
	}
	return names
}

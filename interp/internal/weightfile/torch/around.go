package torch

import (
	"fmt"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/pickle"
)

// What is around the tensors of a checkpoint: what was not taken, the way along a key, and
// what a file holds that has no tensors.

// others names what else holds tensors, but for counters.
func others(all []candidate, chosen string) []string {
	var names []string
	for _, c := range all {
		if c.path != chosen && c.path != "" && c.rank() <= len(keys)+1 && len(names) <= 10 {
			names = append(names, fmt.Sprintf("%s (%d)", c.shown(), c.tensors))
		}
	}
	return names
}

// beside lists the keys that were not taken, at each level on the way to what was.
func beside(root pickle.Value, chosen candidate) []string {
	const most = 64
	var names []string
	v, path := root, ""
	for {
		next, taken := pickle.Value(nil), ""
		for key, child := range children(v) {
			at := join(path, key)
			_, isTensor := child.(*view)
			switch {
			case at == chosen.path || strings.HasPrefix(chosen.path, at+"."):
				next, taken = child, at
			case v == chosen.value && (isTensor || isModule(v) || isScript(v)):
			case len(names) < most:
				names = append(names, at)
			}
		}
		if taken == "" || v == chosen.value {
			return names
		}
		v, path = next, taken
	}
}

// follow goes along a path of keys, each of which may hold dots itself.
func follow(in weightfile.Input, root pickle.Value, path string) (pickle.Value, error) {
	v, rest := root, path
	for rest != "" {
		best, next := "", pickle.Value(nil)
		var there []string
		for key, child := range children(v) {
			if len(there) < 11 {
				there = append(there, weightfile.Shown(key))
			}
			if (key == rest || strings.HasPrefix(rest, key+".")) && len(key) > len(best) {
				best, next = key, child
			}
		}
		if best == "" {
			at := "the outermost value"
			if rest != path {
				at = weightfile.Shown(strings.TrimSuffix(path[:len(path)-len(rest)], "."))
			}
			return nil, in.Corrupt("", "has no %s: %s holds %s", weightfile.Shown(path), at, orNothing(listed(there)))
		}
		v, rest = next, strings.TrimPrefix(strings.TrimPrefix(rest, best), ".")
	}
	return v, nil
}

func orNothing(names string) string {
	if names == "" {
		return "nothing with a name"
	}
	return names
}

const save = "save the state dict in the program that wrote the file: torch.save(model.state_dict(), FILE)"

// nothing says what a value is that has no tensors.
func nothing(root pickle.Value) string {
	var names []string
	class := ""
	for key, v := range children(root) {
		names = append(names, weightfile.Shown(key))
		if o, ok := v.(*pickle.Object); ok && class == "" {
			class = o.Class.String()
		}
	}
	if o, ok := root.(*pickle.Object); ok {
		class = o.Class.String()
	}
	if class != "" {
		return fmt.Sprintf("holds no tensors that can be read without the class %s; %s", weightfile.Shown(class), save)
	}
	if _, keyed := root.(*pickle.Dict); !keyed || len(names) == 0 {
		return fmt.Sprintf("holds no tensors but %s; %s", pickle.Describe(root), save)
	}
	return fmt.Sprintf("holds no tensors but %s; %s", listed(names), save)
}

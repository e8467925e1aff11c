package torch

import (
	"slices"
	"strings"
	"unicode/utf8"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/pickle"
)

// What a lister may do. A module may hold itself, or one that many others hold as well.
const (
	maxNesting  = 64
	maxLooks    = 1 << 20
	longestName = 1024
)

// A lister lists the tensors of a value.
type lister struct {
	in      weightfile.Input
	quiet   bool // to count only: what is wrong is told when it is listed
	tensors []named
	looks   *int // so far
	seen    map[string]bool
	notes   []string
}

// list lists the tensors in a value that was found at a path: those directly in it, all of a
// module, or, where there are none directly in it, those of the containers in it.
func (l *lister) list(v pickle.Value, path string) error {
	switch {
	case isModule(v):
		l.notes = append(l.notes, "a whole pickled module: names are composed as its state_dict() does, code is not run")
		if err := l.module("", v, 0); err != nil {
			return err
		}
	case isScript(v):
		l.notes = append(l.notes, "a TorchScript module: names are those of its attributes, code is not read")
		if err := l.nested("", v, 0); err != nil {
			return err
		}
	default:
		if t, ok := v.(*view); ok {
			return l.add(path[strings.LastIndexByte(path, '.')+1:], t)
		}
		for key, child := range children(v) {
			if t, ok := child.(*view); ok {
				if err := l.add(key, t); err != nil {
					return err
				}
			}
		}
		if len(l.tensors) == 0 {
			if err := l.nested("", v, 0); err != nil {
				return err
			}
		}
	}
	if len(l.tensors) == 0 && !l.quiet {
		return l.in.Corrupt("", "%s holds no tensors: it is %s", candidate{path: path}.shown(), pickle.Describe(v))
	}
	return nil
}

// add lists one tensor.
func (l *lister) add(name string, v *view) error {
	if len(l.tensors) == l.in.Limits.MaxTensors() {
		return l.in.TooMany()
	}
	if name == "" {
		name = "tensor"
	}
	if !utf8.ValidString(name) && !l.quiet {
		return l.in.Corrupt(name, "its name is not valid UTF-8; save it under another name")
	}
	if l.seen[name] && !l.quiet {
		return l.in.Corrupt(name, "two tensors have this name; which of them counts cannot be known, save them under names that differ")
	}
	l.seen[name] = true
	if v.damage == "" {
		v.damage = v.check()
	}
	l.tensors = append(l.tensors, named{name, v})
	return nil
}

// look counts what is looked at, and bounds the names.
func (l *lister) look(name string, depth int) error {
	*l.looks++
	switch {
	case len(name) > longestName:
		return l.in.Corrupt("", "a name has more than %d bytes: %s; %s", longestName, weightfile.Shown(name), save)
	case depth > maxNesting:
		return l.in.Corrupt("", "modules nest more than %d deep at %s, or one holds itself; %s", maxNesting, weightfile.Shown(name), save)
	case *l.looks > maxLooks:
		return &weightfile.LimitError{Path: l.in.Path, Limit: "values in modules", Got: maxLooks + 1, Max: maxLooks, Help: save}
	}
	return nil
}

// module lists a module as state_dict() does: its parameters, its buffers, its children.
func (l *lister) module(prefix string, v pickle.Value, depth int) error {
	var passing *pickle.List // buffers that a state dict leaves out
	if o, ok := v.(*pickle.Object); ok {
		if state, ok := o.State.(*pickle.Dict); ok {
			set, _ := state.Get("_non_persistent_buffers_set")
			passing, _ = set.(*pickle.List)
		}
	}
	for _, attribute := range []string{"_parameters", "_buffers", "_modules"} {
		d := dictOf(v, attribute)
		if d == nil {
			continue
		}
		for key, child := range children(d) {
			name := join(prefix, key)
			if err := l.look(name, depth); err != nil {
				return err
			}
			var err error
			switch child := child.(type) {
			case *view:
				if attribute != "_buffers" || !holds(passing, key) {
					err = l.add(name, child)
				}
			case *pickle.Object:
				if attribute == "_modules" && !isModule(child) {
					return l.in.Corrupt("", "%s is %s, whose parameters are not in the file as a plain state; %s", weightfile.Shown(name), pickle.Describe(child), save)
				}
				if attribute == "_modules" {
					err = l.module(name, child, depth+1)
				}
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func holds(l *pickle.List, key string) bool {
	if l == nil || len(l.Items) > 1024 {
		return false
	}
	return slices.Contains(l.Items, pickle.Value(key))
}

// nested lists all tensors below a value, by their paths.
func (l *lister) nested(prefix string, v pickle.Value, depth int) error {
	for key, child := range children(v) {
		name := join(prefix, key)
		if err := l.look(name, depth); err != nil {
			return err
		}
		var err error
		if t, ok := child.(*view); ok {
			err = l.add(name, t)
		} else if isModule(child) {
			err = l.module(name, child, depth+1)
		} else if isContainer(child) {
			err = l.nested(name, child, depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

package torch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/pickle"
)

// A checkpoint holds more than a state dict: numbers, options, the state of an optimizer,
// averaged copies of the weights. This file finds the state dicts in it, at whatever depth
// and under whatever keys, and chooses one.

// found is what was chosen.
type found struct {
	key     string // the path to it, "" for the value itself
	beside  []string
	notes   []string
	tensors []named
}

// A named is a tensor with its name.
type named struct {
	name string
	view *view
}

// everything is the key of the outermost value with all that is in it.
const everything = "."

// find chooses what to list of a value.
func find(in weightfile.Input, root pickle.Value) (*found, error) {
	l := &lister{in: in, seen: map[string]bool{}, looks: new(int)}
	if in.Key == everything {
		err := l.nested("", root, 0)
		if err == nil && len(l.tensors) == 0 {
			err = in.Corrupt("", "%s", nothing(root))
		}
		return &found{tensors: l.tensors}, err
	}
	all, broken := candidates(root)
	chosen := candidate{}
	switch {
	case in.Key != "":
		v, err := follow(in, root, in.Key)
		if err != nil {
			return nil, err
		}
		chosen = candidate{value: v, path: in.Key}
	case len(all) == 0 && broken.value != nil:
		chosen = broken
	case len(all) == 0:
		return nil, in.Corrupt("", "%s", nothing(root))
	default:
		chosen = slices.MinFunc(all, candidate.compare)
	}
	if err := l.list(chosen.value, chosen.path); err != nil {
		return nil, err
	}
	f := &found{key: chosen.path, tensors: l.tensors, notes: l.notes, beside: beside(root, chosen)}
	if others := others(all, chosen.path); len(others) > 0 && in.Key == "" {
		f.notes = append(f.notes, fmt.Sprintf("the tensors of %s were taken, others are in %s: choose with --key", chosen.shown(), listed(others)))
	}
	return f, nil
}

// A candidate is a value that holds tensors under names, or a module.
type candidate struct {
	path     string
	value    pickle.Value
	tensors  int
	elements int64
	most     int64 // the elements of the largest candidate
}

func (c candidate) shown() string {
	if c.path == "" {
		return "the outermost value"
	}
	return weightfile.Shown(c.path)
}

// keys are what checkpoints call the weights, those that are taken first at the front, and
// then the outermost value, which may hold tensors about the training beside them. Other keys
// come after these, and averages ("ema") last.
var keys = []string{"state_dict", "model_state_dict", "model", "net", "network", "module", "weights", "params", "generator", ""}

// rank is the place of a candidate among others.
func (c candidate) rank() int {
	if c.elements < c.most/10 { // a counter or a mean beside the weights
		return len(keys) + 2
	}
	for _, segment := range strings.Split(strings.ToLower(c.path), ".") {
		if slices.Contains(strings.Split(segment, "_"), "ema") {
			return len(keys) + 1
		}
	}
	last := strings.Split(c.path, ".")
	for i := len(last) - 1; i >= 0; i-- {
		if _, err := strconv.Atoi(last[i]); err == nil {
			continue // a place in a list
		}
		if at := slices.Index(keys, last[i]); at >= 0 {
			return at
		}
		break
	}
	return len(keys)
}

// compare orders candidates by rank; of equals the first one in the file is taken.
func (c candidate) compare(other candidate) int { return c.rank() - other.rank() }

// What is looked for: published checkpoints have their state dicts at most three levels
// down, and not many.
const (
	maxDepth      = 16
	maxCandidates = 1024
)

// candidates walks through a value, each container in it once, level by level. Broken is the
// first module that cannot be listed.
func candidates(root pickle.Value) (all []candidate, broken candidate) {
	type place struct {
		value  pickle.Value
		key    string
		parent int
		depth  int
	}
	places := []place{{value: root}}
	path := func(at int) string {
		var keys []string
		for ; at > 0; at = places[at].parent {
			keys = append(keys, places[at].key)
		}
		slices.Reverse(keys)
		return strings.Join(keys, ".")
	}
	seen := map[pickle.Value]bool{root: true}
	looks := 0
	for i := 0; i < len(places) && len(all) < maxCandidates; i++ {
		at := places[i]
		c := candidate{value: at.value}
		sound := c.count(&looks)
		if c.tensors > 0 || !sound && broken.value == nil {
			c.path = path(i)
		}
		switch {
		case len(c.path) > longestName:
		case c.tensors > 0:
			all = append(all, c)
		case !sound && broken.value == nil:
			broken = c
		}
		if isModule(at.value) || isScript(at.value) || isOptimizer(at.value) || at.depth == maxDepth {
			continue // what is in it belongs to it
		}
		for key, v := range children(at.value) {
			if isContainer(v) && !seen[v] && !strings.Contains(strings.ToLower(key), "optim") {
				seen[v] = true
				places = append(places, place{v, key, i, at.depth + 1})
			}
		}
	}
	most := int64(0)
	for _, c := range all {
		most = max(most, c.elements)
	}
	for i := range all {
		all[i].most = most
	}
	return all, broken
}

// count adds up the tensors that are directly in a value, or anywhere in a module, and
// reports whether a module can be listed.
func (c *candidate) count(looks *int) bool {
	l := &lister{quiet: true, seen: map[string]bool{}, looks: looks}
	if _, tensor := c.value.(*view); tensor || isModule(c.value) || isScript(c.value) {
		err := l.list(c.value, "")
		c.add(l.tensors...)
		return err == nil
	}
	for key, v := range children(c.value) {
		if v, ok := v.(*view); ok {
			c.add(named{key, v})
		}
	}
	return true
}

func (c *candidate) add(tensors ...named) {
	for _, t := range tensors {
		n, _ := weightfile.Elements(t.view.shape)
		c.elements += n
	}
	c.tensors += len(tensors)
}

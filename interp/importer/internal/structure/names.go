package structure

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/tree"
)

// name gives the values that are read by name their names.
func (w *emitter) name(n *flat.Net) {
	names := &namer{taken: map[string]bool{}}
	for _, in := range n.Graph.Inputs {
		names.taken[in.Path] = true
	}
	for _, out := range n.Graph.Outputs {
		names.taken[out.Name] = true
	}
	slices.SortStableFunc(w.order, func(a, b *vertex) int { return a.at - b.at })
	for _, v := range w.order {
		step, name := w.made[v.node], v.as
		switch {
		case step == nil: // an input that has a name
			name = named(v.node)
		case name == "":
			name = names.unique(nearest(n, v))
		}
		if rename(w.reads[v], name); step != nil {
			step.As = name
		}
	}
	for _, step := range w.dropped {
		step.As = names.unique("batch")
	}
}

// A namer makes names that differ.
type namer struct {
	taken map[string]bool
	count map[string]int
}

// unique is a name like this one, or t and a number for none.
func (n *namer) unique(base string) string {
	name := base
	for name == "" || n.taken[name] {
		if n.count == nil {
			n.count = map[string]int{"": 0}
		}
		n.count[base]++
		if name = fmt.Sprint("t", n.count[base]); base != "" {
			name = fmt.Sprint(base, "_", n.count[base]+1)
		}
	}
	n.taken[name] = true
	return name
}

func rename(reads []*tree.Read, name string) {
	for _, read := range reads {
		read.Name = name
	}
}

// nearest is a word for a value: the part of the net in which it is made, as the file calls it, "" where
// it calls it nothing.
func nearest(n *flat.Net, v *vertex) string {
	if v.node.Op == nil {
		return "image"
	}
	path, own := pathNear(n, v.node)
	if own { // of a layer rather than of a part
		path = outer(path)
	}
	segments := strings.Split(path, ".")
	for i := len(segments) - 1; i >= 0; i-- {
		if tree.IsWord(segments[i]) {
			return segments[i]
		}
	}
	return ""
}

// mostBack is how many steps before one are asked for their paths.
const mostBack = 4

// pathNear is the path of a node, or one near it: what those of a merge's inputs have in common, or that of
// a step before it. It is its own where it is that of tensors.
func pathNear(n *flat.Net, node *graph.Node) (path string, own bool) {
	for range mostBack {
		switch {
		case node.Op == nil:
			return "", false
		case n.About[node.ID].Scope != "":
			return n.About[node.ID].Scope, false
		case len(node.Params) > 0 && node.Path != "":
			return node.Path, true
		}
		in := inputsOf(node)
		if len(in) > 1 {
			return pathOfMerge(n, in), true
		}
		if len(in) == 0 {
			return "", false
		}
		node = in[0]
	}
	return "", false
}

// pathOfMerge is what the paths near the inputs of a merge have in common, with a last segment that counts
// for nothing.
func pathOfMerge(n *flat.Net, in []*graph.Node) string {
	var all part
	for _, x := range in[:min(len(in), mostBack)] {
		for range mostBack {
			if ins := inputsOf(x); x.Path == "" && len(ins) == 1 {
				x = ins[0]
			}
		}
		if x.Op != nil && x.Path != "" {
			all.path = common(all, part{path: x.Path})
			all.tensors++
		}
	}
	if all.tensors == 1 {
		return outer(all.path)
	}
	return all.path + ".merge"
}

// outer is a path without its last segment, if it has several.
func outer(path string) string {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i]
	}
	return path
}

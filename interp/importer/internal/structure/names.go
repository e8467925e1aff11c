package structure

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/importer/internal/tree"
)

// name gives the values that are read by name their names.
func (w *emitter) name(n *flat.Net) {
	taken := map[string]bool{}
	for _, in := range n.Graph.Inputs {
		taken[in.Path] = true
	}
	for _, out := range n.Graph.Outputs {
		taken[out.Name] = true
	}
	unnamed := 0
	slices.SortStableFunc(w.order, func(a, b *vertex) int { return a.at - b.at })
	for _, v := range w.order {
		step := w.made[v.node]
		switch {
		case step == nil: // an input that has a name
			rename(w.reads[v], named(v.node))
		case v.as != "":
			step.As = v.as
			rename(w.reads[v], v.as)
		default:
			base, name := nearest(n, v), ""
			for i := 1; ; i++ {
				switch {
				case base == "":
					unnamed++
					name = fmt.Sprint("t", unnamed)
				case i == 1:
					name = base
				default:
					name = fmt.Sprint(base, "_", i)
				}
				if !taken[name] {
					break
				}
			}
			step.As, taken[name] = name, true
			rename(w.reads[v], name)
		}
	}
}

func rename(reads []*tree.Read, name string) {
	for _, read := range reads {
		read.Name = name
	}
}

// nearest is a word for a value: the part of the net in which it is made, as the file calls it, "" where
// it calls it nothing.
func nearest(n *flat.Net, v *vertex) string {
	node := v.node
	if node.Op == nil {
		return "image"
	}
	for range 3 {
		path := n.About[node.ID].Scope
		if path == "" {
			path = node.Path
		}
		if word := lastWord(path); word != "" {
			return word
		}
		if in := inputsOf(node); len(in) > 0 && !combines(node) {
			node = in[0]
		}
	}
	return ""
}

// lastWord is the last segment of a path that is a word, but for the last of several, which is that of
// a layer rather than of a part.
func lastWord(path string) string {
	segments := strings.Split(path, ".")
	if len(segments) > 1 {
		segments = segments[:len(segments)-1]
	}
	for i := len(segments) - 1; i >= 0; i-- {
		if tree.IsWord(segments[i]) {
			return segments[i]
		}
	}
	return ""
}

package prove

import (
	"math"
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/lang/ast"
)

// ends are the values that a block takes, or those that it gives. A `repeat` of the signature for which their number
// differs from case to case is one, with the sizes and the index that the text has; where the text does not say how many
// values each has, they are as many as all cases have.
func (k *sketcher) ends(ports []*ast.Port, all [][]held, one func([]held) *graph.Node) (list []*graph.Node) {
	most := math.MaxInt
	for _, values := range all {
		most = min(most, len(values))
	}
	next := make([]int, len(all))
	take := func() (taken []held) { // the next value of every case
		for i, values := range all {
			taken = append(taken, values[next[i]])
			next[i]++
		}
		return taken
	}
	if !differ(all) || !repeatsAlike(ports) {
		for range most {
			list = append(list, one(take()))
		}
		return list
	}
	fixed, repeats := 0, 0
	for _, p := range ports {
		if p.Repeat == nil {
			fixed++
		} else {
			repeats++
		}
	}
	for _, p := range ports {
		if p.Repeat == nil {
			list = append(list, one(take()))
			continue
		}
		var taken []held
		for i, values := range all {
			n := (len(values) - fixed) / repeats
			taken = append(taken, values[next[i]:next[i]+n]...)
			next[i] += n
		}
		n := k.written(p, taken)
		for _, x := range taken {
			k.nodes[x.Node] = n
		}
		list = append(list, n)
	}
	return list
}

// differ reports whether cases have more or fewer values than others.
func differ(all [][]held) bool {
	return slices.ContainsFunc(all, func(values []held) bool { return len(values) != len(all[0]) })
}

// repeatsAlike reports whether there are repeats, and all of them have as many values.
func repeatsAlike(ports []*ast.Port) bool {
	count := ""
	for _, p := range ports {
		if p.Repeat == nil {
			continue
		}
		text := p.Repeat.How + " " + ast.Text(p.Repeat.Count)
		if count != "" && text != count {
			return false
		}
		count = text
	}
	return count != ""
}

// written is what the text says of the values of a repeat, and where it says nothing what all are.
func (k *sketcher) written(p *ast.Port, all []held) *graph.Node {
	n := &graph.Node{Path: "input"}
	if as := p.Shape.As; as != nil && !as.Skips() {
		if n.Path = as.Text; p.Index() != "" {
			n.Path += "[" + p.Index() + "]"
		}
	}
	found := k.shape(all)
	for axis, d := range p.Shape.Sizes {
		if text := written(k.base, d.Size); text != "_" {
			found[axis] = k.asWritten(text)
		}
	}
	n.Sizes = found
	return n
}

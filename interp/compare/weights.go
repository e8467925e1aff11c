package compare

import (
	"cnnlang/interp/graph"
)

// Weights say which tensors of A a network B can load.
type Weights struct {
	Kept    []string    // name and shape are the same
	Renamed [][2]string // the same tensor, called otherwise
	Resized [][2]Tensor // the same name, another shape
	Gone    []Tensor    // of A alone
	New     []Tensor    // of B alone
}

// A Tensor is one of a file of weights.
type Tensor = graph.Param

func (w Weights) same() bool {
	return len(w.Renamed) == 0 && len(w.Resized) == 0 && len(w.Gone) == 0 && len(w.New) == 0
}

// pairTensors notes that tensors correspond, one by one, those of other shapes excepted.
func (c *comparer) pairTensors(x, y []graph.Param) {
	for i := range min(len(x), len(y)) {
		if x[i].Shape.Equal(y[i].Shape) {
			c.paired[x[i].Path] = y[i].Path
		}
	}
}

func tensorsOf(p *graph.Part) (list []graph.Param) {
	graph.Walk([]*graph.Part{p}, func(p *graph.Part) {
		if holds(p) {
			list = append(list, p.Node.Own()...)
		}
	})
	return list
}

// weights sorts the tensors of two graphs: the name decides, and where B has no such name, the place
// in the structure.
func (c *comparer) weights(a, b *graph.Graph) (w Weights) {
	of := map[string]graph.Param{}
	for _, p := range b.Params(true) {
		of[p.Path] = p
	}
	taken := map[string]bool{}
	var left []graph.Param
	for _, p := range a.Params(true) {
		q, found := of[p.Path]
		switch {
		case !found:
			left = append(left, p)
			continue
		case q.Shape.Equal(p.Shape):
			w.Kept = append(w.Kept, p.Path)
		default:
			w.Resized = append(w.Resized, [2]Tensor{p, q})
		}
		taken[p.Path] = true
	}
	for _, p := range left {
		to, paired := c.paired[p.Path]
		if !paired || taken[to] {
			w.Gone = append(w.Gone, p)
			continue
		}
		taken[to] = true
		w.Renamed = append(w.Renamed, [2]string{p.Path, to})
	}
	for _, p := range b.Params(true) {
		if !taken[p.Path] {
			w.New = append(w.New, p)
		}
	}
	return w
}

package structure_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flat"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// anyGraph is a graph without any order in it: operations on any values before, all of one shape, with
// learned tensors, several inputs and outputs, and paths that have nothing to do with where a step is.
func anyGraph(seed uint64, size int) *flat.Net {
	r := rand.New(rand.NewPCG(seed, 7))
	b := flat.Build(fmt.Sprint("any", seed))
	shape := []int{1, 2, 4, 4}
	var values []*graph.Node
	for i := range 1 + r.IntN(2)*r.IntN(2) {
		values = append(values, b.Input([]string{"x", "y"}[i], shape))
	}
	far := r.IntN(3) // how far back values are read
	pick := func() *graph.Node {
		last := len(values) - 1
		switch far {
		case 0:
			return values[r.IntN(len(values))]
		case 1:
			return values[last-min(r.IntN(3), last)]
		}
		return values[last-min(r.IntN(3)*r.IntN(9), last)]
	}
	for len(values) < size {
		values = append(values, anyStep(r, b, pick))
	}
	b.Output("output", values[len(values)-1])
	for i := range r.IntN(2) * r.IntN(4) {
		b.Output(fmt.Sprint("out", i), pick())
	}
	return b.Net()
}

func anyStep(r *rand.Rand, b *flat.Builder, pick func() *graph.Node) *graph.Node {
	path := ""
	for range r.IntN(4) {
		path += "." + []string{"a", "b", "0", "1", "2", "block", "x y"}[r.IntN(7)]
	}
	if path != "" {
		path = path[1:]
	}
	var op ops.Op = &ops.Add{}
	in := []*graph.Node{pick()}
	switch r.IntN(9) {
	case 0:
		op = &ops.BatchNorm{Eps: dim.Ratio(1, 100), Scale: true, Shift: true}
	case 1, 2:
		op = ops.ReLU.Op()
	case 3:
		op = &ops.Learned{Shape: dim.Shaped(2, 4, 4)}
	case 4:
		op, in = &ops.Mul{}, append(in, pick())
	default:
		for range r.IntN(4) {
			in = append(in, pick())
		}
	}
	about := flat.About{}
	if r.IntN(2) == 0 {
		about.Scope = path
	}
	n, err := b.Op(path, op, about, in...)
	if err != nil {
		panic(err)
	}
	return n
}

func TestAnyGraphs(t *testing.T) {
	count := uint64(3000)
	if testing.Short() {
		count = 300
	}
	for seed := range count {
		recovered(t, anyGraph(seed, int(3+seed%50)))
	}
}

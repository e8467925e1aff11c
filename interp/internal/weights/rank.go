package weights

import (
	"slices"

	"cnnlang/interp/graph"
	"cnnlang/ops/tensor"
)

// A Census counts the tensors of a file by names and shapes, to find among many nets those
// that are worth comparing with it.
type Census struct {
	numbers int64 // of a file whose numbers have no names, else 0
	tensors int
	named   map[string]tensor.Shape
	shaped  map[string]int
}

// CensusOf counts the tensors of a file, without counters of training.
func CensusOf(store Store) Census {
	c := Census{named: map[string]tensor.Shape{}, shaped: map[string]int{}}
	c.numbers, _ = Numbers(store)
	for _, e := range store.Entries() {
		if !IsCounter(e.Name) {
			c.tensors++
			c.named[e.Name] = e.Shape
			c.shaped[axes(e.Shape)]++
		}
	}
	return c
}

// axes is a shape without its axes of size 1, in order, so that neither missing axes nor
// transposed ones make a difference.
func axes(shape tensor.Shape) string {
	sizes := slices.DeleteFunc(slices.Clone(shape), func(n int) bool { return n == 1 })
	slices.Sort(sizes)
	return sizes.String()
}

// Distance is the share of the tensors of both that have no counterpart of the same shape in
// the other, and the share of the net's names that are not in the file. Where nothing has a name
// it is the share of numbers that one of them has more.
func (c Census) Distance(required []graph.Param) (shapes, names float64) {
	wanted, missing, common := map[string]int{}, 0, 0
	numbers := int64(0)
	for _, p := range required {
		numbers += int64(p.Shape.Elements())
		wanted[axes(p.Shape)]++
		if _, ok := c.named[p.Path]; !ok {
			missing++
		}
	}
	for shape, n := range wanted {
		common += min(n, c.shaped[shape])
	}
	if c.numbers > 0 {
		return float64(max(numbers-c.numbers, c.numbers-numbers)) / float64(max(numbers, c.numbers)), 1
	}
	all := max(1, c.tensors+len(required))
	return float64(all-2*common) / float64(all), float64(missing) / float64(max(1, len(required)))
}

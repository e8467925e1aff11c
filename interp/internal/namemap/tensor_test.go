package namemap

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Data are moved as the axes say: compared with indices counted one by one, for shapes with
// axes of one element and longer than a run.
func TestTensorMovesAsTheAxesSay(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	moved := 0
	for range 300 {
		view := make([]int, 1+random.IntN(4))
		n := 1
		for i := range view {
			view[i] = []int{1, 2, 3, 5, 70}[random.IntN(5)]
			n *= view[i]
		}
		if n > 100_000 {
			continue
		}
		perm := random.Perm(len(view))
		var x Tensor
		x.lie(view, perm)
		shape := permuted(view, perm)
		data := make([]float32, n)
		for i := range data {
			data[i] = float32(i)
		}
		net := x.ToNet(data)
		if x.Moves() {
			moved++
		}
		index := make([]int, len(view))
		for at := range n { // in the net's order
			file := 0
			for i, axis := range perm {
				file = file*shape[i] + index[axis]
			}
			if net[at] != data[file] {
				t.Fatalf("%v by %v: element %v is %v, want %v", view, perm, index, net[at], data[file])
			}
			for axis := len(view) - 1; axis >= 0; axis-- {
				if index[axis]++; index[axis] < view[axis] {
					break
				}
				index[axis] = 0
			}
		}
		if !slices.Equal(x.ToFile(net), data) {
			t.Fatalf("%v by %v: there and back gives other data", view, perm)
		}
	}
	if moved < 50 {
		t.Errorf("only %d tensors move", moved)
	}
}

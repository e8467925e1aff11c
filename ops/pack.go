package ops

import (
	"sync"

	"cnnlang/ops/tensor"
)

// PackVersion changes whenever an op packs the same parameters in another way, so
// that nobody uses what an earlier version of the program packed.
const PackVersion = 2

// A Packer is an op that lays its parameters out anew, in the order in which it
// computes with them.
type Packer interface {
	Op
	// PackedIn returns the same op, whose Prepare gets the memory for what it
	// packs from m, and reads no parameter before m has it filled.
	PackedIn(m Memory) Op
}

// A Memory is where ops keep what they pack.
type Memory interface {
	// Floats returns memory for n float32. Somebody calls fill on it before the
	// op computes: at once, or later, or an earlier process did. Two calls of
	// fill may run at the same time.
	Floats(n int, fill func(dst []float32)) []float32
}

// heap is the Memory of ops that were given none.
type heap struct{}

// Floats fills at once.
func (heap) Floats(n int, fill func(dst []float32)) []float32 {
	dst := make([]float32, n)
	fill(dst)
	return dst
}

// A packing is an op's memory and its parameters folded with those of its norm,
// which happens when the first is packed.
type packing struct {
	Memory
	folded func() *filters
	out    int
}

func newPacking(m Memory, params []tensor.Tensor, out int, bias bool, e Epilogue) *packing {
	if m == nil {
		m = heap{}
	}
	return &packing{m, sync.OnceValue(func() *filters { return fold(params, out, bias, e) }), out}
}

// at returns the weight at index i, which belongs to output channel o.
func (p *packing) at(i, o int) float32 { return p.folded().at(i, o) }

// biases packs the bias of each output channel and zeros up to n.
func (p *packing) biases(n int) []float32 {
	return p.Floats(n, func(dst []float32) { copy(dst, p.folded().bias) })
}

// rows packs the weight as out rows of equal length.
func (p *packing) rows(each int) []float32 {
	return p.Floats(p.out*each, func(dst []float32) {
		f := p.folded()
		for i := range dst {
			dst[i] = f.at(i, i/each)
		}
	})
}

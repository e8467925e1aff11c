package task

import (
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// An Algorithm is one way to run an instruction at one size.
type Algorithm struct {
	Name string // among those of the same instruction
	// Precision is what it multiplies with; results are stored as Out says.
	Precision layout.Precision
	// In are the layouts that it wants its inputs in, of which more halo will do, and Out
	// is that of its result, which may be given a halo.
	In  []layout.Layout
	Out layout.Layout
	// Leads says that it is so much faster that plain inputs should be converted.
	Leads bool
	// Wide says, of a result of bfloat16, that it may as well be blocks of float32.
	Wide bool
	// Means says that it writes the means of its result's channels where Layout.Means
	// of the result asks for them.
	Means bool
	// Packs says that it lays its parameters out anew, in memory of the caller's, and reads
	// none of them before that is filled.
	Packs bool
	// Alias says that the result is the memory of the input, perhaps with another shape:
	// given out over that memory, Bind has no tasks; otherwise it copies.
	Alias bool
	// Overwrites are the inputs whose memory the result may be, where their shapes are the
	// same; -1 is the last. The result must not overlap any other.
	Overwrites []int
	// Time is how many ns one core takes, about, where the parameters come from beyond its
	// caches and values are in them; 0 where nobody chooses.
	Time int
	// Prepare packs the parameters, in the order of ops.Op.Params, for values in layouts
	// that cover In and Out. It keeps none of their memory.
	Prepare func(in []layout.Value, out layout.Value, params []tensor.Tensor, m Memory) *Prepared
}

// A Memory is where algorithms keep what they pack.
type Memory interface {
	// Floats returns memory for n float32. Somebody calls fill on it before the
	// instruction runs: at once, or later, or an earlier process did. Two calls of
	// fill may run at the same time.
	Floats(n int, fill func(dst []float32)) []float32
}

// Heap is the Memory that is filled at once.
type Heap struct{}

// Floats fills at once.
func (Heap) Floats(n int, fill func(dst []float32)) []float32 {
	dst := make([]float32, n)
	fill(dst)
	return dst
}

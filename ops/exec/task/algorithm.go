package task

import (
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/tensor"
)

// An Algorithm is one way to run an instruction at one size.
type Algorithm struct {
	Name string // unique for the instruction
	// of its products; results are stored as Out says
	Precision layout.Precision
	// In are the layouts that it wants for its inputs, which may have more halo, and Out
	// is that of its result, which may be given a halo.
	In  []layout.Layout
	Out layout.Layout
	// Leads says that it is so much faster that converting plain inputs pays.
	Leads bool
	// Wide says that a bfloat16 result may be blocks of float32 instead.
	Wide bool
	// Means says that it can write the means of its result's channels, if Layout.Means of
	// the result asks for them.
	Means bool
	// Packs says that it packs its parameters into a Memory, and reads none of them before
	// that is filled.
	Packs bool
	// Alias says that the result is the memory of the input, perhaps with another shape: if
	// out is that memory, Bind returns no tasks; otherwise they copy.
	Alias bool
	// Overwrites are the inputs that the result may overwrite if their shapes are the same;
	// -1 is the last. The result must not overlap any other.
	Overwrites []int
	// Time is about how many ns one core takes, with values in its caches and parameters
	// beyond them; 0 if there is no choice to make.
	Time int
	// Prepare packs the parameters, in the order of ops.Op.Params, for values in layouts
	// that cover In and Out. It keeps none of their memory.
	Prepare func(in []layout.Value, out layout.Value, params []tensor.Tensor, m Memory) *Prepared
}

// A Memory holds packed parameters.
type Memory interface {
	// Floats returns memory for n float32. fill must have been called on it before the
	// instruction runs: at once, later, or by an earlier process. It may hold anything before, so fill writes
	// all of it. Two calls of fill may run at the same time.
	Floats(n int, fill func(dst []float32)) []float32
}

// In is a memory, or the heap if it is nil.
func In(m Memory) Memory {
	if m == nil {
		return Heap{}
	}
	return m
}

// A Changing memory is filled again when the parameters have changed.
type Changing interface {
	// Before has forget called before that, so that what was remembered of the parameters is computed anew.
	Before(forget func())
}

// Heap is a Memory that is filled at once.
type Heap struct{}

func (Heap) Floats(n int, fill func(dst []float32)) []float32 {
	dst := make([]float32, n)
	fill(dst)
	return dst
}

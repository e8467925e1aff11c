// Package ops is what a network can compute: for every primitive of
// stdlib/prelude.cnn its shape rule, its learned tensors, its cost, and a fast
// way to run it. It knows tensors and nothing of text.
package ops

import (
	"context"

	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// An Op is one primitive with its arguments filled in. Its exported fields are
// the parameters that prelude.cnn declares, in the same order; New fills them.
// An Op does not change after that.
type Op interface {
	// Name is the primitive's name in prelude.cnn.
	Name() string
	// Infer gives the shape of the result for inputs of these shapes. Its error
	// is a *Fault.
	Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error)
	// Params lists the tensors the op owns, in the order of a state dict.
	Params(in []dim.Shape) []Param
	// Cost counts the work on inputs of these shapes.
	Cost(in []dim.Shape, out dim.Shape) Cost
	// Prepare chooses an algorithm for these shapes and packs the parameters,
	// given in the order of Params, once. It keeps none of their memory.
	Prepare(in []tensor.Shape, out tensor.Shape, params []tensor.Tensor) Prepared
}

// A Param is one tensor of an op. Its full name is the path of the step, a dot
// and Leaf.
type Param struct {
	Leaf    string
	Shape   dim.Shape
	Running bool // a statistic kept by training, not a parameter
}

// Cost is work: multiply-accumulates of convolutions and linear layers, and
// floating point operations of everything, two for each multiply-accumulate.
type Cost struct{ MACs, FLOPs dim.Size }

// Prepared is an op with its algorithm chosen and its parameters packed. It is
// read-only and serves any number of sessions.
type Prepared interface {
	// Algorithm names the choice for people, as "gemm-generic-4x8".
	Algorithm() string
	// Scratch is how many float32 a session must lend Bind for this many
	// workers.
	Scratch(workers int) int
	// Bind fixes the memory of one session and returns the work as tasks that
	// run one after another. The contents of out and scratch are undefined
	// before the first task.
	Bind(out tensor.Tensor, in []tensor.Tensor, scratch []float32, workers int) []Task
}

// A Task is work in parts that may run in any order and at the same time. The
// number of parts does not depend on the number of workers, and no result does
// either.
type Task interface {
	Parts() int
	// Do computes one part. No two calls that run at once share a worker, which
	// counts from 0. A part that takes long looks at times whether ctx has ended; what
	// it has not done then it leaves.
	Do(ctx context.Context, part, worker int)
}

// A Fault says what is wrong with an op's inputs or arguments; interp/internal/elab adds
// where in the text and the stable code.
type Fault struct {
	Kind  FaultKind
	Arg   string // the parameter at fault, or ""
	Input int    // the input (branch) at fault, from 0; -1 for none in particular or, of a BadValue, for any
	Axis  int    // the axis at fault, from 0; -1 for none in particular
	Msg   string // one line: got and want
	Help  string // what to write instead, or ""
}

// FaultKind is the class of a Fault.
type FaultKind int

// The kinds, each one stable diagnostic code.
const (
	SizesDiffer  FaultKind = iota // inputs that must agree do not
	WrongRank                     // [N, C] where [N, C, H, W] is needed, or the reverse
	WindowTooBig                  // kernel larger than the padded input
	NotDivisible                  // groups do not divide channels
	BadValue                      // an argument outside its range
	TooLarge                      // a size or element count beyond the limits
)

func (f *Fault) Error() string { return f.Msg }

// Builtins is every primitive, in the order of prelude.cnn. The ops in it have
// no arguments yet: they are what New copies.
var Builtins = []Op{
	&Conv{}, &Deconv{}, &Linear{},
	&BatchNorm{}, &LayerNorm{}, &LRN{}, &L2Normalize{},
	&ReLU{}, &ReLU6{}, &Sigmoid{}, &SiLU{}, &GELU{}, &Softmax{},
	&MaxPool{}, &AvgPool{}, &AvgPoolTo{}, &GlobalAvgPool{},
	&Flatten{}, &Dropout{}, &Identity{},
	&Scale{}, &LayerScale{}, &ChannelAffine{}, &Slice{}, &ChannelShuffle{},
	&Add{}, &Mul{}, &Max{}, &Mean{}, &Concat{},
}

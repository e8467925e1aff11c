// Package ops is what a network can compute: for every primitive of stdlib/prelude.cnn its
// shape rule, its learned tensors and its cost. Package exec runs ops, and package ref
// defines their results. It knows nothing of text.
package ops

import (
	"slices"

	"cnnlang/ops/dim"
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
}

// A Param is one tensor of an op. Its full name is the path of the step, a dot
// and Leaf; the path alone where Leaf is "".
type Param struct {
	Leaf    string
	Shape   dim.Shape
	Running bool // a statistic kept by training, not a parameter
}

// Cost is work: multiply-accumulates of convolutions and linear layers, and
// floating point operations of everything, two for each multiply-accumulate.
type Cost struct{ MACs, FLOPs dim.Size }

// A Fault says what is wrong with an op's inputs or arguments; interp/internal/elab adds
// the place in the text and the code.
type Fault struct {
	Kind  FaultKind
	Arg   string // the parameter at fault, or ""
	Input int    // the input (branch) at fault, from 0; -1 for none in particular
	With  int    // of inputs that differ, the other
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
	WrongCount                    // more or fewer inputs than it takes
	CountDiffers                  // another shape has more or fewer numbers
	BadValue                      // an argument that is wrong whatever the input
	Unfit                         // an argument that is wrong for this input
	TooLarge                      // a size or element count beyond the limits
)

func (f *Fault) Error() string { return f.Msg }

// Builtins is every primitive, in the order of prelude.cnn. These ops have no arguments:
// New copies them.
var Builtins = slices.Concat(
	[]Op{
		&Conv{}, &Deconv{}, &Linear{},
		&BatchNorm{}, &LayerNorm{}, &GroupNorm{}, &InstanceNorm{}, &LRN{}, &L2Normalize{},
	},
	activations(),
	[]Op{
		&Softmax{},
		&MaxPool{}, &AvgPool{}, &AvgPoolTo{}, &GlobalAvgPool{}, &ReduceMean{}, &ReduceMax{},
		&Flatten{}, &Dropout{}, &DropPath{}, &Identity{},
		&Scale{}, &Pow{}, &Learned{}, &ChannelAffine{}, &Slice{}, &ChannelShuffle{}, &PixelShuffle{}, &PixelUnshuffle{}, &Resize{}, &Border{}, &Crop{},
		&Reshape{}, &Permute{},
		&Add{}, &Mul{}, &Max{}, &Mean{}, &Concat{}, &Matmul{},
	},
)

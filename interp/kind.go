package interp

import (
	"fmt"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// An OutputKind is what the numbers of a net's output mean.
type OutputKind string

// The kinds, with the shapes that they may have.
const (
	ClassesOutput OutputKind = "classes" // [N, C]: a score for each class
	VectorOutput  OutputKind = "vector"  // [N, C]: a vector that describes the input, an embedding
	PictureOutput OutputKind = "picture" // [N, 1, H, W] or [N, 3, H, W]: grey or colours
	MaskOutput    OutputKind = "mask"    // [N, C, H, W]: a score for each class at each pixel
	ValuesOutput  OutputKind = "values"  // any: numbers of which no more is known
)

// OutputKinds are all of them.
var OutputKinds = []OutputKind{ClassesOutput, VectorOutput, PictureOutput, MaskOutput, ValuesOutput}

// Fits reports whether an output of a shape can be of the kind.
func (k OutputKind) Fits(shape tensor.Shape) bool {
	switch k {
	case ClassesOutput, VectorOutput:
		return len(shape) == 2
	case PictureOutput:
		return len(shape) == 4 && (shape[1] == 1 || shape[1] == 3)
	case MaskOutput:
		return len(shape) == 4 && shape[1] > 1
	}
	return true
}

// Kind is what Options.As says that the output is, or else what follows from the net's text:
//
//   - Several outputs are values.
//   - Vectors of length 1 are vectors.
//   - Names for its channels, or a softmax at its end, make [N, C] classes and [N, C, H, W] a
//     mask. So does a sigmoid for [N, C], which gives each class a probability of its own.
//   - [N, C] from a linear layer, or from a 1x1 convolution whose result is averaged, is classes
//     where C is more than 1. Any other [N, C] is a vector, as one that is pooled.
//   - The sum of what several convolutions, or several linear layers, give is as from one.
//   - [N, C, H, W] from a convolution, at the height and width of the input, is a mask where C is
//     neither 1 nor 3. With 1 or 3 channels it is a picture, at any size. Any other is values.
func (n *Net) Kind() OutputKind {
	out := n.Graph.Output()
	switch {
	case n.as != "":
		return n.as
	case len(n.Graph.Outputs) > 1:
		return ValuesOutput
	}
	named := len(out.Shape) > 1 && len(n.ownLabels().Names) == out.Shape[1]
	from, averaged := meanings{}.lastStep(out)
	switch {
	case VectorOutput.Fits(out.Shape) && is[*ops.L2Normalize](from.Op):
		return VectorOutput
	case ClassesOutput.Fits(out.Shape):
		if named || scoresClasses(from, averaged) {
			return ClassesOutput
		}
		return VectorOutput
	case MaskOutput.Fits(out.Shape) && (named || ofClasses(from.Op)):
		return MaskOutput
	case PictureOutput.Fits(out.Shape):
		return PictureOutput
	case MaskOutput.Fits(out.Shape) && (is[*ops.Conv](from.Op) || is[*ops.Deconv](from.Op)) && n.atSizeOfInput():
		return MaskOutput
	}
	return ValuesOutput
}

// scoresClasses reports whether the step that an output [N, C] comes from scores classes.
func scoresClasses(from *graph.Node, averaged bool) bool {
	several := len(from.Shape) > 1 && from.Shape[1] > 1
	switch op := from.Op.(type) {
	case *ops.Softmax:
		return several
	case *ops.Activate:
		return op.Activation() == ops.Sigmoid && !averaged
	case *ops.Linear:
		return several
	case *ops.Conv:
		return several && op.K == dim.Pair{H: dim.Int(1), W: dim.Int(1)}
	}
	return false
}

// A meaning is the step that gives a tensor its meaning, and whether its numbers are averaged since.
type meaning struct {
	step     *graph.Node
	averaged bool
}

// meanings are those of sums, each of which is looked at once however many ways lead there.
type meanings map[*graph.Node]meaning

// lastStep is the step that gives the output its meaning. What is behind it moves, scales or
// averages numbers, or adds what steps of its kind give; before a mean, negative ones may be cut off.
func (s meanings) lastStep(from *graph.Node) (step *graph.Node, averaged bool) {
	for {
		switch op := from.Op.(type) {
		case *ops.Flatten, *ops.Dropout, *ops.DropPath, *ops.Identity, *ops.Scale, *ops.Pow, *ops.Resize, *ops.PixelShuffle, *ops.PixelUnshuffle, *ops.Border, *ops.Crop:
		case *ops.GlobalAvgPool, *ops.AvgPool, *ops.AvgPoolTo:
			averaged = true
		case *ops.ReduceMean:
			if op.Reduces(int(dim.Channels)) {
				return from, averaged
			}
			averaged = true
		case *ops.Activate:
			if op.Activation() != ops.ReLU || !averaged {
				return from, averaged
			}
		case *ops.Add:
			of := s.sum(from)
			return of.step, averaged || of.averaged
		default:
			return from, averaged
		}
		from = from.In[0]
	}
}

// sum is the meaning of a sum: the first of those of its terms if all are convolutions or all linear layers, or else
// the sum itself.
func (s meanings) sum(add *graph.Node) meaning {
	if of, known := s[add]; known {
		return of
	}
	s[add] = meaning{step: add}
	var of meaning
	for i, x := range add.In {
		step, averaged := s.lastStep(x)
		if i == 0 {
			of = meaning{step, averaged}
		}
		conv, linear := is[*ops.Conv](step.Op) || is[*ops.Deconv](step.Op), is[*ops.Linear](step.Op)
		if !conv && !linear || linear != is[*ops.Linear](of.step.Op) || averaged != of.averaged {
			return s[add]
		}
	}
	s[add] = of
	return of
}

// atSizeOfInput reports whether the output has a pixel for each of the input.
func (n *Net) atSizeOfInput() bool {
	in, out := n.Graph.Input().Shape, n.Graph.Output().Shape
	return len(in) == 4 && len(out) == 4 && in[2] == out[2] && in[3] == out[3]
}

// givesProbabilities reports whether the numbers of the output are from 0 to 1 by themselves.
func (n *Net) givesProbabilities() bool {
	from := n.Graph.Output()
	for is[*ops.Flatten](from.Op) || is[*ops.Dropout](from.Op) || is[*ops.DropPath](from.Op) || is[*ops.Identity](from.Op) {
		from = from.In[0]
	}
	act, isAct := from.Op.(*ops.Activate)
	return ofClasses(from.Op) || isAct && act.Activation() == ops.Sigmoid
}

// ofClasses reports whether an op is a softmax over the channels.
func ofClasses(op ops.Op) bool {
	softmax, is := op.(*ops.Softmax)
	return is && softmax.Axis == dim.Int(1)
}

func is[T ops.Op](op ops.Op) bool {
	_, ok := op.(T)
	return ok
}

// Classifies reports whether the output is scores of classes.
func (n *Net) Classifies() bool { return n.Kind() == ClassesOutput }

// take has the output taken as Options.As says.
func (n *Net) take(k OutputKind) error {
	switch outputs := len(n.Graph.Outputs); {
	case k != "" && outputs > 1:
		return &OutputError{n.Name, n.Graph.Output().Shape, fmt.Sprintf("is one of %d, and cannot be taken as %s", outputs, k)}
	case k == "" || k.Fits(n.Graph.Output().Shape):
		n.as = k
		return nil
	}
	var can []string
	for _, other := range OutputKinds {
		if other.Fits(n.Graph.Output().Shape) {
			can = append(can, string(other))
		}
	}
	return &OutputError{n.Name, n.Graph.Output().Shape, fmt.Sprintf("cannot be taken as %s; it may be %s", k, strings.Join(can, ", "))}
}

// An OutputError says that the output of a net is not what was asked for.
type OutputError struct {
	Net     string
	Shape   tensor.Shape
	Problem string
}

func (e *OutputError) Error() string {
	return fmt.Sprintf("interp: the output %v of %s %s", e.Shape, e.Net, e.Problem)
}

// Package exec runs ops: it lists for every op the algorithms that can compute it at one
// size and in one layout. Package ops defines the ops; convolutions, which are most of the
// work, have a package of their own, and the innermost loops are in internal/kernel.
package exec

import (
	"fmt"

	"cnnlang/ops"
	"cnnlang/ops/exec/conv"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// PackVersion changes whenever parameters are packed differently, so that numbers packed by
// an earlier version of the program are not used.
const PackVersion = 3

// Algorithms lists how an op may be run at one size, the best first: in the given
// precision, on blocks of float32, and last on plain values, which every op can be.
func Algorithms(op ops.Op, in []tensor.Shape, out tensor.Shape, precision layout.Precision) []task.Algorithm {
	s := size{in, out, precision}
	list := s.gradient(op)
	if list == nil {
		list = algorithms(op, in, out, precision)
	}
	for i := range list {
		list[i].Overwrites = overwrites(op)
	}
	return list
}

func algorithms(op ops.Op, in []tensor.Shape, out tensor.Shape, precision layout.Precision) []task.Algorithm {
	s := size{in, out, precision}
	switch op := op.(type) {
	case *ops.Conv:
		return conv.Algorithms(op, in, out, precision)
	case *ops.Linear:
		return conv.Linear(op, in, out, precision)
	case *ops.Deconv:
		return conv.Deconv(op, in, out, precision)
	case *ops.LinearGradient:
		return conv.LinearGradient(op, in, out, precision)
	case *ops.BatchNorm, *ops.LearnedGate, *ops.ChannelAffine, *ops.PReLU:
		return s.channelwise(op)
	case ops.Grouper:
		return s.groupNormed(op)
	case *ops.LayerNorm:
		return s.layerNormed(op)
	case *ops.Softmax:
		return s.softmaxed(op)
	case *ops.LRN, *ops.L2Normalize:
		return s.plainly(func(_, out layout.Value, _ []tensor.Tensor) *task.Prepared { return prepareNorm(op, out.Shape) })
	case *ops.MaxPool, *ops.AvgPool, *ops.AvgPoolTo, *ops.GlobalAvgPool:
		return s.pooled(op)
	case ops.Reducer:
		return s.reduced(op)
	case *ops.Learned:
		return s.learned()
	case *ops.Reshape:
		return s.reshaped()
	case *ops.Flatten, *ops.Dropout, *ops.DropPath, *ops.Identity:
		list := s.plainly(func(_, out layout.Value, _ []tensor.Tensor) *task.Prepared { return aliased(out.Shape.Elements()) })
		list[0].Alias = true
		return list
	case ops.Activator:
		return s.mapped(op.Name(), rowwise.ActOf(op.Activation()).Apply)
	case *ops.Scale:
		factor := float32(op.S.Float())
		return s.mapped("scale", func(dst, src []float32) { kernel.MulScalar(dst, src, factor) })
	case *ops.Pow:
		p := op.P.Float()
		return s.mapped("pow", func(dst, src []float32) { kernel.Pow(dst, src, p) })
	case *ops.Mul:
		return s.multiplied(op)
	case *ops.Add, *ops.Max:
		return s.merged(op)
	case *ops.Mean: // of plain values alone, so that bfloat16 does not round it
		list := s.merged(op)
		return list[len(list)-1:]
	case *ops.PixelShuffle:
		return s.regrouped(regrouping{from: 1, to: op.R.MustInt()})
	case *ops.PixelUnshuffle:
		return s.regrouped(regrouping{from: op.R.MustInt(), to: 1})
	case *ops.Border:
		return s.shifted(shift{op.By.Top.MustInt(), op.By.Left.MustInt(), op.From})
	case *ops.Crop:
		return s.shifted(shift{-op.By.Top.MustInt(), -op.By.Left.MustInt(), inside})
	case *ops.Resize:
		return s.resized(op)
	case *ops.Matmul:
		return conv.Matmul(in)
	case *ops.Permute:
		return s.permuted(op)
	case *ops.Concat, *ops.Slice, *ops.ChannelShuffle:
		return s.moved(op)
	}
	panic(fmt.Sprintf("exec: nothing runs %s", op.Name()))
}

// overwrites lists the inputs that the result of an op may overwrite; -1 is the last.
func overwrites(op ops.Op) (list []int) {
	if fuser, ok := op.(ops.Fuser); ok && fuser.Epilogue().Add {
		list = append(list, -1)
	}
	switch op := op.(type) {
	case *ops.ByInput:
		return overwritesGradient(op.Of)
	case *ops.ByResult:
		return overwritesGradient(op.Of)
	case ops.Activator, *ops.BatchGradient, *ops.BatchNorm, *ops.LayerNorm, ops.Grouper, *ops.L2Normalize, *ops.Softmax, *ops.Scale, *ops.Pow, *ops.LearnedGate, *ops.ChannelAffine,
		*ops.Add, *ops.Mul, *ops.Max, *ops.Mean:
		list = append(list, 0)
	}
	return list
}

// overwritesGradient lists those of the gradient of a function of single numbers.
func overwritesGradient(of ops.Op) []int {
	switch of.(type) {
	case ops.Activator, *ops.Pow, *ops.BatchNorm:
		return []int{0}
	}
	return nil
}

// Tunable lists the algorithms of an op to choose from, all on blocks of float32; none if
// there is no choice.
func Tunable(op ops.Op, in []tensor.Shape, out tensor.Shape) (list []task.Algorithm) {
	for _, a := range algorithms(op, in, out, layout.F32) {
		if a.Leads {
			list = append(list, a)
		}
	}
	if len(list) < 2 {
		return nil
	}
	return list
}

// Package gradient runs the ops that gradients are made of. Those of convolutions' weights are in
// package conv.
package gradient

import (
	"slices"

	"cnnlang/ops"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// A size is one op at one size.
type size struct {
	in  []tensor.Shape
	out tensor.Shape
}

// A call is what an algorithm is prepared with.
type call struct {
	in     []layout.Value
	out    layout.Value
	params []tensor.Tensor
	memory task.Memory
}

// Algorithms lists how an op is run, the best first and last on plain values; none of an op that
// gradients are not made of, or that a window or a resize is part of.
func Algorithms(op ops.Op, in []tensor.Shape, out tensor.Shape) []task.Algorithm {
	s := size{in, out}
	switch op := op.(type) {
	case *ops.ByInput:
		return s.byInput(op.Of)
	case *ops.ByResult:
		return s.byResult(op.Of)
	case *ops.TensorSums:
		return s.tensorSums(op.Of)
	case *ops.MaxShare:
		return s.plain(func(c call) *task.Prepared { return maxShare(op.I, c.out.Shape) })
	case *ops.ChannelSums:
		return s.plain(func(c call) *task.Prepared { return channelSums(c.in[0].Shape) })
	case *ops.BatchStats:
		return s.plain(func(c call) *task.Prepared { return batchStats(c.in[0].Shape) })
	case *ops.BatchNormalize:
		return s.packed(func(c call) *task.Prepared { return batchNormalize(op.Of, c) })
	case *ops.BatchSums:
		return s.plain(func(c call) *task.Prepared { return batchSums(op.Of, c.in[0].Shape) })
	case *ops.BatchGradient:
		return s.packed(func(c call) *task.Prepared { return batchGradient(op.Of, c) })
	case *ops.AxisSums:
		return s.plain(func(c call) *task.Prepared { return axisSums(op, c.in[0].Shape) })
	case *ops.ImageSums:
		return s.plain(func(c call) *task.Prepared { return imageSums(c.in[0].Shape) })
	case *ops.Row:
		return s.plain(func(c call) *task.Prepared { return row(op.I, c.out.Shape) })
	case *ops.Spread:
		return s.plain(func(c call) *task.Prepared { return rowwise.Spread(c.in[0].Shape, c.out.Shape) })
	case *ops.Part:
		return s.plain(func(c call) *task.Prepared { return part(op, c.in[0].Shape, c.out.Shape) })
	case *ops.Place:
		return s.plain(func(c call) *task.Prepared { return place(op, c.in[0].Shape, c.out.Shape) })
	case *ops.Loss:
		return s.plain(func(c call) *task.Prepared { return loss(op, c.in[0].Shape) })
	case *ops.LossGradient:
		return s.plain(func(c call) *task.Prepared { return lossGradient(op, c.in[0].Shape) })
	}
	return nil
}

// byInput is the gradient of an op from that of its result and the input.
func (s *size) byInput(op ops.Op) []task.Algorithm {
	switch op := op.(type) {
	case *ops.PReLU:
		return s.packed(func(c call) *task.Prepared { return slopes(op, c) })
	case ops.Activator:
		return s.rowwise(op.Name(), ofInput(op.Activation()))
	case *ops.Pow:
		return s.rowwise("pow", ofPower(op.P.Float()))
	case *ops.ReduceMax:
		return s.plain(func(c call) *task.Prepared { return largest(op, c.out.Shape) })
	case *ops.BatchNorm:
		return s.packed(func(c call) *task.Prepared { return storedNorm(op, c) })
	case *ops.LayerNorm:
		return s.packed(func(c call) *task.Prepared { return layerNorm(op, c) })
	case ops.Grouper:
		return s.packed(func(c call) *task.Prepared { return groupNorm(op, c) })
	case *ops.LRN:
		return s.plain(func(c call) *task.Prepared { return lrn(op, c.out.Shape) })
	case *ops.L2Normalize:
		return s.plain(func(c call) *task.Prepared { return l2Normalize(op, c.out.Shape) })
	}
	return nil
}

// byResult is that from the result.
func (s *size) byResult(op ops.Op) []task.Algorithm {
	switch op := op.(type) {
	case *ops.Softmax:
		return s.plain(func(c call) *task.Prepared { return softmax(op.Axis.MustInt(), c.out.Shape) })
	case ops.Activator:
		return s.rowwise(op.Name(), ofResult(op.Activation()))
	}
	return nil
}

// tensorSums are the gradients of the tensors of an op.
func (s *size) tensorSums(op ops.Op) []task.Algorithm {
	switch op := op.(type) {
	case *ops.PReLU:
		return s.plain(func(c call) *task.Prepared { return slopeSums(op, c.in[0].Shape) })
	case *ops.BatchNorm:
		return s.packed(func(c call) *task.Prepared { return storedSums(op, c) })
	case *ops.LayerNorm:
		return s.plain(func(c call) *task.Prepared { return layerSums(op, c.in[0].Shape) })
	case ops.Grouper:
		return s.plain(func(c call) *task.Prepared { return groupSums(op, c.in[0].Shape) })
	}
	return nil
}

// plain is an algorithm on plain values that packs nothing.
func (s *size) plain(prepare func(c call) *task.Prepared) []task.Algorithm {
	return []task.Algorithm{{Name: "plain", In: make([]layout.Layout, len(s.in)), Prepare: with(prepare)}}
}

// packed is one that packs its tensors.
func (s *size) packed(prepare func(c call) *task.Prepared) []task.Algorithm {
	list := s.plain(prepare)
	list[0].Packs = true
	return list
}

// rowwise is a function of a gradient and a value of the same shape, in any layout.
func (s *size) rowwise(name string, f func(dst, dy, v []float32)) []task.Algorithm {
	prepare := func(c call) *task.Prepared { return rowwise.Both(name, c.in, c.out, f) }
	return append(s.blocked(len(s.out) == 4, prepare), s.plain(prepare)...)
}

// blocked is an algorithm on blocks of float32, if there are kernels for these and it fits.
func (s *size) blocked(fits bool, prepare func(c call) *task.Prepared) []task.Algorithm {
	if !fits || !hasBlocks() {
		return nil
	}
	lines := layout.Blocked(layout.Float32)
	return []task.Algorithm{{Name: "blocks", Out: lines, In: slices.Repeat([]layout.Layout{lines}, len(s.in)), Prepare: with(prepare)}}
}

func with(prepare func(c call) *task.Prepared) func([]layout.Value, layout.Value, []tensor.Tensor, task.Memory) *task.Prepared {
	return func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
		return prepare(call{in, out, params, task.In(m)})
	}
}

// copied packs tensors from one on as they are, each of so many numbers.
func (c *call) copied(first, tensors, size int) []float32 {
	return c.memory.Floats(tensors*size, func(dst []float32) {
		for i := range tensors {
			copy(dst[i*size:][:size], c.params[first+i].Data)
		}
	})
}

// planes are how many channels all images have, and the pixels of each.
func planes(s tensor.Shape) (n, channels, pixels int) { return s[0], s[1], s[2:].Elements() }

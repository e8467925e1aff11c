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
		return s.inBlocks(1, layout.Layout{}, func(c call) *task.Prepared { return blockChannelSums(c.in[0]) },
			s.plain(func(c call) *task.Prepared { return channelSums(c.in[0].Shape) }))
	case *ops.BatchStats, *ops.BatchNormalize, *ops.BatchSums, *ops.BatchGradient:
		return s.batch(op)
	case *ops.AxisSums:
		plain := s.plain(func(c call) *task.Prepared { return axisSums(op, c.in[0].Shape) })
		if !slices.Equal(op.Axes, []int{2, 3}) {
			return plain
		}
		return s.inBlocks(1, blocks, func(c call) *task.Prepared { return blockAxisSums(c.in[0], c.out) }, plain)
	case *ops.ImageSums:
		return s.plain(func(c call) *task.Prepared { return imageSums(c.in[0].Shape) })
	case *ops.Row:
		return s.plain(func(c call) *task.Prepared { return row(op.I, c.out.Shape) })
	case *ops.Spread:
		return s.spread()
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

// batch is a part of a norm with the statistics of a batch.
func (s *size) batch(op ops.Op) []task.Algorithm {
	switch op := op.(type) {
	case *ops.BatchStats:
		return s.inBlocks(1, layout.Layout{}, func(c call) *task.Prepared { return blockStats(c.in[0]) },
			s.plain(func(c call) *task.Prepared { return batchStats(c.in[0].Shape) }))
	case *ops.BatchNormalize:
		list := s.inBlocks(1, blocks, func(c call) *task.Prepared { return blockNormalize(op, c) },
			s.packed(func(c call) *task.Prepared { return batchNormalize(op, c) }))
		if op.Epilogue().Add {
			list[0].In[added] = list[0].In[0]
		}
		return list
	case *ops.BatchSums:
		return s.inBlocks(2, layout.Layout{}, func(c call) *task.Prepared {
			return blockProducts(c.in, op.Of.Eps.Float(), func(in []tensor.Tensor) []float32 { return in[2].Data })
		}, s.plain(func(c call) *task.Prepared { return batchSums(op.Of, c.in[0].Shape) }))
	}
	of := op.(*ops.BatchGradient).Of
	return s.inBlocks(2, blocks, func(c call) *task.Prepared { return blockGradient(of, c) },
		s.packed(func(c call) *task.Prepared { return batchGradient(of, c) }))
}

// spread is a value repeated. What comes after the gradient of a mean over an image lies in blocks, so that
// leads where it is one.
func (s *size) spread() []task.Algorithm {
	list := s.plain(func(c call) *task.Prepared { return rowwise.Spread(c.in[0].Shape, c.out.Shape) })
	if len(s.out) != 4 || s.out[1] != s.in[0][1] || s.in[0][2:].Elements() != 1 {
		return list
	}
	list = s.inBlocks(1, blocks, func(c call) *task.Prepared { return blockSpread(c.in[0], c.out) }, list)
	list[0].Leads = len(list) > 1
	return list
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
		return s.inBlocks(1, blocks, func(c call) *task.Prepared { return blockStored(op, c) },
			s.packed(func(c call) *task.Prepared { return storedNorm(op, c) }))
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
		return s.inBlocks(2, layout.Layout{}, func(c call) *task.Prepared {
			stats := c.copied(len(c.params)-2, 2, c.in[0].Shape[1])
			return blockProducts(c.in, op.Eps.Float(), func([]tensor.Tensor) []float32 { return stats })
		}, s.packed(func(c call) *task.Prepared { return storedSums(op, c) }))
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
	return []task.Algorithm{{Name: "blocks", Out: blocks, In: slices.Repeat([]layout.Layout{blocks}, len(s.in)), Prepare: with(prepare)}}
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

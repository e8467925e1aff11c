package exec

import (
	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
	"cnnlang/ops/exec/layout"
	"cnnlang/ops/exec/rowwise"
	"cnnlang/ops/exec/task"
	"cnnlang/ops/tensor"
)

// channelwise is an op that applies a function of its own to each channel.
func (s *size) channelwise(op ops.Op) []task.Algorithm {
	switch op := op.(type) {
	case *ops.BatchNorm:
		return s.normed(op)
	case *ops.LearnedGate:
		return s.packed(s.ofOneShape, func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
			zeros := make([]float32, wholeBlocks(s.out[1]))
			return rowwise.Affine("scale", in[0], out, zeros, s.each(m, tensorAt(params, 0)), zeros)
		}, func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
			factor := s.each(m, tensorAt(params, 0))
			return rowwise.PerChannel("scale", out.Shape, func(dst, src []float32, c int) { kernel.MulScalar(dst, src, factor[c]) })
		})
	case *ops.PReLU:
		slopes := func(params []tensor.Tensor) func(dst []float32) {
			return func(dst []float32) {
				for c := range dst {
					dst[c] = params[0].Data[c%len(params[0].Data)]
				}
			}
		}
		return s.packed(s.ofOneShape, func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
			return rowwise.Leaky(in[0], out, s.each(m, slopes(params)))
		}, func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
			slope := s.each(m, slopes(params))
			return rowwise.PerChannel("slopes", out.Shape, func(dst, src []float32, c int) { kernel.Leaky(dst, src, slope[c]) })
		})
	}
	a := op.(*ops.ChannelAffine)
	return s.plainly(func(_, out layout.Value, _ []tensor.Tensor) *task.Prepared {
		return rowwise.PerChannel("affine", out.Shape, func(dst, src []float32, c int) {
			kernel.Affine(dst, src, a.Scale[c].Float(), a.Shift[c].Float())
		})
	})
}

// normed is a norm with stored statistics. On blocks the mean is subtracted first: a shift into which it is
// folded may be far larger than the result. Of plain values it is folded in float64.
func (s *size) normed(op *ops.BatchNorm) []task.Algorithm {
	return s.packed(s.ofOneShape, func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
		n := len(params)
		mul := s.each(m, func(dst []float32) {
			weight, _, _, variance := op.Parts(params)
			for c := range dst {
				dst[c] = float32(op.Factor(weight, variance, c))
			}
		})
		add := make([]float32, wholeBlocks(s.out[1]))
		if op.Shift {
			add = s.each(m, tensorAt(params, n-3))
		}
		return rowwise.Affine("affine", in[0], out, s.each(m, tensorAt(params, n-2)), mul, add)
	}, func(in []layout.Value, out layout.Value, params []tensor.Tensor, m task.Memory) *task.Prepared {
		tensors := make([]tensor.Tensor, len(params))
		for i := range tensors {
			tensors[i].Data = s.each(m, tensorAt(params, i))
		}
		weight, bias, mean, variance := op.Parts(tensors)
		return rowwise.PerChannel("affine", out.Shape, func(dst, src []float32, c int) {
			scale := op.Factor(weight, variance, c)
			shift := -float64(mean[c]) * scale
			if bias != nil {
				shift = float64(bias[c]) - float64(mean[c])*scale
			}
			kernel.Affine(dst, src, scale, shift)
		})
	})
}

// each packs a number for each channel; those of whole blocks beyond the last are 0.
func (s *size) each(m task.Memory, fill func(dst []float32)) []float32 {
	channels := s.out[1]
	return task.In(m).Floats(wholeBlocks(channels), func(dst []float32) {
		fill(dst[:channels])
		clear(dst[channels:])
	})
}

// wholeBlocks are so many channels in blocks of any kind.
func wholeBlocks(channels int) int { return task.RoundUp(channels, 2*layout.Lanes) }

// tensorAt fills with a tensor as it is.
func tensorAt(params []tensor.Tensor, i int) func(dst []float32) {
	return func(dst []float32) { copy(dst, params[i].Data) }
}

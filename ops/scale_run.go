package ops

import (
	"slices"

	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

func (s *Scale) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	factor := float32(s.S.Float())
	return mapped("scale", out.Elements(), func(dst, src []float32) {
		kernel.MulScalar(dst, src, factor)
	})
}

func (l *LayerScale) Prepare(in []tensor.Shape, out tensor.Shape, params []tensor.Tensor) Prepared {
	factor := slices.Clone(params[0].Data)
	return perChannel("scale", out, func(dst, src []float32, c int) {
		kernel.MulScalar(dst, src, factor[c])
	})
}

func (a *ChannelAffine) Prepare(in []tensor.Shape, out tensor.Shape, _ []tensor.Tensor) Prepared {
	return perChannel("affine", out, func(dst, src []float32, c int) {
		kernel.Affine(dst, src, a.Scale[c].Float(), a.Shift[c].Float())
	})
}

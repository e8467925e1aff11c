package ops

import (
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// String is the name of the op with this activation, or none.
func (a Activation) String() string {
	return [...]string{"none", "relu", "relu6", "sigmoid", "silu", "gelu"}[a]
}

// apply sets every dst[i] to a(src[i]). A table of functions would be shorter,
// but a call through one makes its operands escape to the heap.
func (a Activation) apply(dst, src []float32) {
	switch a {
	case None:
		copy(dst, src)
	case ActReLU:
		kernel.ReLU(dst, src)
	case ActReLU6:
		kernel.ReLU6(dst, src)
	case ActSigmoid:
		kernel.Sigmoid(dst, src)
	case ActSiLU:
		kernel.SiLU(dst, src)
	case ActGELU:
		kernel.GELU(dst, src)
	}
}

func prepareActivation(a Activation, out tensor.Shape) Prepared {
	return mapped(a.String(), out.Elements(), a.apply)
}

// mapped is an op that sets dst[i] to a function of src[i].
func mapped(algorithm string, n int, run func(dst, src []float32)) Prepared {
	return &prepared{algorithm: algorithm, bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		return []Task{ranges(n, grain, func(from, to, _ int) {
			run(out.Data[from:to], in[0].Data[from:to])
		})}
	}}
}

// perChannel is an op that sets the dst of channel c to a function of its src.
func perChannel(algorithm string, shape tensor.Shape, run func(dst, src []float32, c int)) Prepared {
	n, c, pixels := channels(shape)
	return &prepared{algorithm: algorithm, bind: func(out tensor.Tensor, in []tensor.Tensor, _ scratch) []Task {
		return []Task{planes(n*c, pixels, func(plane, first, end, _ int) {
			from, to := plane*pixels+first, plane*pixels+end
			run(out.Data[from:to], in[0].Data[from:to], plane%c)
		})}
	}}
}

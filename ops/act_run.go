package ops

import (
	"cnnlang/ops/internal/kernel"
	"cnnlang/ops/tensor"
)

// activations are the loops, by Activation; None has none.
var activations = [...]struct {
	name string
	run  func(dst, src []float32)
}{
	None:       {"none", nil},
	ActReLU:    {"relu", kernel.ReLU},
	ActReLU6:   {"relu6", kernel.ReLU6},
	ActSigmoid: {"sigmoid", kernel.Sigmoid},
	ActSiLU:    {"silu", kernel.SiLU},
	ActGELU:    {"gelu", kernel.GELU},
}

// String is the name of the op with this activation, or none.
func (a Activation) String() string { return activations[a].name }

// apply sets every x to a(x).
func (a Activation) apply(x []float32) {
	if a != None {
		activations[a].run(x, x)
	}
}

func prepareActivation(a Activation, out tensor.Shape) Prepared {
	return mapped(a.String(), out.Elements(), activations[a].run)
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
		return []Task{planes(n*c, pixels, func(plane, _ int) {
			from, to := plane*pixels, (plane+1)*pixels
			run(out.Data[from:to], in[0].Data[from:to], plane%c)
		})}
	}}
}

package ref

import (
	"math"

	"cnnlang/ops"
)

// activation sets out to a(in); out may be in.
func activation(a ops.Activation, out, in Value) {
	for i, x := range in.Data {
		out.Data[i] = activate(a, x)
	}
}

func activate(a ops.Activation, x float64) float64 {
	switch a {
	case ops.None:
		return x
	case ops.ReLU:
		if x < 0 {
			return 0
		}
		return x // NaN stays NaN
	case ops.ReLU6:
		if x < 0 {
			return 0
		}
		if x > 6 {
			return 6
		}
		return x
	case ops.Sigmoid:
		return 1 / (1 + math.Exp(-x))
	case ops.SiLU:
		return x / (1 + math.Exp(-x))
	case ops.GELU:
		return x * math.Erfc(-x/math.Sqrt2) / 2
	}
	panic("ref: unknown activation")
}

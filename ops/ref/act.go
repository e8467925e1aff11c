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
	switch a.Name() {
	case "":
		return x
	case "relu":
		if x < 0 {
			return 0
		}
		return x // NaN stays NaN
	case "relu6":
		if x < 0 {
			return 0
		}
		if x > 6 {
			return 6
		}
		return x
	case "leaky_relu":
		if x < 0 {
			return a.Arg().Float() * x
		}
		return x
	case "hard_sigmoid":
		return min(max(a.Arg().Float()*x+0.5, 0), 1) // of NaN NaN
	case "hard_swish":
		return x * (min(max(x+3, 0), 6) / 6)
	case "sigmoid":
		return 1 / (1 + math.Exp(-x))
	case "silu":
		return x / (1 + math.Exp(-x))
	case "gelu":
		if a == ops.TanhGELU {
			return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
		}
		return x * math.Erfc(-x/math.Sqrt2) / 2
	case "tanh":
		return math.Tanh(x)
	case "elu":
		if x < 0 {
			return a.Arg().Float() * math.Expm1(x)
		}
		return x
	case "softplus":
		return softplus(x)
	case "mish":
		return x * math.Tanh(softplus(x))
	}
	panic("ref: unknown activation")
}

// softplus is log(1 + exp(x)), written so that exp does not overflow.
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// prelu sets out to in, times the slope of its channel, or the only slope, where it is below 0;
// out may be in.
func prelu(out, in, slopes Value) {
	out, in = out.image(), in.image()
	each(out, func(n, c, y, x int) float64 {
		v := in.at(n, c, y, x)
		if v < 0 {
			v *= slopes.Data[c%len(slopes.Data)]
		}
		return v
	})
}

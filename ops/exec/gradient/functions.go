package gradient

import (
	"math"

	"cnnlang/ops"
	"cnnlang/ops/exec/internal/kernel"
)

func hasBlocks() bool { return kernel.TilePixels > 0 }

// times multiplies a gradient by the slope at each value.
func times(slope func(v float64) float64) func(dst, dy, v []float32) {
	return func(dst, dy, v []float32) {
		dy, v = dy[:len(dst)], v[:len(dst)]
		for i := range dst {
			dst[i] = float32(float64(dy[i]) * slope(float64(v[i])))
		}
	}
}

// where does so and gives 0 where the slope is 0, where the function is level: nothing passes, not even of infinity.
func where(slope func(v float64) float64) func(dst, dy, v []float32) {
	return func(dst, dy, v []float32) {
		dy, v = dy[:len(dst)], v[:len(dst)]
		for i := range dst {
			g := 0.0
			if s := slope(float64(v[i])); s != 0 {
				g = float64(dy[i]) * s
			}
			dst[i] = float32(g)
		}
	}
}

// between passes a gradient on where the value lies between two bounds, times a slope.
func between(low, high, slope float32) func(dst, dy, v []float32) {
	return func(dst, dy, v []float32) { kernel.Between(dst, dy, v, low, high, slope) }
}

// nan bounds nothing.
var nan = float32(math.NaN())

// ofResult is the gradient of an activation from its result.
func ofResult(a ops.Activation) func(dst, dy, y []float32) {
	arg := a.Arg().Float()
	switch a.Name() {
	case "relu":
		return between(0, nan, 1)
	case "relu6":
		return between(0, 6, 1)
	case "hard_sigmoid":
		return between(0, 1, float32(arg))
	case "leaky_relu":
		return times(leaky(arg))
	case "sigmoid":
		return times(func(y float64) float64 { return y * (1 - y) })
	case "tanh":
		return times(func(y float64) float64 { return 1 - y*y })
	case "softplus":
		return times(func(y float64) float64 { return -math.Expm1(-y) })
	case "elu":
		return times(func(y float64) float64 {
			if y > 0 {
				return 1
			}
			return y + arg
		})
	}
	panic("gradient: the result of " + a.Name() + " does not say its slope")
}

func leaky(slope float64) func(v float64) float64 {
	return func(v float64) float64 {
		if v > 0 {
			return 1
		}
		return slope
	}
}

// ofInput is the gradient of an activation from its input.
func ofInput(a ops.Activation) func(dst, dy, x []float32) {
	arg := a.Arg().Float()
	switch a.Name() {
	case "leaky_relu":
		return times(leaky(arg))
	case "elu":
		return times(func(x float64) float64 {
			if x > 0 {
				return 1
			}
			return arg * math.Exp(x)
		})
	case "hard_sigmoid":
		return where(func(x float64) float64 {
			if y := x*arg + 0.5; y > 0 && y < 1 {
				return arg
			}
			return 0
		})
	case "hard_swish":
		return where(hardSwish)
	case "silu":
		return times(func(x float64) float64 {
			s := sigmoid(x)
			return s * (1 + x*(1-s))
		})
	case "gelu":
		if a == ops.TanhGELU {
			return times(tanhGELU)
		}
		return times(gelu)
	case "mish":
		return times(mish)
	}
	panic("gradient: the input of " + a.Name() + " is not asked for")
}

func hardSwish(x float64) float64 {
	switch {
	case x < -3:
		return 0
	case x >= 3:
		return 1
	}
	return x/3 + 0.5
}

// gelu is the slope of x*Phi(x): Phi + x*phi, phi being the density of the normal distribution.
func gelu(x float64) float64 {
	return math.Erfc(-x/math.Sqrt2)/2 + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
}

// tanhGELU is the slope of x*s, s being the sigmoid of 2u, u = sqrt(2/pi)*(x + 0.044715*x^3).
func tanhGELU(x float64) float64 {
	const cube = 0.044715
	root := math.Sqrt(2 / math.Pi)
	s := sigmoid(2 * root * (x + cube*x*x*x))
	return s + x*s*(1-s)*2*root*(1+3*cube*x*x)
}

// mish is the slope of x*t, t being the hyperbolic tangent of the softplus.
func mish(x float64) float64 {
	t := math.Tanh(softplus(x))
	return t + x*(1-t*t)*sigmoid(x)
}

// ofPower is the gradient of x to the p.
func ofPower(p float64) func(dst, dy, x []float32) {
	return times(func(x float64) float64 {
		if p == 0 {
			return 0
		}
		return p * math.Pow(x, p-1)
	})
}

package kernel

import "math"

// Each of these works on dst[i] and src[i] for every i of dst; src is at least as long and
// may be dst itself. They compute in float64, in plain Go on every instruction set.

// Tanh sets dst to the hyperbolic tangent of src.
func Tanh(dst, src []float32) {
	for i, x := range src[:len(dst)] {
		wide := float64(x)
		e := expm1(-2 * math.Abs(wide))
		dst[i] = float32(math.Copysign(e/(e+2), wide)) // of NaN NaN
	}
}

// ELU sets dst to src, and to alpha times exp(src) - 1 where src is below 0.
func ELU(dst, src []float32, alpha float32) {
	a := float64(alpha)
	for i, x := range src[:len(dst)] {
		if x < 0 {
			x = float32(a * expm1(float64(x)))
		}
		dst[i] = x
	}
}

// Softplus sets dst to log(1 + exp(src)).
func Softplus(dst, src []float32) {
	for i, x := range src[:len(dst)] {
		wide := float64(x)
		dst[i] = float32(max(wide, 0) + math.Log1p(exp(-math.Abs(wide))))
	}
}

// Mish sets dst to src times the hyperbolic tangent of its softplus. With n = e(e + 2) and
// e = exp(src) that is src n/(n + 2), which subtracts nothing.
func Mish(dst, src []float32) {
	for i, x := range src[:len(dst)] {
		if x < mishLinear || x != x {
			e := exp(float64(x))
			n := e * (e + 2)
			x = float32(float64(x) * n / (n + 2))
		}
		dst[i] = x
	}
}

// Pow sets dst to src raised to the power p. Of whole p it multiplies.
func Pow(dst, src []float32, p float64) {
	times := math.Abs(p)
	switch {
	case times == math.Trunc(times) && times <= mostProducts:
		for i, x := range src[:len(dst)] {
			wide := whole(float64(x), int(times))
			if p < 0 {
				wide = 1 / wide
			}
			dst[i] = float32(wide)
		}
	default:
		for i, x := range src[:len(dst)] {
			dst[i] = float32(math.Pow(float64(x), p))
		}
	}
}

// mostProducts is the largest power that is computed by multiplying: the product of so many
// float32s does not overflow in float64.
const mostProducts = 7

// whole is x to the n, by squaring.
func whole(x float64, n int) float64 {
	y := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			y *= x
		}
		x *= x
	}
	return y
}

// mishLinear is from where on mish is x in float32.
const mishLinear = 20

// expm1 is e to the x, less 1, with a relative error below 1e-8: near 0 by its Taylor series,
// whose first missing term is x^8/9! < 2e-10.
func expm1(x float64) float64 {
	if math.Abs(x) < 0.3 {
		return x * (1 + x*(1./2+x*(1./6+x*(1./24+x*(1./120+x*(1./720+x*(1./5040+x*(1./40320))))))))
	}
	return exp(x) - 1
}

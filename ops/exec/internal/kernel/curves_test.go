package kernel

import (
	"math"
	"testing"
)

func power(p float64) func(dst, src []float32) {
	return func(dst, src []float32) { Pow(dst, src, p) }
}

// The whole range of relevant numbers, against the definitions.
func TestCurves(t *testing.T) {
	elu := func(dst, src []float32) { ELU(dst, src, 1.5) }
	softplus := func(x float64) float64 { return math.Log1p(math.Exp(x)) }
	for name, c := range map[string]struct {
		run    func(dst, src []float32)
		define func(x float64) float64
	}{
		"tanh":     {Tanh, math.Tanh},
		"elu":      {elu, func(x float64) float64 { return max(x, 0) + 1.5*math.Expm1(min(x, 0)) }},
		"softplus": {Softplus, softplus},
		"mish":     {Mish, func(x float64) float64 { return x * math.Tanh(softplus(x)) }},
		"cubes":    {power(3), func(x float64) float64 { return x * x * x }},
		"inverses": {power(-1), func(x float64) float64 { return 1 / x }},
		"eighths":  {power(8), func(x float64) float64 { return math.Pow(x, 8) }},
	} {
		for x := float32(-60); x < 60; x += 0.0037 {
			for _, x := range []float32{x, x / 128, x / (1 << 30)} {
				y := []float32{x}
				c.run(y, y)
				want := c.define(float64(x))
				if e := math.Abs(float64(y[0]) - want); !(e <= 1.3e-7*math.Abs(want)+1e-36) {
					t.Fatalf("%s(%v) = %v, want %v", name, x, y[0], want)
				}
			}
		}
	}
}

// NaN stays; infinities go where the definitions send them.
func TestCurvesAtTheEnds(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	src := []float32{float32(nan), float32(inf), float32(-inf), 3e38, -3e38}
	for name, c := range map[string]struct {
		run  func(dst, src []float32)
		want []float64
	}{
		"tanh":     {Tanh, []float64{nan, 1, -1, 1, -1}},
		"elu":      {func(dst, src []float32) { ELU(dst, src, 2) }, []float64{nan, inf, -2, 3e38, -2}},
		"softplus": {Softplus, []float64{nan, inf, 0, 3e38, 0}},
		"mish":     {Mish, []float64{nan, inf, nan, 3e38, 0}},
		"cubes":    {power(3), []float64{nan, inf, -inf, inf, -inf}},
		"roots":    {power(0.5), []float64{nan, inf, inf, math.Sqrt(3e38), nan}},
		"sevenths": {power(-7), []float64{nan, 0, 0, 0, 0}},
		"ones":     {power(0), []float64{1, 1, 1, 1, 1}},
	} {
		got := make([]float32, len(src))
		c.run(got, src)
		for i, w := range c.want {
			if !sameValue(got[i], float32(w)) {
				t.Errorf("%s(%v) = %v, want %v", name, src[i], got[i], w)
			}
		}
	}
}

// sameValue reports whether two numbers are equal or both NaN.
func sameValue(a, b float32) bool { return a == b || a != a && b != b }

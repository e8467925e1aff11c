//go:build !purego && amd64

package kernel

import (
	"math"
	"slices"
	"testing"

	"cnnlang/ops/cpu"
)

var smoothFamilies = []struct {
	name      string
	run, twin func(dst, src []float32)
}{
	{"sigmoid", Sigmoid, sigmoidGeneric},
	{"silu", SiLU, siluGeneric},
	{"gelu", GELU, geluGeneric},
	{"gelu by tanh", TanhGELU, tanhGELUGeneric},
}

// Every length around the iterations, on both sides of the pages, with all kinds of
// numbers, also in place: within one unit in the last place of the twin, which rounds one
// product differently.
func TestSmooth(t *testing.T) {
	odd := []float32{0, float32(math.Copysign(0, -1)), 1e-30, -1e-30, 88, -88, 104, -104, 3e38, -3e38,
		float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), -13, 13, -5.5, 0.5}
	onEveryISA(t, func(t *testing.T) {
		for _, f := range smoothFamilies {
			for n := 1; n < 60; n++ {
				for _, s := range sides {
					dst, src := guarded(t, n, s), guarded(t, n, s)
					for i := range src {
						src[i] *= 5
						if i%3 == 0 {
							src[i] = odd[(n+i)%len(odd)]
						}
					}
					want, in := make([]float32, n), slices.Clone(src)
					f.twin(want, src)
					f.run(dst, src)
					if !slices.EqualFunc(dst, want, neighbours) || !slices.EqualFunc(src, in, sameValue) {
						t.Fatalf("%s of %v: got %v, want %v", f.name, in, dst, want)
					}
					f.run(src, src)
					if !slices.EqualFunc(src, want, neighbours) {
						t.Fatalf("%s of %v in place: got %v, want %v", f.name, in, src, want)
					}
				}
			}
		}
	})
}

// neighbours reports whether two numbers are the same or next to each other.
func neighbours(a, b float32) bool {
	return sameValue(a, b) || math.Nextafter32(a, b) == b
}

// The whole range of relevant numbers, against the definitions.
func TestSmoothDefinitions(t *testing.T) {
	var src []float32
	for x := float32(-60); x < 60; x += 0.0037 {
		src = append(src, x)
	}
	dst := make([]float32, len(src))
	define := map[string]func(x float64) float64{
		"sigmoid": func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
		"silu":    func(x float64) float64 { return x / (1 + math.Exp(-x)) },
		"gelu":    func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 },
		"gelu by tanh": func(x float64) float64 {
			return x / (1 + math.Exp(-2*math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
		},
	}
	onEveryISA(t, func(t *testing.T) {
		for _, f := range smoothFamilies {
			f.run(dst, src)
			for i, x := range src {
				want := define[f.name](float64(x))
				if e := math.Abs(float64(dst[i]) - want); !(e <= 1.3e-7*math.Abs(want)+1e-36) {
					t.Fatalf("%s(%v) = %v, want %v", f.name, x, dst[i], want)
				}
			}
		}
	})
}

// Sums of exponentials, and their factors, at every length around the iterations, with all kinds of
// numbers: within one unit in the last place of the twins. The sums differ by what the twin rounds in
// n*ln 2, which is at most 709.
func TestExpSums(t *testing.T) {
	odd := []float32{0, -3, -88, -104, -3e38, float32(math.Inf(-1)), float32(math.Inf(1)), float32(math.NaN())}
	onEveryISA(t, func(t *testing.T) {
		for n := 1; n < 60; n++ {
			for _, s := range sides {
				dst, src, top := guarded(t, n, s), guarded(t, n, s), guarded(t, n, s)
				for i := range src {
					src[i] -= 3
					if i%3 == 0 {
						src[i], top[i] = odd[(n+i)%len(odd)], odd[(n+i)/3%len(odd)]
					}
				}
				sum, want, sums := slices.Repeat([]float64{0.5}, n), make([]float32, n), slices.Repeat([]float64{0.5}, n)
				in, tops := slices.Clone(src), slices.Clone(top)
				expSumsGeneric(want, src, top, sums)
				ExpSums(dst, src, top, sum)
				near := func(a, b float64) bool { return a == b || math.Abs(a-b) <= 1e-13*b || math.IsNaN(a) && math.IsNaN(b) }
				if !slices.EqualFunc(dst, want, neighbours) || !slices.EqualFunc(sum, sums, near) {
					t.Fatalf("exp of %v - %v: got %v and %v, want %v and %v", in, tops, dst, sum, want, sums)
				}
				scaleWideGeneric(want, sums)
				if ScaleWide(dst, sum); !slices.EqualFunc(dst, want, neighbours) {
					t.Fatalf("times %v: got %v, want %v", sum, dst, want)
				}
				if !slices.EqualFunc(src, in, sameValue) || !slices.EqualFunc(top, tops, sameValue) {
					t.Fatalf("the inputs %v and %v became %v and %v", in, tops, src, top)
				}
				if ExpSums(src, src, top, sum); !slices.EqualFunc(src, exps(in, tops), neighbours) {
					t.Fatalf("exp of %v - %v in place: got %v", in, tops, src)
				}
			}
		}
	})
}

// exps is exp(x - top) by the definition.
func exps(x, top []float32) []float32 {
	y := make([]float32, len(x))
	for i := range x {
		y[i] = float32(math.Exp(float64(x[i]) - float64(top[i])))
	}
	return y
}

// Every set that the machine has is in the table.
func TestSmoothLanes(t *testing.T) {
	for _, s := range cpu.Available() {
		if (smoothLanes(s) > 0) != (s != cpu.Generic) {
			t.Errorf("%s has %d lanes", s, smoothLanes(s))
		}
	}
}

package kernel

import (
	"math"
	"testing"
)

func relative(got, want float64) float64 { return math.Abs(got-want) / math.Abs(want) }

func TestExp(t *testing.T) {
	for x := -700.0; x < 700; x += 0.0137 {
		if e := relative(exp(x), math.Exp(x)); e > 1e-9 {
			t.Fatalf("exp(%v): relative error %.3g", x, e)
		}
	}
	for _, c := range []struct{ x, want float64 }{{0, 1}, {720, math.Inf(1)}, {math.Inf(1), math.Inf(1)}} {
		if got := exp(c.x); got != c.want {
			t.Errorf("exp(%v) = %v, want %v", c.x, got, c.want)
		}
	}
	for _, x := range []float64{-709, -1e30, math.Inf(-1)} {
		if got := exp(x); float32(got) != 0 {
			t.Errorf("exp(%v) = %v, want 0 in float32", x, got)
		}
	}
	if got := exp(math.NaN()); !math.IsNaN(got) {
		t.Errorf("exp(NaN) = %v", got)
	}
}

func TestNormal(t *testing.T) {
	for x := -13.0; x < 40; x += 0.00137 {
		if e := relative(normal(x), math.Erfc(-x/math.Sqrt2)/2); e > 2e-9 {
			t.Fatalf("normal(%v): relative error %.3g", x, e)
		}
	}
	for _, x := range []float64{-13.5, -20, -1e30, math.Inf(-1)} {
		if got := normal(x); !(got >= 0 && got < 1e-37) {
			t.Errorf("normal(%v) = %v", x, got)
		}
	}
	if got := normal(math.NaN()); !math.IsNaN(got) {
		t.Errorf("normal(NaN) = %v", got)
	}
}

package kernel

import (
	"math"
	"slices"
	"testing"
)

// Sums of lines against the definition in float64: every number of lines around the iterations, between
// inaccessible pages.
func TestSumsOfLines(t *testing.T) {
	for n := range 12 {
		for _, at := range sides {
			x, dy, about := guarded(t, n*Lanes, at), guarded(t, n*Lanes, at), guarded(t, Lanes, at)
			begin := guarded(t, 2*Lanes, at)
			var sum, moments, products [2 * Lanes]float64
			for i, v := range begin {
				sum[i], moments[i], products[i] = float64(v), float64(v), float64(v)
			}
			for i, v := range x {
				d := float64(v) - float64(about[i%Lanes])
				sum[i%Lanes] += float64(v)
				moments[i%Lanes] += d
				moments[Lanes+i%Lanes] += d * d
				products[i%Lanes] += float64(dy[i])
				products[Lanes+i%Lanes] += float64(dy[i]) * d
			}
			for _, c := range []struct {
				name string
				run  func(sums []float32)
				want [2 * Lanes]float64
			}{
				{"SumLanes", func(sums []float32) { SumLanes(sums, x) }, sum},
				{"sumLanesGeneric", func(sums []float32) { sumLanesGeneric(sums, x) }, sum},
				{"MomentLanes", func(sums []float32) { MomentLanes(sums, x, about) }, moments},
				{"momentLanesGeneric", func(sums []float32) { momentLanesGeneric(sums, x, about) }, moments},
				{"ProductLanes", func(sums []float32) { ProductLanes(sums, x, dy, about) }, products},
				{"productLanesGeneric", func(sums []float32) { productLanesGeneric(sums, x, dy, about) }, products},
			} {
				got := guarded(t, 2*Lanes, at)
				copy(got, begin)
				c.run(got)
				for i, v := range got {
					if d := math.Abs(float64(v) - c.want[i]); !(d <= 1e-6*float64(2+n)) {
						t.Fatalf("%s of %d lines: sum %d: got %v, want %v", c.name, n, i, v, c.want[i])
					}
				}
			}
		}
	}
}

// The gradient through a norm against its twin; dst may be dy.
func TestBackLanes(t *testing.T) {
	for n := range 5 {
		for _, at := range sides {
			dst, dy, x, by := guarded(t, n*Lanes, at), guarded(t, n*Lanes, at), guarded(t, n*Lanes, at), guarded(t, 4*Lanes, at)
			want := make([]float32, len(dst))
			backLanesGeneric(want, dy, x, by)
			BackLanes(dst, dy, x, by)
			BackLanes(dy, dy, x, by)
			for i, w := range want {
				if d := math.Abs(float64(dst[i] - w)); !(d <= 1e-6) || dst[i] != dy[i] {
					t.Fatalf("%d lines, element %d: got %v, and %v in place, want %v", n, i, dst[i], dy[i], w)
				}
			}
		}
	}
}

// Slopes between bounds against their twin: every length around the iterations, numbers at the bounds and no
// numbers, without bounds and in place.
func TestBetween(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for n := range 70 {
		for _, at := range sides {
			for _, by := range [][3]float32{{0, nan, 1}, {0, 0.5, 1}, {-0.25, 0.5, 3}, {nan, nan, 2}} {
				dst, dy, v := guarded(t, n, at), guarded(t, n, at), guarded(t, n, at)
				for i, odd := range []float32{0, 0.5, nan, inf, -inf, -0.25, float32(math.Copysign(0, -1)), 1e-40} {
					if n > 0 {
						v[(7*i+n/2)%n] = odd
						dy[(5*i+n/3)%n] = []float32{nan, inf, 1, -1}[i%4]
					}
				}
				want := make([]float32, n)
				betweenGeneric(want, dy, v, &by)
				Between(dst, dy, v, by[0], by[1], by[2])
				Between(dy, dy, v, by[0], by[1], by[2])
				if same := func(a, b float32) bool { return a == b || a != a && b != b }; !slices.EqualFunc(dst, want, same) || !slices.EqualFunc(dy, want, same) {
					t.Fatalf("%d elements between %v: got %v, and %v in place, want %v", n, by, dst, dy, want)
				}
			}
		}
	}
}

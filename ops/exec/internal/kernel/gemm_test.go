package kernel

import (
	"math"
	"testing"
)

// Every kernel against the definition, at lengths around its unrolling, in a tile with gaps
// between its rows; the gaps must not change, and memory around it must not be touched.
func TestGemm(t *testing.T) {
	for _, g := range Gemms {
		for _, k := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 263, 264} {
			for _, ldc := range []int{g.NR, g.NR + 3} {
				for _, s := range sides {
					a, b := guarded(t, k*g.MR, s), guarded(t, k*g.NR, s)
					testGemm(t, g, guarded(t, (g.MR-1)*ldc+g.NR, s), ldc, a, b)
				}
			}
		}
	}
}

func testGemm(t *testing.T, g *Gemm, c []float32, ldc int, a, b []float32) {
	t.Helper()
	k := len(b) / g.NR
	want := make([]float64, len(c))
	for i, x := range c {
		want[i] = float64(x)
	}
	for i := range g.MR {
		for j := range g.NR {
			for p := range k {
				want[i*ldc+j] += float64(a[p*g.MR+i]) * float64(b[p*g.NR+j])
			}
		}
	}
	before := append([]float32(nil), c...)
	g.Run(c, ldc, a, b)
	for i := range c {
		if i%ldc >= g.NR && c[i] != before[i] {
			t.Errorf("%s, k %d: wrote between the rows, at %d", g.Name, k, i)
		}
		if d := math.Abs(float64(c[i]) - want[i]); !(d <= 1e-6*math.Sqrt(float64(1+k*min(k, 264)))) {
			t.Errorf("%s, k %d: element %d off by %.3g", g.Name, k, i, d)
		}
	}
}

// A tile that does not fit must panic and not be cut short.
func TestGemmChecksLengths(t *testing.T) {
	g := Gemms[0]
	for _, c := range []struct{ c, a int }{{g.MR*g.NR - 1, 8 * g.MR}, {g.MR * g.NR, 8*g.MR - 1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("no panic for %d of c and %d of a", c.c, c.a)
				}
			}()
			g.Run(make([]float32, c.c), g.NR, make([]float32, c.a), make([]float32, 8*g.NR))
		}()
	}
}

// BenchmarkGemm times panels of 264 products, as the convolutions use.
func BenchmarkGemm(b *testing.B) {
	for _, g := range Gemms {
		b.Run(g.Name, func(b *testing.B) {
			const k = 264
			x, y, c := make([]float32, k*g.MR), make([]float32, k*g.NR), make([]float32, g.MR*g.NR)
			for b.Loop() {
				g.Run(c, g.NR, x, y)
			}
			b.ReportMetric(float64(2*k*g.MR*g.NR)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GF/s")
		})
	}
}

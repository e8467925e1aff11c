package kernel

import "testing"

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

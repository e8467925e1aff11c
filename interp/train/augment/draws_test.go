package augment

import (
	"math"
	"slices"
	"testing"

	"cnnlang/interp/train/chance"
)

func TestStatisticsOfDraws(t *testing.T) {
	const n = 10000
	mean := func(f func(d *draws) float64) (mean, deviation float64) {
		sum, squares := 0.0, 0.0
		for seed := range uint64(n) {
			d := draws{stream: chance.Named("statistics", seed)}
			x := f(&d)
			sum, squares = sum+x, squares+x*x
		}
		return sum / n, math.Sqrt(squares/n - sum/n*sum/n)
	}
	for _, c := range []struct {
		name            string
		draw            func(d *draws) float64
		mean, deviation float64
	}{
		{"uniform", func(d *draws) float64 { return d.in(span{2, 5}) }, 3.5, 3 / math.Sqrt(12)},
		{"normal", func(d *draws) float64 { x, _ := d.normal(); return x }, 0, 1},
		{"second normal", func(d *draws) float64 { _, y := d.normal(); return y }, 0, 1},
		{"below", func(d *draws) float64 { return float64(d.below(5)) }, 2, math.Sqrt(2)},
		{"gamma 3", func(d *draws) float64 { return d.gamma(3) }, 3, math.Sqrt(3)},
		{"gamma 0.4", func(d *draws) float64 { return d.gamma(0.4) }, 0.4, math.Sqrt(0.4)},
		// The variance of beta(a, a) is 1/(4(2a+1)).
		{"beta 1", func(d *draws) float64 { return d.beta(1) }, 0.5, math.Sqrt(1.0 / 12)},
		{"beta 0.2", func(d *draws) float64 { return d.beta(0.2) }, 0.5, math.Sqrt(1 / (4 * 1.4))},
		{"beta 0.001", func(d *draws) float64 { return d.beta(0.001) }, 0.5, 0.5},
	} {
		m, s := mean(c.draw)
		if math.Abs(m-c.mean) > 4*c.deviation/math.Sqrt(n) || math.Abs(s/c.deviation-1) > 0.05 {
			t.Errorf("%s: got %v and a deviation of %v, want %v and %v", c.name, m, s, c.mean, c.deviation)
		}
	}
}

// TestGammaAndBeta: 100,000 draws lie as their distributions say, by Kolmogorov's distance, which is beyond 1.95 through the
// square root of their number once in a thousand series.
func TestGammaAndBeta(t *testing.T) {
	const n = 100000
	for name, c := range map[string]struct {
		draw  func(d *draws) float64
		below func(x float64) float64
	}{
		"gamma 1":   {func(d *draws) float64 { return d.gamma(1) }, func(x float64) float64 { return 1 - math.Exp(-x) }},
		"gamma 2":   {func(d *draws) float64 { return d.gamma(2) }, func(x float64) float64 { return 1 - (1+x)*math.Exp(-x) }},
		"gamma 0.5": {func(d *draws) float64 { return d.gamma(0.5) }, func(x float64) float64 { return math.Erf(math.Sqrt(x)) }},
		"beta 1":    {func(d *draws) float64 { return d.beta(1) }, func(x float64) float64 { return x }},
		"beta 0.5":  {func(d *draws) float64 { return d.beta(0.5) }, func(x float64) float64 { return 2 / math.Pi * math.Asin(math.Sqrt(x)) }},
		"beta 2":    {func(d *draws) float64 { return d.beta(2) }, func(x float64) float64 { return x * x * (3 - 2*x) }},
	} {
		all := make([]float64, n)
		for seed := range all {
			d := draws{stream: chance.Named("distribution", uint64(seed))}
			all[seed] = c.draw(&d)
		}
		slices.Sort(all)
		distance := 0.0
		for i, x := range all {
			distance = max(distance, math.Abs(c.below(x)-(float64(i)+0.5)/n))
		}
		if distance > 1.95/math.Sqrt(n) {
			t.Errorf("%s: got a distance of %v, want at most %v", name, distance, 1.95/math.Sqrt(n))
		}
	}
}

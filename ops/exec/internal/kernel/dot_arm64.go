//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// dotSpan is how many columns one call of assembly does, about 20 µs.
const dotSpan = 1 << 13

// dotFast adds the products of the columns that assembly can do to sums and
// returns how many those are.
func dotFast(sums *[DotRows]float64, rows, x []float32) int {
	if isa == cpu.NEON {
		return dotNEON(sums, rows, x)
	}
	return 0
}

func dotNEON(sums *[DotRows]float64, rows, x []float32) int {
	var lanes [DotRows * 2]float64
	pitch, whole := len(x), len(x)&^7
	for from := 0; from < whole; from += dotSpan {
		steps := min(dotSpan, whole-from) / 8
		dot8NEON(&lanes[0], &rows[from], pitch, &x[from], steps)
		for i := range sums {
			sums[i] += lanes[2*i] + lanes[2*i+1]
		}
	}
	return whole
}

// It works like dotGeneric on 8 rows and 8*steps columns, but leaves the sums of
// the two lanes of each row apart.
//
//go:noescape
func dot8NEON(sums *float64, rows *float32, pitch int, x *float32, steps int)

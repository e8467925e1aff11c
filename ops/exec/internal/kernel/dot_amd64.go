//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// dotSpan is how many columns one call of assembly does, about 10 µs.
const dotSpan = 1 << 13

// dotFast adds the products of the columns that assembly can do to sums and
// returns how many those are.
func dotFast(sums *[DotRows]float64, rows, x []float32) int {
	switch isa {
	case cpu.AVX2:
		return dotAVX2(sums, rows, x)
	case cpu.AVX512:
		return dotAVX512(sums, rows, x)
	}
	return 0
}

func dotAVX2(sums *[DotRows]float64, rows, x []float32) int {
	var lanes [4 * 4]float64
	pitch, whole := len(x), len(x)&^7
	for from := 0; from < whole; from += dotSpan {
		steps := min(dotSpan, whole-from) / 8
		for half := 0; half < DotRows; half += 4 {
			dot4AVX2(&lanes[0], &rows[half*pitch+from], pitch, &x[from], steps)
			for i := range 4 {
				l := lanes[4*i : 4*i+4]
				sums[half+i] += (l[0] + l[1]) + (l[2] + l[3])
			}
		}
	}
	return whole
}

func dotAVX512(sums *[DotRows]float64, rows, x []float32) int {
	var lanes [8 * 8]float64
	pitch, whole := len(x), len(x)&^15
	for from := 0; from < whole; from += dotSpan {
		steps := min(dotSpan, whole-from) / 16
		dot8AVX512(&lanes[0], &rows[from], pitch, &x[from], steps)
		for i := range sums {
			l := lanes[8*i : 8*i+8]
			sums[i] += ((l[0] + l[1]) + (l[2] + l[3])) + ((l[4] + l[5]) + (l[6] + l[7]))
		}
	}
	return whole
}

// It works like dotGeneric on 4 rows and 8*steps columns, but leaves the sums of
// the four lanes of each row apart.
//
//go:noescape
func dot4AVX2(sums *float64, rows *float32, pitch int, x *float32, steps int)

// It works like dotGeneric on 8 rows and 16*steps columns, but leaves the sums of
// the eight lanes of each row apart.
//
//go:noescape
func dot8AVX512(sums *float64, rows *float32, pitch int, x *float32, steps int)

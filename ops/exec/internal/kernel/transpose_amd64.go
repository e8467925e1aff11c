//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// transposed is how many columns a kernel transposes at once. The last are transposed with some before them again.
const transposed = 8

func transpose(dst, src []float32, rows *[Lanes]int, lines []int, factors *[Lanes]float64) {
	n := len(lines)
	if isa != cpu.AVX512 && isa != cpu.AVX2 || n < transposed {
		transposeGeneric(dst, src, rows, lines, factors)
		return
	}
	transposeColumns(dst, src, rows, lines[:n/transposed*transposed], factors)
	if n%transposed > 0 {
		transposeColumns(dst, src[n-transposed:], rows, lines[n-transposed:], factors)
	}
}

func transposeColumns(dst, src []float32, rows *[Lanes]int, lines []int, factors *[Lanes]float64) {
	if isa == cpu.AVX512 {
		transposeAVX512(&dst[0], &src[0], &rows[0], &lines[0], len(lines)/transposed, factors)
	} else {
		transposeAVX2(&dst[0], &src[0], &rows[0], &lines[0], len(lines)/transposed, factors)
	}
}

// It works like transposeGeneric for n times eight columns.
//
//go:noescape
func transposeAVX2(dst, src *float32, rows, lines *int, n int, factors *[Lanes]float64)

// It works like transposeGeneric for n times eight columns.
//
//go:noescape
func transposeAVX512(dst, src *float32, rows, lines *int, n int, factors *[Lanes]float64)

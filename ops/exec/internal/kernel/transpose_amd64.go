//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// transposed is how many columns a kernel transposes at once. The last are transposed with some before them again.
const transposed = 8

func transpose(dst, src []float32, apart int, places []int) {
	n := len(places)
	if isa != cpu.AVX512 && isa != cpu.AVX2 || n < transposed {
		transposeGeneric(dst, src, apart, places)
		return
	}
	transposeColumns(dst, src, apart, places[:n/transposed*transposed])
	if n%transposed > 0 {
		transposeColumns(dst, src[n-transposed:], apart, places[n-transposed:])
	}
}

func transposeColumns(dst, src []float32, apart int, places []int) {
	if isa == cpu.AVX512 {
		transposeAVX512(&dst[0], &src[0], 4*apart, &places[0], len(places)/transposed)
	} else {
		transposeAVX2(&dst[0], &src[0], 4*apart, &places[0], len(places)/transposed)
	}
}

// It works like transposeGeneric for n times eight columns; apart is in bytes.
//
//go:noescape
func transposeAVX2(dst, src *float32, apart int, places *int, n int)

// It works like transposeGeneric for n times eight columns; apart is in bytes.
//
//go:noescape
func transposeAVX512(dst, src *float32, apart int, places *int, n int)

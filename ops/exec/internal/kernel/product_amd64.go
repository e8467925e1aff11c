//go:build !purego

package kernel

import "cnnlang/ops/cpu"

func productRows(c []float32, ldc int, a []float32, lda int, b []float32, k, rows, columns int, add bool) {
	onto := 0
	if add {
		onto = 1
	}
	switch isa {
	case cpu.AVX512:
		productAVX512(&c[0], 4*ldc, &a[0], 4*lda, &b[0], k, rows, columns, onto)
	case cpu.AVX2:
		productAVX2(&c[0], 4*ldc, &a[0], 4*lda, &b[0], k, rows, columns, onto)
	default:
		productGeneric(c, ldc, a, lda, b, k, rows, columns, add)
	}
}

func packColumns(dst []float32, pitch int, src []float32, ld, rows, units, columns int) {
	switch isa {
	case cpu.AVX512:
		packColumnsAVX512(&dst[0], 4*pitch, &src[0], 4*ld, rows, units, columns/16)
	case cpu.AVX2:
		packColumnsAVX2(&dst[0], 4*pitch, &src[0], 4*ld, rows, units, columns/8)
	default:
		packColumnsGeneric(dst, pitch, src, ld, rows, units, columns)
	}
}

// It works like productGeneric; distances are in bytes.
//
//go:noescape
func productAVX2(c *float32, ldc int, a *float32, lda int, b *float32, k, rows, columns, add int)

// It works like productGeneric; distances are in bytes.
//
//go:noescape
func productAVX512(c *float32, ldc int, a *float32, lda int, b *float32, k, rows, columns, add int)

// It works like packColumnsGeneric; distances are in bytes.
//
//go:noescape
func packColumnsAVX2(dst *float32, pitch int, src *float32, ld, rows, units, registers int)

// It works like packColumnsGeneric; distances are in bytes.
//
//go:noescape
func packColumnsAVX512(dst *float32, pitch int, src *float32, ld, rows, units, registers int)

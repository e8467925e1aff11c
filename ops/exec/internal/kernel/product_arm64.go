//go:build !purego

package kernel

import "cnnlang/ops/cpu"

func productRows(c []float32, ldc int, a []float32, lda int, b []float32, k, rows, columns int, add bool) {
	onto := 0
	if add {
		onto = 1
	}
	if isa == cpu.NEON {
		productNEON(&c[0], 4*ldc, &a[0], 4*lda, &b[0], k, rows, columns, onto)
	} else {
		productGeneric(c, ldc, a, lda, b, k, rows, columns, add)
	}
}

func packColumns(dst []float32, pitch int, src []float32, ld, rows, units, columns int) {
	if isa == cpu.NEON {
		packColumnsNEON(&dst[0], 4*pitch, &src[0], 4*ld, rows, units)
	} else {
		packColumnsGeneric(dst, pitch, src, ld, rows, units, columns)
	}
}

// It works like productGeneric; distances are in bytes.
//
//go:noescape
func productNEON(c *float32, ldc int, a *float32, lda int, b *float32, k, rows, columns, add int)

// It works like packColumnsGeneric; distances are in bytes.
//
//go:noescape
func packColumnsNEON(dst *float32, pitch int, src *float32, ld, rows, units int)

//go:build purego || (!amd64 && !arm64)

package kernel

func productRows(c []float32, ldc int, a []float32, lda int, b []float32, k, rows, columns int, add bool) {
	productGeneric(c, ldc, a, lda, b, k, rows, columns, add)
}

func packColumns(dst []float32, pitch int, src []float32, ld, rows, units, columns int) {
	packColumnsGeneric(dst, pitch, src, ld, rows, units, columns)
}

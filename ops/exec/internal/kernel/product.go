package kernel

import (
	"slices"

	"cnnlang/ops/cpu"
)

// ProductColumns are the numbers of columns that Product of the selected ISA computes together, the
// most first; none means that it has no such kernel.
var ProductColumns = productColumns(isa)

func productColumns(s cpu.ISA) []int {
	switch s {
	case cpu.AVX512:
		return []int{32, 16}
	case cpu.AVX2:
		return []int{16, 8}
	case cpu.NEON:
		return []int{16}
	}
	return nil
}

// ProductRows is how many rows a tile of the most columns has.
var ProductRows = TilePixels

// Product sets rows of c to the products of rows of a with packed columns, or with add adds them to c:
//
//	c[i*ldc + j] = sum over p < k of a[i*lda + p] * b[p*columns + j]    0 <= i < rows, 0 <= j < columns
//
// k being as many as b has. The sum starts from 0, and calls on successive blocks of p sum in blocks.
// It panics if a slice is too short.
func Product(c []float32, ldc int, a []float32, lda int, b []float32, rows, columns int, add bool) {
	if rows < 1 || !slices.Contains(ProductColumns, columns) || ldc < columns || lda < 0 || len(b) < columns {
		panic("kernel: no such product")
	}
	k := len(b) / columns
	_ = c[(rows-1)*ldc+columns-1]
	_ = a[(rows-1)*lda+k-1]
	productRows(c, ldc, a, lda, b, k, rows, columns, add)
}

// PackColumns packs rows of src, ld apart, for Product: some units of so many columns each, which lie
// pitch apart in dst.
//
//	dst[u*pitch + r*columns + j] = src[r*ld + u*columns + j]    0 <= r < rows, 0 <= u < units, 0 <= j < columns
func PackColumns(dst []float32, pitch int, src []float32, ld, rows, units, columns int) {
	if rows < 1 || units < 1 || !slices.Contains(ProductColumns, columns) || ld < 0 || pitch < 0 {
		panic("kernel: no such columns")
	}
	_ = dst[(units-1)*pitch+rows*columns-1]
	_ = src[(rows-1)*ld+units*columns-1]
	packColumns(dst, pitch, src, ld, rows, units, columns)
}

//go:build purego || !amd64

package kernel

func transpose(dst, src []float32, rows *[Lanes]int, lines []int, factors *[Lanes]float64) {
	transposeGeneric(dst, src, rows, lines, factors)
}

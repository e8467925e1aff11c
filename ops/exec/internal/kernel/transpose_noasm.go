//go:build purego || !amd64

package kernel

func transpose(dst, src []float32, rows *[Lanes]int, lines []int) {
	transposeGeneric(dst, src, rows, lines)
}

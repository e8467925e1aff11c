//go:build purego || !amd64

package kernel

func transpose(dst, src []float32, apart int, places []int) {
	transposeGeneric(dst, src, apart, places)
}

//go:build purego || !amd64

package kernel

func firstMax(dst, x, dy []float32, rows, columns, pitch, next int) {
	firstMaxGeneric(dst, x, dy, rows, columns, pitch, next)
}

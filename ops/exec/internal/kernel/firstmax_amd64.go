//go:build !purego

package kernel

import "cnnlang/ops/cpu"

func firstMax(dst, x, dy []float32, rows, columns, pitch, next int) {
	switch isa {
	case cpu.AVX512:
		firstMaxAVX512(&dst[0], &x[0], &dy[0], rows, columns, 4*pitch, 4*next)
	case cpu.AVX2:
		firstMaxAVX2(&dst[0], &x[0], &dy[0], rows, columns, 4*pitch, 4*next)
	default:
		firstMaxGeneric(dst, x, dy, rows, columns, pitch, next)
	}
}

// It works like firstMaxGeneric; distances are in bytes.
//
//go:noescape
func firstMaxAVX2(dst, x, dy *float32, rows, columns, pitch, next int)

// It works like firstMaxGeneric; distances are in bytes.
//
//go:noescape
func firstMaxAVX512(dst, x, dy *float32, rows, columns, pitch, next int)

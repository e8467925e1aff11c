//go:build !purego

package kernel

import "cnnlang/ops/internal/cpu"

func affineLanes(dst, src, sub, mul, add []float32) {
	switch isa {
	case cpu.AVX512:
		affineLanesAVX512(&dst[0], &src[0], len(dst)/Lanes, &sub[0], &mul[0], &add[0])
	case cpu.AVX2:
		affineLanesAVX2(&dst[0], &src[0], len(dst)/Lanes, &sub[0], &mul[0], &add[0])
	default:
		affineLanesGeneric(dst, src, sub, mul, add)
	}
}

// It works like affineLanesGeneric.
//
//go:noescape
func affineLanesAVX2(dst, src *float32, lines int, sub, mul, add *float32)

// It works like affineLanesGeneric.
//
//go:noescape
func affineLanesAVX512(dst, src *float32, lines int, sub, mul, add *float32)

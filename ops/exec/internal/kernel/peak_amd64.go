//go:build !purego

package kernel

import "cnnlang/ops/cpu"

func peak(iterations int) (lanes int) {
	switch isa {
	case cpu.AVX512:
		peakAVX512(iterations)
		return 16
	case cpu.AVX2:
		peakAVX2(iterations)
		return 8
	}
	return peakGeneric(iterations)
}

// It works like peakGeneric, with 8 lanes.
//
//go:noescape
func peakAVX2(iterations int)

// It works like peakGeneric, with 16 lanes.
//
//go:noescape
func peakAVX512(iterations int)

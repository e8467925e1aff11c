//go:build !purego

package kernel

import "cnnlang/ops/exec/internal/cpu"

func peak(turns int) (lanes int) {
	switch isa {
	case cpu.AVX512:
		peakAVX512(turns)
		return 16
	case cpu.AVX2:
		peakAVX2(turns)
		return 8
	}
	return peakGeneric(turns)
}

// It works like peakGeneric, with 8 lanes.
//
//go:noescape
func peakAVX2(turns int)

// It works like peakGeneric, with 16 lanes.
//
//go:noescape
func peakAVX512(turns int)

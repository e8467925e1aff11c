//go:build !purego

package kernel

import "cnnlang/ops/exec/internal/cpu"

func peak(turns int) (lanes int) {
	if isa == cpu.NEON {
		peakNEON(turns)
		return 4
	}
	return peakGeneric(turns)
}

// It works like peakGeneric, with 4 lanes.
//
//go:noescape
func peakNEON(turns int)

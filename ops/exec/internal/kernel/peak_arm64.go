//go:build !purego

package kernel

import "cnnlang/ops/cpu"

func peak(iterations int) (lanes int) {
	if isa == cpu.NEON {
		peakNEON(iterations)
		return 4
	}
	return peakGeneric(iterations)
}

// It works like peakGeneric, with 4 lanes.
//
//go:noescape
func peakNEON(iterations int)

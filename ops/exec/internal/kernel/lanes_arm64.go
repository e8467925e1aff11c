//go:build !purego

package kernel

import "cnnlang/ops/cpu"

func affineLanes(dst, src, sub, mul, add []float32) {
	if isa == cpu.NEON {
		affineLanesNEON(&dst[0], &src[0], len(dst)/Lanes, &sub[0], &mul[0], &add[0])
	} else {
		affineLanesGeneric(dst, src, sub, mul, add)
	}
}

// It works like affineLanesGeneric.
//
//go:noescape
func affineLanesNEON(dst, src *float32, lines int, sub, mul, add *float32)

func gateLanes(dst, src, mul, add []float32, bounds [2]float32) {
	if isa == cpu.NEON {
		gateLanesNEON(&dst[0], &src[0], len(dst)/Lanes, &mul[0], &add[0], &bounds[0])
	} else {
		gateLanesGeneric(dst, src, mul, add, bounds)
	}
}

// It works like gateLanesGeneric.
//
//go:noescape
func gateLanesNEON(dst, src *float32, lines int, mul, add, bounds *float32)

func leakyLanes(dst, src, slopes []float32) {
	if isa == cpu.NEON {
		leakyLanesNEON(&dst[0], &src[0], len(dst)/Lanes, &slopes[0])
	} else {
		leakyLanesGeneric(dst, src, slopes)
	}
}

// It works like leakyLanesGeneric.
//
//go:noescape
func leakyLanesNEON(dst, src *float32, lines int, slopes *float32)

func scaleLanes(dst, src, factors []float32) {
	if isa == cpu.NEON {
		scaleLanesNEON(&dst[0], &src[0], len(dst)/Lanes, &factors[0])
	} else {
		scaleLanesGeneric(dst, src, factors)
	}
}

// It works like scaleLanesGeneric.
//
//go:noescape
func scaleLanesNEON(dst, src *float32, lines int, factors *float32)

func bilinearLanes(dst, above, below []float32, at []int, across, down []float32) {
	if isa == cpu.NEON {
		bilinearLanesNEON(&dst[0], &above[0], &below[0], len(dst)/Lanes, &at[0], &across[0], &down[0])
	} else {
		bilinearLanesGeneric(dst, above, below, at, across, down)
	}
}

func pickLanes(dst, src []float32, at []int) {
	if isa == cpu.NEON {
		pickLanesNEON(&dst[0], &src[0], len(dst)/Lanes, &at[0])
	} else {
		pickLanesGeneric(dst, src, at)
	}
}

// It works like pickLanesGeneric.
//
//go:noescape
func pickLanesNEON(dst, src *float32, lines int, at *int)

// It works like bilinearLanesGeneric.
//
//go:noescape
func bilinearLanesNEON(dst, above, below *float32, lines int, at *int, across, down *float32)

//go:build !purego

package kernel

import "cnnlang/ops/cpu"

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

func gateLanes(dst, src, mul, add []float32, bounds [2]float32) {
	switch isa {
	case cpu.AVX512:
		gateLanesAVX512(&dst[0], &src[0], len(dst)/Lanes, &mul[0], &add[0], &bounds[0])
	case cpu.AVX2:
		gateLanesAVX2(&dst[0], &src[0], len(dst)/Lanes, &mul[0], &add[0], &bounds[0])
	default:
		gateLanesGeneric(dst, src, mul, add, bounds)
	}
}

// It works like gateLanesGeneric.
//
//go:noescape
func gateLanesAVX2(dst, src *float32, lines int, mul, add, bounds *float32)

// It works like gateLanesGeneric.
//
//go:noescape
func gateLanesAVX512(dst, src *float32, lines int, mul, add, bounds *float32)

func leakyLanes(dst, src, slopes []float32) {
	switch isa {
	case cpu.AVX512:
		leakyLanesAVX512(&dst[0], &src[0], len(dst)/Lanes, &slopes[0])
	case cpu.AVX2:
		leakyLanesAVX2(&dst[0], &src[0], len(dst)/Lanes, &slopes[0])
	default:
		leakyLanesGeneric(dst, src, slopes)
	}
}

// It works like leakyLanesGeneric.
//
//go:noescape
func leakyLanesAVX2(dst, src *float32, lines int, slopes *float32)

// It works like leakyLanesGeneric.
//
//go:noescape
func leakyLanesAVX512(dst, src *float32, lines int, slopes *float32)

func scaleLanes(dst, src, factors []float32) {
	switch isa {
	case cpu.AVX512:
		scaleLanesAVX512(&dst[0], &src[0], len(dst)/Lanes, &factors[0])
	case cpu.AVX2:
		scaleLanesAVX2(&dst[0], &src[0], len(dst)/Lanes, &factors[0])
	default:
		scaleLanesGeneric(dst, src, factors)
	}
}

// It works like scaleLanesGeneric.
//
//go:noescape
func scaleLanesAVX2(dst, src *float32, lines int, factors *float32)

// It works like scaleLanesGeneric.
//
//go:noescape
func scaleLanesAVX512(dst, src *float32, lines int, factors *float32)

func bilinearLanes(dst, above, below []float32, at []int, across, down []float32) {
	switch isa {
	case cpu.AVX512:
		bilinearLanesAVX512(&dst[0], &above[0], &below[0], len(dst)/Lanes, &at[0], &across[0], &down[0])
	case cpu.AVX2:
		bilinearLanesAVX2(&dst[0], &above[0], &below[0], len(dst)/Lanes, &at[0], &across[0], &down[0])
	default:
		bilinearLanesGeneric(dst, above, below, at, across, down)
	}
}

func pickLanes(dst, src []float32, at []int) {
	switch isa {
	case cpu.AVX512:
		pickLanesAVX512(&dst[0], &src[0], len(dst)/Lanes, &at[0])
	case cpu.AVX2:
		pickLanesAVX2(&dst[0], &src[0], len(dst)/Lanes, &at[0])
	default:
		pickLanesGeneric(dst, src, at)
	}
}

// It works like pickLanesGeneric.
//
//go:noescape
func pickLanesAVX2(dst, src *float32, lines int, at *int)

// It works like pickLanesGeneric.
//
//go:noescape
func pickLanesAVX512(dst, src *float32, lines int, at *int)

// It works like bilinearLanesGeneric.
//
//go:noescape
func bilinearLanesAVX2(dst, above, below *float32, lines int, at *int, across, down *float32)

// It works like bilinearLanesGeneric.
//
//go:noescape
func bilinearLanesAVX512(dst, above, below *float32, lines int, at *int, across, down *float32)

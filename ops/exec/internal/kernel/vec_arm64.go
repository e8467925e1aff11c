//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// vecSpan is how many elements one call of assembly does, about 20 µs.
const vecSpan = 1 << 16

func add(dst, src []float32) {
	for isa == cpu.NEON && len(dst) > 0 {
		n := min(len(dst), vecSpan)
		addNEON(&dst[0], &src[0], n)
		dst, src = dst[n:], src[n:]
	}
	addGeneric(dst, src)
}

func mul(dst, src []float32) {
	for isa == cpu.NEON && len(dst) > 0 {
		n := min(len(dst), vecSpan)
		mulNEON(&dst[0], &src[0], n)
		dst, src = dst[n:], src[n:]
	}
	mulGeneric(dst, src)
}

func larger(dst, src []float32) {
	for isa == cpu.NEON && len(dst) > 0 {
		n := min(len(dst), vecSpan)
		largerNEON(&dst[0], &src[0], n)
		dst, src = dst[n:], src[n:]
	}
	largerGeneric(dst, src)
}

func addScalar(dst, src []float32, c float32) {
	for isa == cpu.NEON && len(dst) > 0 {
		n := min(len(dst), vecSpan)
		addScalarNEON(&dst[0], &src[0], n, c)
		dst, src = dst[n:], src[n:]
	}
	addScalarGeneric(dst, src, c)
}

func mulScalar(dst, src []float32, c float32) {
	for isa == cpu.NEON && len(dst) > 0 {
		n := min(len(dst), vecSpan)
		mulScalarNEON(&dst[0], &src[0], n, c)
		dst, src = dst[n:], src[n:]
	}
	mulScalarGeneric(dst, src, c)
}

func clamp(dst, src []float32, low, high float32) {
	for isa == cpu.NEON && len(dst) > 0 {
		n := min(len(dst), vecSpan)
		clampNEON(&dst[0], &src[0], n, low, high)
		dst, src = dst[n:], src[n:]
	}
	clampGeneric(dst, src, low, high)
}

func leaky(dst, src []float32, slope float32) {
	for isa == cpu.NEON && len(dst) > 0 {
		n := min(len(dst), vecSpan)
		leakyNEON(&dst[0], &src[0], n, slope)
		dst, src = dst[n:], src[n:]
	}
	leakyGeneric(dst, src, slope)
}

func hardSigmoid(dst, src []float32, slope, half, low, high float32) {
	for isa == cpu.NEON && len(dst) > 0 {
		n := min(len(dst), vecSpan)
		hardSigmoidNEON(&dst[0], &src[0], n, slope, half, low, high)
		dst, src = dst[n:], src[n:]
	}
	hardSigmoidGeneric(dst, src, slope, half, low, high)
}

func hardSwish(dst, src []float32, shift, factor, low, high float32) {
	for isa == cpu.NEON && len(dst) > 0 {
		n := min(len(dst), vecSpan)
		hardSwishNEON(&dst[0], &src[0], n, shift, factor, low, high)
		dst, src = dst[n:], src[n:]
	}
	hardSwishGeneric(dst, src, shift, factor, low, high)
}

// It works like addGeneric.
//
//go:noescape
func addNEON(dst, src *float32, n int)

// It works like mulGeneric.
//
//go:noescape
func mulNEON(dst, src *float32, n int)

// It works like largerGeneric.
//
//go:noescape
func largerNEON(dst, src *float32, n int)

// It works like addScalarGeneric.
//
//go:noescape
func addScalarNEON(dst, src *float32, n int, c float32)

// It works like mulScalarGeneric.
//
//go:noescape
func mulScalarNEON(dst, src *float32, n int, c float32)

// It works like clampGeneric.
//
//go:noescape
func clampNEON(dst, src *float32, n int, low, high float32)

// It works like leakyGeneric.
//
//go:noescape
func leakyNEON(dst, src *float32, n int, slope float32)

// It works like hardSigmoidGeneric.
//
//go:noescape
func hardSigmoidNEON(dst, src *float32, n int, slope, half, low, high float32)

// It works like hardSwishGeneric.
//
//go:noescape
func hardSwishNEON(dst, src *float32, n int, shift, factor, low, high float32)

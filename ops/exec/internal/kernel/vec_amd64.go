//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// vecSpan is how many elements one call of assembly does, about 10 µs.
const vecSpan = 1 << 16

func add(dst, src []float32) {
	for len(dst) > 0 {
		n := min(len(dst), vecSpan)
		switch isa {
		case cpu.AVX512:
			addAVX512(&dst[0], &src[0], n)
		case cpu.AVX2:
			addAVX2(&dst[0], &src[0], n)
		default:
			addGeneric(dst[:n], src)
		}
		dst, src = dst[n:], src[n:]
	}
}

func mul(dst, src []float32) {
	for len(dst) > 0 {
		n := min(len(dst), vecSpan)
		switch isa {
		case cpu.AVX512:
			mulAVX512(&dst[0], &src[0], n)
		case cpu.AVX2:
			mulAVX2(&dst[0], &src[0], n)
		default:
			mulGeneric(dst[:n], src)
		}
		dst, src = dst[n:], src[n:]
	}
}

func larger(dst, src []float32) {
	for len(dst) > 0 {
		n := min(len(dst), vecSpan)
		switch isa {
		case cpu.AVX512:
			largerAVX512(&dst[0], &src[0], n)
		case cpu.AVX2:
			largerAVX2(&dst[0], &src[0], n)
		default:
			largerGeneric(dst[:n], src)
		}
		dst, src = dst[n:], src[n:]
	}
}

func addScalar(dst, src []float32, c float32) {
	for len(dst) > 0 {
		n := min(len(dst), vecSpan)
		switch isa {
		case cpu.AVX512:
			addScalarAVX512(&dst[0], &src[0], n, c)
		case cpu.AVX2:
			addScalarAVX2(&dst[0], &src[0], n, c)
		default:
			addScalarGeneric(dst[:n], src, c)
		}
		dst, src = dst[n:], src[n:]
	}
}

func mulScalar(dst, src []float32, c float32) {
	for len(dst) > 0 {
		n := min(len(dst), vecSpan)
		switch isa {
		case cpu.AVX512:
			mulScalarAVX512(&dst[0], &src[0], n, c)
		case cpu.AVX2:
			mulScalarAVX2(&dst[0], &src[0], n, c)
		default:
			mulScalarGeneric(dst[:n], src, c)
		}
		dst, src = dst[n:], src[n:]
	}
}

func clamp(dst, src []float32, low, high float32) {
	for len(dst) > 0 {
		n := min(len(dst), vecSpan)
		switch isa {
		case cpu.AVX512:
			clampAVX512(&dst[0], &src[0], n, low, high)
		case cpu.AVX2:
			clampAVX2(&dst[0], &src[0], n, low, high)
		default:
			clampGeneric(dst[:n], src, low, high)
		}
		dst, src = dst[n:], src[n:]
	}
}

func leaky(dst, src []float32, slope float32) {
	for len(dst) > 0 {
		n := min(len(dst), vecSpan)
		switch isa {
		case cpu.AVX512:
			leakyAVX512(&dst[0], &src[0], n, slope)
		case cpu.AVX2:
			leakyAVX2(&dst[0], &src[0], n, slope)
		default:
			leakyGeneric(dst[:n], src, slope)
		}
		dst, src = dst[n:], src[n:]
	}
}

func hardSigmoid(dst, src []float32, slope, half, low, high float32) {
	for len(dst) > 0 {
		n := min(len(dst), vecSpan)
		switch isa {
		case cpu.AVX512:
			hardSigmoidAVX512(&dst[0], &src[0], n, slope, half, low, high)
		case cpu.AVX2:
			hardSigmoidAVX2(&dst[0], &src[0], n, slope, half, low, high)
		default:
			hardSigmoidGeneric(dst[:n], src, slope, half, low, high)
		}
		dst, src = dst[n:], src[n:]
	}
}

func hardSwish(dst, src []float32, shift, factor, low, high float32) {
	for len(dst) > 0 {
		n := min(len(dst), vecSpan)
		switch isa {
		case cpu.AVX512:
			hardSwishAVX512(&dst[0], &src[0], n, shift, factor, low, high)
		case cpu.AVX2:
			hardSwishAVX2(&dst[0], &src[0], n, shift, factor, low, high)
		default:
			hardSwishGeneric(dst[:n], src, shift, factor, low, high)
		}
		dst, src = dst[n:], src[n:]
	}
}

// It works like addGeneric.
//
//go:noescape
func addAVX2(dst, src *float32, n int)

// It works like addGeneric.
//
//go:noescape
func addAVX512(dst, src *float32, n int)

// It works like mulGeneric.
//
//go:noescape
func mulAVX2(dst, src *float32, n int)

// It works like mulGeneric.
//
//go:noescape
func mulAVX512(dst, src *float32, n int)

// It works like largerGeneric.
//
//go:noescape
func largerAVX2(dst, src *float32, n int)

// It works like largerGeneric.
//
//go:noescape
func largerAVX512(dst, src *float32, n int)

// It works like addScalarGeneric.
//
//go:noescape
func addScalarAVX2(dst, src *float32, n int, c float32)

// It works like addScalarGeneric.
//
//go:noescape
func addScalarAVX512(dst, src *float32, n int, c float32)

// It works like mulScalarGeneric.
//
//go:noescape
func mulScalarAVX2(dst, src *float32, n int, c float32)

// It works like mulScalarGeneric.
//
//go:noescape
func mulScalarAVX512(dst, src *float32, n int, c float32)

// It works like clampGeneric.
//
//go:noescape
func clampAVX2(dst, src *float32, n int, low, high float32)

// It works like clampGeneric.
//
//go:noescape
func clampAVX512(dst, src *float32, n int, low, high float32)

// It works like leakyGeneric.
//
//go:noescape
func leakyAVX2(dst, src *float32, n int, slope float32)

// It works like leakyGeneric.
//
//go:noescape
func leakyAVX512(dst, src *float32, n int, slope float32)

// It works like hardSigmoidGeneric.
//
//go:noescape
func hardSigmoidAVX2(dst, src *float32, n int, slope, half, low, high float32)

// It works like hardSigmoidGeneric.
//
//go:noescape
func hardSigmoidAVX512(dst, src *float32, n int, slope, half, low, high float32)

// It works like hardSwishGeneric.
//
//go:noescape
func hardSwishAVX2(dst, src *float32, n int, shift, factor, low, high float32)

// It works like hardSwishGeneric.
//
//go:noescape
func hardSwishAVX512(dst, src *float32, n int, shift, factor, low, high float32)

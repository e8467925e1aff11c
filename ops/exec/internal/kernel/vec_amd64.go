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

//go:build !purego

package kernel

import "cnnlang/ops/cpu"

func outerSums(c, a, b []float32, r int, s *Strip) {
	switch isa {
	case cpu.AVX512:
		outerSumsAVX512(&c[0], &a[0], &b[0], s.Rows, s.Pixels, 4*s.Step, 4*s.Pitch, 4*s.Next, r)
	case cpu.AVX2:
		outerSumsAVX2(&c[0], &a[0], &b[0], s.Rows, s.Pixels, 4*s.Step, 4*s.Pitch, 4*s.Next, r)
	default:
		outerSumsGeneric(c, a, b, r, s)
	}
}

func laneSums(c, a, b []float32, r, apart int, s *Strip) {
	switch isa {
	case cpu.AVX512:
		laneSumsAVX512(&c[0], &a[0], &b[0], s.Rows, s.Pixels, 4*s.Step, 4*s.Pitch, 4*s.Next, r, 4*apart)
	case cpu.AVX2:
		laneSumsAVX2(&c[0], &a[0], &b[0], s.Rows, s.Pixels, 4*s.Step, 4*s.Pitch, 4*s.Next, r, 4*apart)
	default:
		laneSumsGeneric(c, a, b, r, apart, s)
	}
}

func groupSums(c, a, b []float32, each int, s *Strip) {
	switch isa {
	case cpu.AVX512:
		groupSumsAVX512(&c[0], &a[0], &b[0], s.Rows, s.Pixels, 4*s.Step, 4*s.Pitch, 4*s.Next, each)
	case cpu.AVX2:
		groupSumsAVX2(&c[0], &a[0], &b[0], s.Rows, s.Pixels, 4*s.Step, 4*s.Pitch, 4*s.Next, each)
	default:
		groupSumsGeneric(c, a, b, each, s)
	}
}

// It works like outerSumsGeneric; distances are in bytes.
//
//go:noescape
func outerSumsAVX2(c, a, b *float32, rows, pixels, step, pitch, next, r int)

// It works like outerSumsGeneric; distances are in bytes.
//
//go:noescape
func outerSumsAVX512(c, a, b *float32, rows, pixels, step, pitch, next, r int)

// It works like laneSumsGeneric; distances are in bytes.
//
//go:noescape
func laneSumsAVX2(c, a, b *float32, rows, pixels, step, pitch, next, r, apart int)

// It works like laneSumsGeneric; distances are in bytes.
//
//go:noescape
func laneSumsAVX512(c, a, b *float32, rows, pixels, step, pitch, next, r, apart int)

// It works like groupSumsGeneric; distances are in bytes.
//
//go:noescape
func groupSumsAVX2(c, a, b *float32, rows, pixels, step, pitch, next, each int)

// It works like groupSumsGeneric; distances are in bytes.
//
//go:noescape
func groupSumsAVX512(c, a, b *float32, rows, pixels, step, pitch, next, each int)

//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// isa is the instruction set of the kernels.
var isa, _ = cpu.Selected()

// fast says whether the kernels in assembly are used. Those for AVX2 serve AVX-512 too: most
// of the time of a large image goes to reading it.
var fast = isa == cpu.AVX2 || isa == cpu.AVX512

// ISA is the instruction set of the kernels that are used.
var ISA = func() string {
	if fast {
		return string(cpu.AVX2)
	}
	return string(cpu.Generic)
}()

// span is how many taps, or blocks times pairs of rows, one call of assembly does: about
// 50 µs. What needs more for a single result is left to plain Go, which can be interrupted.
const span = 1 << 14

func horizontal(dst, src *[Rows][]uint8, channels int, t *Taps) {
	if fast && t.Count <= span {
		horizontalFast(dst, src, channels, t)
	} else {
		horizontalGeneric(dst, src, channels, t)
	}
}

func horizontalFast(dst, src *[Rows][]uint8, channels int, t *Taps) {
	most := max(1, span/t.Count)
	for from := 0; from < len(t.Starts); from += most {
		a := horizontalArgs{
			starts:  &t.Starts[from],
			weights: &t.halves[2*t.Count*from],
			results: min(most, len(t.Starts)-from),
			steps:   t.Count / Step(channels),
		}
		for r := range Rows {
			a.dst[r], a.src[r] = &dst[r][channels*from], &src[r][0]
		}
		if channels == 1 {
			horizontalGreyAVX2(&a)
		} else {
			horizontalRGBAVX2(&a)
		}
	}
}

func vertical(dst, rows []uint8, stride int, w *Weights) {
	if fast && len(w.Whole)/Pair <= span {
		verticalFast(dst, rows, stride, w)
	} else {
		verticalGeneric(dst, rows, stride, w)
	}
}

func verticalFast(dst, rows []uint8, stride int, w *Weights) {
	pairs := len(w.Whole) / Pair
	most := max(1, span/pairs) * Block
	for from := 0; from < len(dst); from += most {
		n := min(most, len(dst)-from)
		verticalAVX2(&dst[from], &rows[from], stride, &w.halves[0], pairs, n/Block)
	}
}

// pixels is how many pixels one call of Grey and Plane in assembly does.
const pixels = 1 << 15

func grey(dst, src []uint8) {
	for fast && len(dst) >= 8 {
		n := min(pixels, len(dst)&^7)
		greyAVX2(&dst[0], &src[0], n/8)
		dst, src = dst[n:], src[3*n:]
	}
	greyGeneric(dst, src)
}

func plane(dst []float32, src []uint8, channels, channel int, s *Scale) {
	for fast && len(dst) >= 8 {
		n := min(pixels, len(dst)&^7)
		if channels == 1 {
			planeGreyAVX2(&dst[0], &src[0], n/8, s.full, s.mean, s.std)
		} else {
			planeRGBAVX2(&dst[0], &src[0], n/8, channel, s.full, s.mean, s.std)
		}
		dst, src = dst[n:], src[channels*n:]
	}
	planeGeneric(dst, src, channels, channel, s)
}

type horizontalArgs struct {
	src     [Rows]*uint8
	dst     [Rows]*uint8
	starts  *int32
	weights *int16 // those of the first result
	results int
	steps   int // for each result
}

//go:noescape
func horizontalRGBAVX2(a *horizontalArgs)

//go:noescape
func horizontalGreyAVX2(a *horizontalArgs)

//go:noescape
func verticalAVX2(dst, rows *uint8, stride int, weights *int16, pairs, blocks int)

// It does 8 pixels in each step, and reads 4 bytes beyond the last.
//
//go:noescape
func greyAVX2(dst, src *uint8, steps int)

// It does 8 pixels in each step, and reads 4 bytes beyond the last.
//
//go:noescape
func planeRGBAVX2(dst *float32, src *uint8, steps, channel int, full, mean, std float32)

// It does 8 pixels in each step.
//
//go:noescape
func planeGreyAVX2(dst *float32, src *uint8, steps int, full, mean, std float32)

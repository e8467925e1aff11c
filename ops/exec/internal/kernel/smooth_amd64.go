//go:build !purego

package kernel

import (
	"math"

	"cnnlang/ops/cpu"
)

// smoothSpan is how many elements one call of assembly does, about 20 µs.
const smoothSpan = 1 << 14

// smoothTable holds the constants of exp and normal, in the order that asmgen
// knows.
var smoothTable = func() (table [][8]float64) {
	row := func(values ...float64) {
		for _, v := range values {
			table = append(table, [8]float64{v, v, v, v, v, v, v, v})
		}
	}
	row(expHigh, expLow, 1/math.Ln2, expRound, math.Ln2, math.Float64frombits(1023), 1)
	row(1./40320, 1./5040, 1./720, 1./120, 1./24, 1./6, 1./2, 1)
	row(0.5, math.Copysign(0, -1), math.Sqrt2/2, erfcGrow, erfcOver, erfcLess)
	row(erfcSeries[:]...)
	row(-tanhSlope, -tanhCube)
	return table
}()

// smoothLanes is how many elements an iteration of assembly does, 0 if there is none.
func smoothLanes(s cpu.ISA) int {
	switch s {
	case cpu.AVX512:
		return 8
	case cpu.AVX2:
		return 4
	}
	return 0
}

// smooth does whole iterations in assembly, and the rest in plain Go.
func smooth(dst, src []float32, fast512, fast2 func(dst, src *float32, iterations int, table *[8]float64), twin func(dst, src []float32)) {
	lanes := smoothLanes(isa)
	for lanes > 0 && len(dst) >= lanes {
		n := min(len(dst), smoothSpan) / lanes
		if isa == cpu.AVX512 {
			fast512(&dst[0], &src[0], n, &smoothTable[0])
		} else {
			fast2(&dst[0], &src[0], n, &smoothTable[0])
		}
		dst, src = dst[n*lanes:], src[n*lanes:]
	}
	twin(dst, src)
}

func sigmoid(dst, src []float32)  { smooth(dst, src, sigmoidAVX512, sigmoidAVX2, sigmoidGeneric) }
func silu(dst, src []float32)     { smooth(dst, src, siluAVX512, siluAVX2, siluGeneric) }
func gelu(dst, src []float32)     { smooth(dst, src, geluAVX512, geluAVX2, geluGeneric) }
func tanhGELU(dst, src []float32) { smooth(dst, src, tanhGELUAVX512, tanhGELUAVX2, tanhGELUGeneric) }

func expSums(dst, src, top []float32, sum []float64) {
	lanes := smoothLanes(isa)
	for lanes > 0 && len(dst) >= lanes {
		n := min(len(dst), smoothSpan) / lanes
		if isa == cpu.AVX512 {
			expSumsAVX512(&dst[0], &src[0], &top[0], &sum[0], n, &smoothTable[0])
		} else {
			expSumsAVX2(&dst[0], &src[0], &top[0], &sum[0], n, &smoothTable[0])
		}
		dst, src, top, sum = dst[n*lanes:], src[n*lanes:], top[n*lanes:], sum[n*lanes:]
	}
	expSumsGeneric(dst, src, top, sum)
}

func scaleWide(dst []float32, factors []float64) {
	lanes := smoothLanes(isa)
	for lanes > 0 && len(dst) >= lanes {
		n := min(len(dst), smoothSpan) / lanes
		if isa == cpu.AVX512 {
			scaleWideAVX512(&dst[0], &factors[0], n)
		} else {
			scaleWideAVX2(&dst[0], &factors[0], n)
		}
		dst, factors = dst[n*lanes:], factors[n*lanes:]
	}
	scaleWideGeneric(dst, factors)
}

// It works like sigmoidGeneric.
//
//go:noescape
func sigmoidAVX2(dst, src *float32, iterations int, table *[8]float64)

// It works like sigmoidGeneric.
//
//go:noescape
func sigmoidAVX512(dst, src *float32, iterations int, table *[8]float64)

// It works like siluGeneric.
//
//go:noescape
func siluAVX2(dst, src *float32, iterations int, table *[8]float64)

// It works like siluGeneric.
//
//go:noescape
func siluAVX512(dst, src *float32, iterations int, table *[8]float64)

// It works like geluGeneric.
//
//go:noescape
func geluAVX2(dst, src *float32, iterations int, table *[8]float64)

// It works like geluGeneric.
//
//go:noescape
func geluAVX512(dst, src *float32, iterations int, table *[8]float64)

// It works like tanhGELUGeneric.
//
//go:noescape
func tanhGELUAVX2(dst, src *float32, iterations int, table *[8]float64)

// It works like tanhGELUGeneric.
//
//go:noescape
func tanhGELUAVX512(dst, src *float32, iterations int, table *[8]float64)

// It works like expSumsGeneric.
//
//go:noescape
func expSumsAVX2(dst, src, top *float32, sum *float64, iterations int, table *[8]float64)

// It works like scaleWideGeneric.
//
//go:noescape
func scaleWideAVX2(dst *float32, factors *float64, iterations int)

// It works like expSumsGeneric.
//
//go:noescape
func expSumsAVX512(dst, src, top *float32, sum *float64, iterations int, table *[8]float64)

// It works like scaleWideGeneric.
//
//go:noescape
func scaleWideAVX512(dst *float32, factors *float64, iterations int)

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

// wideTable holds the constants of the same with AVX-512, whose exp has 16 powers of 2 instead of half of the series: its
// cubic is off by less than 2e-9.
var wideTable = func() (table [][8]float64) {
	row := func(values ...float64) {
		for _, v := range values {
			table = append(table, [8]float64{v, v, v, v, v, v, v, v})
		}
	}
	narrow := func(bits uint32) { row(math.Float64frombits(uint64(bits)<<32 | uint64(bits))) }
	row(-widePowers/math.Ln2, expRound, math.Ln2/widePowers, -1./6, 0.5000161954878294, 1)
	var powers [widePowers]float64
	for i := range powers {
		powers[i] = math.Float64frombits(math.Float64bits(math.Exp2(float64(i)/widePowers)) - uint64(i)<<48)
	}
	table = append(table, [8]float64(powers[:8]), [8]float64(powers[8:]))
	narrow(math.Float32bits(1))
	narrow(1<<31 - 1) // all but the sign
	narrow(math.Float32bits(87))
	narrow(math.Float32bits(9.9))
	row(wideZero*math.Ln2, -wideInfinite*math.Ln2)
	row(tanhSlope, tanhCube)
	row(math.Float64frombits(1<<63-1), math.Sqrt2/2, math.Sqrt(wideZero*math.Ln2), erfcGrow, erfcOver, erfcLess, 0.5)
	row(erfcSeries[:]...)
	return table
}()

// widePowers is how many powers of 2 there are, from 1 to below 2.
const widePowers = 16

// Powers of 2 that are infinite and 0.
const (
	wideInfinite = 1024
	wideZero     = 1023
)

// wideLanes is how many elements an iteration does with AVX-512.
const wideLanes = 16

// smoothLanes is how many elements an iteration of assembly does of softmax, and with AVX2 of all, 0 if there is none.
func smoothLanes(s cpu.ISA) int {
	switch s {
	case cpu.AVX512:
		return 8
	case cpu.AVX2:
		return 4
	}
	return 0
}

// A smoothing is one of the functions, and its twin. Assembly is called by name, since what goes through a function value
// moves to the heap.
type smoothing int

const (
	ofSigmoid smoothing = iota
	ofSiLU
	ofGELU
	ofTanhGELU
)

func (f smoothing) wide(dst, src *float32, iterations int) {
	switch f {
	case ofSigmoid:
		sigmoidAVX512(dst, src, iterations, &wideTable[0])
	case ofSiLU:
		siluAVX512(dst, src, iterations, &wideTable[0])
	case ofGELU:
		geluAVX512(dst, src, iterations, &wideTable[0])
	case ofTanhGELU:
		tanhGELUAVX512(dst, src, iterations, &wideTable[0])
	}
}

func (f smoothing) narrow(dst, src *float32, iterations int) {
	switch f {
	case ofSigmoid:
		sigmoidAVX2(dst, src, iterations, &smoothTable[0])
	case ofSiLU:
		siluAVX2(dst, src, iterations, &smoothTable[0])
	case ofGELU:
		geluAVX2(dst, src, iterations, &smoothTable[0])
	case ofTanhGELU:
		tanhGELUAVX2(dst, src, iterations, &smoothTable[0])
	}
}

// apply does whole iterations in assembly, and the rest by the twin.
func (f smoothing) apply(dst, src []float32, twin func(dst, src []float32)) {
	if isa == cpu.AVX512 {
		f.applyWide(dst, src)
		return
	}
	lanes := smoothLanes(isa)
	for lanes > 0 && len(dst) >= lanes {
		n := min(len(dst), smoothSpan) / lanes
		f.narrow(&dst[0], &src[0], n)
		dst, src = dst[n*lanes:], src[n*lanes:]
	}
	twin(dst, src)
}

// applyWide does the rest in assembly, too: its results may differ from the twin's in their last bit, and must not depend
// on how elements are cut into slices.
func (f smoothing) applyWide(dst, src []float32) {
	for len(dst) >= wideLanes {
		n := min(len(dst), smoothSpan) / wideLanes
		f.wide(&dst[0], &src[0], n)
		dst, src = dst[n*wideLanes:], src[n*wideLanes:]
	}
	if len(dst) > 0 {
		var rest [wideLanes]float32
		copy(rest[:], src)
		f.wide(&rest[0], &rest[0], 1)
		copy(dst, rest[:])
	}
}

func sigmoid(dst, src []float32)  { ofSigmoid.apply(dst, src, sigmoidGeneric) }
func silu(dst, src []float32)     { ofSiLU.apply(dst, src, siluGeneric) }
func gelu(dst, src []float32)     { ofGELU.apply(dst, src, geluGeneric) }
func tanhGELU(dst, src []float32) { ofTanhGELU.apply(dst, src, tanhGELUGeneric) }

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

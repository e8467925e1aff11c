//go:build !purego

package kernel

import (
	"math"

	"cnnlang/ops/cpu"
)

// bf16Args is a TileBF16 as assembly reads it: distances in bytes. asmgen knows the offsets
// of the fields.
type bf16Args struct {
	in        *float32
	step      int
	taps      *int
	tapped    int
	weights   *float32
	out       *float32
	outBlock  int
	add       *float32
	bias      *float32
	low, high float32
	clamp     int // the number of bounds
	wide      int // whether the result is float32
	places    *bf16Place
	tiles     int
	scratch   *float32
	addBlock  int
}

// args translates t, whose slices check has checked.
func (t *TileBF16) args(at *PlacesBF16) bf16Args {
	a := bf16Args{
		in: &t.In[0], step: 4 * at.step, taps: &t.Taps.bytes[0], tapped: t.Taps.Len(),
		out: &t.Out[0], outBlock: 4 * t.OutBlock, addBlock: 4 * t.AddBlock, low: t.Low, high: t.High,
		places: &at.bytes[0], tiles: len(at.bytes),
	}
	if t.Wide {
		a.wide = 1
	}
	if t.Add != nil {
		a.add = &t.Add[0]
	}
	switch {
	case t.High < math.MaxFloat32:
		a.clamp = 2
	case t.Low >= -math.MaxFloat32:
		a.clamp = 1
	}
	return a
}

func convBF16(t *TileBF16, at *PlacesBF16) {
	if bf16ISA == cpu.Generic {
		convBF16Generic(t, at)
		return
	}
	a := t.args(at)
	a.weights, a.bias, a.scratch = &t.Weights[0], &t.Bias[0], &t.Scratch[0]
	if bf16ISA == cpu.AMX {
		convBF16AMX(&a)
	} else {
		convBF16AVX512(&a)
	}
}

func depthwiseBF16(t *TileBF16, at *PlacesBF16) {
	if bf16ISA == cpu.Generic {
		depthwiseBF16Generic(t, at)
		return
	}
	a := t.args(at)
	a.weights, a.bias = &t.Weights[0], &t.Bias[0]
	depthwiseBF16AVX512(&a)
}

func maxBF16(t *TileBF16, at *PlacesBF16) {
	if bf16ISA == cpu.Generic {
		maxBF16Generic(t, at)
		return
	}
	a := t.args(at)
	maxBF16AVX512(&a)
}

func sumBF16(t *TileBF16, at *PlacesBF16) {
	if bf16ISA == cpu.Generic {
		sumBF16Generic(t, at)
		return
	}
	a := t.args(at)
	a.low = t.Scale
	sumBF16AVX512(&a)
}

func packBF16(dst, low, high []float32) {
	if bf16ISA == cpu.Generic {
		packBF16Generic(dst, low, high)
		return
	}
	packBF16AVX512(&dst[0], &low[0], &high[0], len(dst)/Lanes)
}

func splitBF16(dst, rest, low, high []float32) {
	if bf16ISA == cpu.Generic {
		splitBF16Generic(dst, rest, low, high)
		return
	}
	splitBF16AVX512(&dst[0], &rest[0], &low[0], &high[0], len(dst)/Lanes)
}

func unpackBF16(low, high, src []float32) {
	if bf16ISA == cpu.Generic {
		unpackBF16Generic(low, high, src)
		return
	}
	unpackBF16AVX512(&low[0], &high[0], &src[0], len(src)/Lanes)
}

// It works like convBF16Generic.
//
//go:noescape
func convBF16AVX512(args *bf16Args)

// It works like convBF16Generic, with scratch.
//
//go:noescape
func convBF16AMX(args *bf16Args)

// It works like depthwiseBF16Generic.
//
//go:noescape
func depthwiseBF16AVX512(args *bf16Args)

// It works like maxBF16Generic.
//
//go:noescape
func maxBF16AVX512(args *bf16Args)

// It works like sumBF16Generic.
//
//go:noescape
func sumBF16AVX512(args *bf16Args)

// It works like packBF16Generic.
//
//go:noescape
func packBF16AVX512(dst, low, high *float32, lines int)

// It works like splitBF16Generic.
//
//go:noescape
func splitBF16AVX512(dst, rest, low, high *float32, lines int)

// It works like unpackBF16Generic.
//
//go:noescape
func unpackBF16AVX512(low, high, src *float32, lines int)

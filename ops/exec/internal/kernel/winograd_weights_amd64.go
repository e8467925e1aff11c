//go:build !purego

package kernel

import (
	"math"

	"cnnlang/ops/cpu"
)

// winogradWeightsConstants are the numbers of winogradG in the order that asmgen knows, and all bits but the sign of a
// float32.
var winogradWeightsConstants = [7]float64{
	winogradG[1][0], winogradG[1][1], winogradG[1][2], winogradG[3][0], winogradG[3][1], winogradG[3][2], math.Float64frombits(sizeBits),
}

func winogradWeights(w *WinogradFilters) {
	var scratch [18*Lanes + 36*Lanes]float32
	switch isa {
	case cpu.AVX512:
		winogradWeightsAVX512(&w.Planes[0], 4*w.Plane, &w.Weights[0], 4*w.Apart, w.Lines, &scratch[0], &winogradWeightsConstants[0], &w.Most[0])
	case cpu.AVX2:
		winogradWeightsAVX2(&w.Planes[0], 4*w.Plane, &w.Weights[0], 4*w.Apart, w.Lines, &scratch[0], &winogradWeightsConstants[0], &w.Most[0])
	default:
		winogradWeightsGeneric(w)
	}
}

// It works like winogradWeightsGeneric; distances are in bytes.
//
//go:noescape
func winogradWeightsAVX2(dst *float32, plane int, src *float32, apart, n int, scratch *float32, constants *float64, most *float32)

// It works like winogradWeightsGeneric; distances are in bytes.
//
//go:noescape
func winogradWeightsAVX512(dst *float32, plane int, src *float32, apart, n int, scratch *float32, constants *float64, most *float32)

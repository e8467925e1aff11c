//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// vectorTable is every vector kernel with its twin, constants filled in.
var vectorTable = []vectorKernel{
	{"add", cpu.AVX2, addAVX2, addGeneric},
	{"add", cpu.AVX512, addAVX512, addGeneric},
	{"mul", cpu.AVX2, mulAVX2, mulGeneric},
	{"mul", cpu.AVX512, mulAVX512, mulGeneric},
	{"addScalar", cpu.AVX2, func(d, s *float32, n int) { addScalarAVX2(d, s, n, 0.3) }, func(d, s []float32) { addScalarGeneric(d, s, 0.3) }},
	{"addScalar", cpu.AVX512, func(d, s *float32, n int) { addScalarAVX512(d, s, n, 0.3) }, func(d, s []float32) { addScalarGeneric(d, s, 0.3) }},
	{"mulScalar", cpu.AVX2, func(d, s *float32, n int) { mulScalarAVX2(d, s, n, 0.3) }, func(d, s []float32) { mulScalarGeneric(d, s, 0.3) }},
	{"mulScalar", cpu.AVX512, func(d, s *float32, n int) { mulScalarAVX512(d, s, n, 0.3) }, func(d, s []float32) { mulScalarGeneric(d, s, 0.3) }},
	{"clamp", cpu.AVX2, func(d, s *float32, n int) { clampAVX2(d, s, n, -0.5, 0.7) }, func(d, s []float32) { clampGeneric(d, s, -0.5, 0.7) }},
	{"clamp", cpu.AVX512, func(d, s *float32, n int) { clampAVX512(d, s, n, -0.5, 0.7) }, func(d, s []float32) { clampGeneric(d, s, -0.5, 0.7) }},
}

// dotTable is every dot kernel.
var dotTable = []dotKernel{{cpu.AVX2, dotAVX2}, {cpu.AVX512, dotAVX512}}

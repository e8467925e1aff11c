//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// vectorTable is every vector kernel with its twin, constants filled in.
var vectorTable = []vectorKernel{
	{"add", cpu.AVX2, addAVX2, addGeneric},
	{"add", cpu.AVX512, addAVX512, addGeneric},
	{"mul", cpu.AVX2, mulAVX2, mulGeneric},
	{"mul", cpu.AVX512, mulAVX512, mulGeneric},
	{"larger", cpu.AVX2, largerAVX2, largerGeneric},
	{"larger", cpu.AVX512, largerAVX512, largerGeneric},
	{"addScalar", cpu.AVX2, func(d, s *float32, n int) { addScalarAVX2(d, s, n, 0.3) }, func(d, s []float32) { addScalarGeneric(d, s, 0.3) }},
	{"addScalar", cpu.AVX512, func(d, s *float32, n int) { addScalarAVX512(d, s, n, 0.3) }, func(d, s []float32) { addScalarGeneric(d, s, 0.3) }},
	{"mulScalar", cpu.AVX2, func(d, s *float32, n int) { mulScalarAVX2(d, s, n, 0.3) }, func(d, s []float32) { mulScalarGeneric(d, s, 0.3) }},
	{"mulScalar", cpu.AVX512, func(d, s *float32, n int) { mulScalarAVX512(d, s, n, 0.3) }, func(d, s []float32) { mulScalarGeneric(d, s, 0.3) }},
	{"clamp", cpu.AVX2, func(d, s *float32, n int) { clampAVX2(d, s, n, -0.5, 0.7) }, func(d, s []float32) { clampGeneric(d, s, -0.5, 0.7) }},
	{"clamp", cpu.AVX512, func(d, s *float32, n int) { clampAVX512(d, s, n, -0.5, 0.7) }, func(d, s []float32) { clampGeneric(d, s, -0.5, 0.7) }},
	{"leaky", cpu.AVX2, func(d, s *float32, n int) { leakyAVX2(d, s, n, 0.3) }, func(d, s []float32) { leakyGeneric(d, s, 0.3) }},
	{"leaky", cpu.AVX512, func(d, s *float32, n int) { leakyAVX512(d, s, n, 0.3) }, func(d, s []float32) { leakyGeneric(d, s, 0.3) }},
	{"hardSigmoid", cpu.AVX2, func(d, s *float32, n int) { hardSigmoidAVX2(d, s, n, 0.2, 0.5, 0, 1) }, func(d, s []float32) { hardSigmoidGeneric(d, s, 0.2, 0.5, 0, 1) }},
	{"hardSigmoid", cpu.AVX512, func(d, s *float32, n int) { hardSigmoidAVX512(d, s, n, 0.2, 0.5, 0, 1) }, func(d, s []float32) { hardSigmoidGeneric(d, s, 0.2, 0.5, 0, 1) }},
	{"hardSwish", cpu.AVX2, func(d, s *float32, n int) { hardSwishAVX2(d, s, n, 3, 1./6, 0, 6) }, func(d, s []float32) { hardSwishGeneric(d, s, 3, 1./6, 0, 6) }},
	{"hardSwish", cpu.AVX512, func(d, s *float32, n int) { hardSwishAVX512(d, s, n, 3, 1./6, 0, 6) }, func(d, s []float32) { hardSwishGeneric(d, s, 3, 1./6, 0, 6) }},
}

// dotTable is every dot kernel.
var dotTable = []dotKernel{{cpu.AVX2, dotAVX2}, {cpu.AVX512, dotAVX512}}

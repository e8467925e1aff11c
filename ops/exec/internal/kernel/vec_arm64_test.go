//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// vectorTable is every vector kernel with its twin, constants filled in.
var vectorTable = []vectorKernel{
	{"add", cpu.NEON, addNEON, addGeneric},
	{"mul", cpu.NEON, mulNEON, mulGeneric},
	{"larger", cpu.NEON, largerNEON, largerGeneric},
	{"addScalar", cpu.NEON, func(d, s *float32, n int) { addScalarNEON(d, s, n, 0.3) }, func(d, s []float32) { addScalarGeneric(d, s, 0.3) }},
	{"mulScalar", cpu.NEON, func(d, s *float32, n int) { mulScalarNEON(d, s, n, 0.3) }, func(d, s []float32) { mulScalarGeneric(d, s, 0.3) }},
	{"clamp", cpu.NEON, func(d, s *float32, n int) { clampNEON(d, s, n, -0.5, 0.7) }, func(d, s []float32) { clampGeneric(d, s, -0.5, 0.7) }},
	{"leaky", cpu.NEON, func(d, s *float32, n int) { leakyNEON(d, s, n, 0.3) }, func(d, s []float32) { leakyGeneric(d, s, 0.3) }},
	{"hardSigmoid", cpu.NEON, func(d, s *float32, n int) { hardSigmoidNEON(d, s, n, 0.2, 0.5, 0, 1) }, func(d, s []float32) { hardSigmoidGeneric(d, s, 0.2, 0.5, 0, 1) }},
	{"hardSwish", cpu.NEON, func(d, s *float32, n int) { hardSwishNEON(d, s, n, 3, 1./6, 0, 6) }, func(d, s []float32) { hardSwishGeneric(d, s, 3, 1./6, 0, 6) }},
}

// dotTable is every dot kernel.
var dotTable = []dotKernel{{cpu.NEON, dotNEON}}

//go:build !purego

package kernel

import "cnnlang/ops/cpu"

// vectorTable is every vector kernel with its twin, constants filled in.
var vectorTable = []vectorKernel{
	{"add", cpu.NEON, addNEON, addGeneric},
	{"mul", cpu.NEON, mulNEON, mulGeneric},
	{"addScalar", cpu.NEON, func(d, s *float32, n int) { addScalarNEON(d, s, n, 0.3) }, func(d, s []float32) { addScalarGeneric(d, s, 0.3) }},
	{"mulScalar", cpu.NEON, func(d, s *float32, n int) { mulScalarNEON(d, s, n, 0.3) }, func(d, s []float32) { mulScalarGeneric(d, s, 0.3) }},
	{"clamp", cpu.NEON, func(d, s *float32, n int) { clampNEON(d, s, n, -0.5, 0.7) }, func(d, s []float32) { clampGeneric(d, s, -0.5, 0.7) }},
}

// dotTable is every dot kernel.
var dotTable = []dotKernel{{cpu.NEON, dotNEON}}
